"""Which version of an image definition was promoted last: the one place that orders two promotions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

_DIGITS = 18
"""GitHub counts from 1."""


@dataclass(frozen=True, kw_only=True)
class DefinitionPointer:
    """`workflow` is the path of the workflow (`owner/name/path`) that built it, `run_number` its number there."""

    image_version_id: str = ""
    workflow: str = ""
    run_number: int = 0

    @classmethod
    def of_claims(cls, image_version_id: str, claims: Mapping[str, str]) -> Self:
        """The pointer to a version that a job with these claims built."""
        number = str(claims.get("run_number") or "0")[:_DIGITS]
        return cls(
            image_version_id=image_version_id.lower(),
            workflow=str(claims.get("workflow_ref") or claims.get("job_workflow_ref") or "").partition("@")[0].lower(),
            run_number=int(number) if number.isascii() and number.isdigit() else 0,
        )

    def why_older(self, other: "DefinitionPointer") -> str | None:
        """Why this version may not follow the other one; None where it may. Only one workflow's runs are ordered."""
        if self.image_version_id == other.image_version_id or not self.workflow or self.workflow != other.workflow:
            return None
        if self.run_number >= other.run_number:
            return None
        return (
            f"older than latest: run {other.run_number} of the same workflow was promoted, this is run "
            f"{self.run_number}; start the workflow anew"
        )

    def moved_by_person(self, image_version_id: str, claims: Mapping[str, str]) -> "DefinitionPointer":
        """The pointer after a person promoted a version, whose claims are empty where nothing is proved.

        A person may choose an older version. The number of the run never goes back with it: what was older by its proof
        before stays so.
        """
        mine = DefinitionPointer.of_claims(image_version_id, claims)
        if mine.workflow and mine.workflow != self.workflow:
            return mine
        return replace(mine, workflow=self.workflow, run_number=max(mine.run_number, self.run_number))

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return {
            "schema": "imagegate.pointer.v1",
            "image_version_id": self.image_version_id,
            "workflow": self.workflow,
            "run_number": self.run_number,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, KeyError, TypeError: the document is no pointer of this schema.
        """
        if body["schema"] != "imagegate.pointer.v1":
            raise ValueError(f"unknown schema {body['schema']}")
        return cls(
            image_version_id=str(body["image_version_id"]),
            workflow=str(body["workflow"]),
            run_number=int(body["run_number"]),
        )
