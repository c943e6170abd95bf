"""What this machine's own package manager knows about reaching Debian: mirror, proxies, certificates.

Read once for a build. It shapes how packages are fetched, and never becomes part of an image.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import process
from localazure.engine.errors import ProgramFailed

DEFAULT_MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
CERTIFICATES = Path("/usr/local/share/ca-certificates")
_SOURCES = Path("/etc/apt")
_PROXY_NAMES = ("http_proxy", "https_proxy", "no_proxy")
_OPTION = re.compile(r'^(Acquire::(?:http|https)::(?:Proxy|Verify-Peer|Verify-Host|Timeout)[^ ]*) "(.*)";$')
_CODENAMES = re.compile(r"(buster|bullseye|bookworm|trixie|forky|sid|stable|testing|unstable|oldstable)")


@dataclass(frozen=True, kw_only=True)
class MachineApt:
    """`options` are apt's own settings by name; `proxies` the environment that other programs read."""

    mirror: str
    security_mirror: str
    options: Mapping[str, str]
    proxies: Mapping[str, str]
    certificates: tuple[bytes, ...]

    @staticmethod
    def read(*, mirror: str | None = None) -> MachineApt:
        """From the machine's sources, apt's settings, the environment and the local certificates."""
        found = mirror or _machine_mirror() or DEFAULT_MIRROR
        proxies = {
            name: value for name in _PROXY_NAMES if (value := os.environ.get(name) or os.environ.get(name.upper()))
        }
        return MachineApt(
            mirror=found.rstrip("/"),
            security_mirror=_security_of(found.rstrip("/")),
            options=_options(),
            proxies=proxies,
            certificates=tuple(path.read_bytes() for path in sorted(CERTIFICATES.rglob("*.crt"))),
        )

    def sources(self, release: str) -> list[tuple[str, str]]:
        """(URI, suite) of the release, its updates and its security archive."""
        return [
            (self.mirror, release),
            (self.mirror, f"{release}-updates"),
            (self.security_mirror, f"{release}-security"),
        ]


def _machine_mirror() -> str | None:
    """The first Debian archive in the machine's sources; None where it has none (another distribution)."""
    for uri, suite in _sources():
        if uri.startswith(("http://", "https://")) and _CODENAMES.match(suite) and uri.rstrip("/").endswith("/debian"):
            return uri
    return None


def _sources() -> Iterator[tuple[str, str]]:
    lists = [_SOURCES / "sources.list", *sorted((_SOURCES / "sources.list.d").glob("*"))]
    for path in lists:
        if path.is_file() and path.suffix in (".list", ".sources"):
            text = path.read_text(errors="replace")
            yield from _one_line(text) if path.suffix == ".list" else _stanzas(text)


def _one_line(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        words = re.sub(r"\[[^]]*\]", "", line.partition("#")[0]).split()
        if len(words) > 3 and words[0] == "deb" and "main" in words[3:]:  # others' archives have no such component
            yield words[1], words[2]


def _stanzas(text: str) -> Iterator[tuple[str, str]]:
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if ":" in line and not line.startswith("#")]
        fields = {name.strip().lower(): value.split() for name, _, value in (line.partition(":") for line in lines)}
        usable = "deb" in fields.get("types", []) and "main" in fields.get("components", [])
        if usable and fields.get("enabled") != ["no"]:
            yield from ((uri, suite) for uri in fields.get("uris", []) for suite in fields.get("suites", []))


def _security_of(mirror: str) -> str:
    """Mirrors keep the security archive beside the main one; where that is not so, Debian's own serves."""
    return f"{mirror}-security" if mirror.endswith("/debian") else f"{DEFAULT_MIRROR}-security"


def _options() -> dict[str, str]:
    try:
        dump = process.run(["apt-config", "dump"]).stdout
    except ProgramFailed:
        return {}
    matches = (_OPTION.match(line) for line in dump.splitlines())
    return {match[1]: match[2] for match in matches if match}
