"""Which jobs of GitHub an identity takes tokens of, by their claim `sub`.

Source: GitHub documentation, "OpenID Connect", "Example subject claims".
"""

from collections.abc import Sequence


def main_subjects(repositories: Sequence[str], refs: Sequence[str], environment: str = "") -> tuple[str, ...]:
    """Jobs of the repositories on the refs; with `environment` those that use it, whatever their ref.

    A subject is compared whole, so a pattern such as `refs/heads/release/*` names no job.
    """
    tails = [f"environment:{environment}"] if environment else [f"ref:{ref}" for ref in refs if not is_pattern(ref)]
    return tuple(f"repo:{repository}:{tail}" for repository in repositories for tail in tails)


def is_pattern(ref: str) -> bool:
    """Whether it stands for several refs."""
    return ref.endswith("/*")


def pull_request_subjects(repositories: Sequence[str]) -> tuple[str, ...]:
    """Jobs of the repositories' pull requests. A fork's have no token at all."""
    return tuple(f"repo:{repository}:pull_request" for repository in repositories)
