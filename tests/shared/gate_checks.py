"""The gate's checks by name, and a way to take them out: a test of the gate has to fail without the check it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import ANY, patch

import jwt

from imagegate.flows import decide_promotion
from imagegate.gateway import origin_store
from imagegate.gateway.job_tokens import JobTokens
from imagegate.model import origin_claims, origin_statement
from imagegate.model.canonical_json import canonical_json
from imagegate.model.definition_pointer import DefinitionPointer
from imagegate.steps import check_proof, promote_by_proof

_decode = jwt.decode


def _finds_nothing(*_: object, **__: object) -> None:
    return None


def _decoding(*, options: Mapping[str, Any], **given: Any) -> Any:  # noqa: ANN401 - what PyJWT takes
    """PyJWT's `decode` with other arguments."""

    def decode(token: str, *args: Any, **asked: Any) -> Any:  # noqa: ANN401 - as above
        return _decode(token, *args, **{**asked, **given, "options": {**asked.get("options", {}), **options}})

    return patch("jwt.decode", decode)


def _any_key() -> Any:  # noqa: ANN401 - a context manager
    """Every key id is known."""
    return patch("gate_bench._Keys.get_signing_key", lambda _keys, _kid: "")


def _statement_without(field: str) -> Any:  # noqa: ANN401 - a context manager
    """Statements that say nothing about a field."""

    def shorter(body: Mapping[str, Any]) -> bytes:
        return canonical_json({name: value for name, value in body.items() if name != field})

    return patch.object(origin_statement, "canonical_json", shorter)


CHECKS: dict[str, Any] = {
    "signature": lambda: (_decoding(options={"verify_signature": False}), _any_key()),
    "issuer": lambda: (_decoding(options={"verify_iss": False}),),
    "audience": lambda: (
        _decoding(options={"verify_aud": False}),
        patch.object(JobTokens, "unverified_audience", lambda _self, _token: ANY),
    ),
    "required claims": lambda: (_decoding(options={"require": []}),),
    "repository": lambda: (patch.object(origin_claims, "_wrong_repository", _finds_nothing),),
    "workflow": lambda: (patch.object(origin_claims, "_wrong_workflow", _finds_nothing),),
    "run": lambda: (patch.object(origin_claims, "_wrong_run", _finds_nothing),),
    "event": lambda: (patch.object(origin_claims, "_foreign_event", _finds_nothing),),
    "commit": lambda: (patch.object(origin_claims, "_wrong_commit", _finds_nothing),),
    "merge commit's parent": lambda: (patch.object(check_proof, "_not_a_parent", _finds_nothing),),
    "event that promotes": lambda: (patch.object(origin_claims, "_wrong_event", _finds_nothing),),
    "clean work tree": lambda: (patch.object(origin_claims, "_dirty", _finds_nothing),),
    "promoted ref": lambda: (patch.object(origin_claims, "_wrong_ref", _finds_nothing),),
    "protected tag": lambda: (patch.object(origin_claims, "_unprotected_tag", _finds_nothing),),
    "claims of the settings": lambda: (patch.object(origin_claims, "_wrong_claim", _finds_nothing),),
    "verdict": lambda: (patch.object(decide_promotion, "_may_promote", lambda _job: True),),
    "made again": lambda: tuple(
        patch.object(place, "made_again", lambda *_: False) for place in (check_proof, promote_by_proof)
    ),
    "withdrawn": lambda: (patch.object(promote_by_proof, "_why_withdrawn", _finds_nothing),),
    "order of runs": lambda: (patch.object(DefinitionPointer, "why_older", _finds_nothing),),
    "number of proofs": lambda: (patch.object(origin_store, "PROOF_LIMIT", 10**6),),
    "size of a proof": lambda: (patch.object(origin_store, "PROOF_SIZE_LIMIT_BYTES", 10**6),),
    **{
        f"statement: {field}": lambda field=field: (_statement_without(field),)
        for field in (
            "image_version_id",
            "published_at",
            "image",
            "repository",
            "commit",
            "ref",
            "run",
            "content_hash",
            "dirty",
            "smoke",
        )
    },
}
"""By name, what takes the check out. The statement's fields are checks: a proof is looked for under their digest."""


@contextmanager
def without(*names: str) -> Iterator[None]:
    """While entered, the gate lacks these checks."""
    with ExitStack() as stack:
        for name in names:
            for change in CHECKS[name]():
                stack.enter_context(change)
        yield
