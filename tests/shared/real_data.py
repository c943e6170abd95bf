"""The folder of real data that this project did not write, and where each part of it is from."""

from __future__ import annotations

import os
from pathlib import Path, PosixPath
from typing import NoReturn

import pytest

SOURCES = {
    "aib-templates": "image templates of public repositories, such as github.com/Azure/azvmimagebuilder",
    "arm-recordings": "traffic recorded by the tests of github.com/Azure/azure-cli and of azure-mgmt-* on PyPI",
    "arm-vectors": "examples of the template language from github.com/MicrosoftDocs/azure-docs and others",
    "customization-logs": "excerpts of build logs from github.com/MicrosoftDocs/azure-docs",
    "event-samples": "examples of github.com/Azure/azure-rest-api-specs and github.com/MicrosoftDocs/azure-docs",
    "github-api": "github.com/github/rest-api-description, and payloads of github.com/octokit/webhooks",
    "rest-specs": "OpenAPI files of github.com/Azure/azure-rest-api-specs",
}


class Corpus(PosixPath):
    """The folder; who opens a part of it that is not there is skipped, with what is missing and how to get it."""

    def with_segments(self, *segments: str | os.PathLike[str]) -> Path:  # type: ignore[override]  # its parts are plain
        """A path below it."""
        return Path(*segments)

    def __truediv__(self, key: str | os.PathLike[str]) -> Path:  # type: ignore[override]  # as above
        """A part, which has to be there."""
        part = Path(key).parts[0]
        if not (Path(self) / part).exists():
            skip_without(part, Path(self))
        return Path(self) / key


def corpus_folder(repository: Path) -> Corpus:
    """Where the data is, or would be."""
    return Corpus(os.environ.get("IMAGEGATE_CORPUS") or repository.parent / "shared" / "corpus")


def skip_without(part: str, folder: Path) -> NoReturn:
    """Skip a test that needs a part of the corpus."""
    pytest.skip(
        f"needs the real data {part} ({SOURCES[part]}), and {folder} does not have it: "
        "set IMAGEGATE_CORPUS to a folder with it; CONTRIBUTING.md, Real data, says how to get it"
    )
