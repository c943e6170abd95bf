"""The container of origin proofs: the build job writes a token, the verifier reads what lies under a version's name."""

import hashlib
from collections.abc import Iterator

from azure.core.exceptions import ResourceExistsError

from imagegate.gateway.blobs import Container
from imagegate.gateway.translation import told_as

PROOF_LIMIT = 100
"""Proofs of one version that are looked at; more mean that somebody floods the container."""

PROOF_SIZE_LIMIT_BYTES = 16 * 1024


class TooManyProofs(Exception):  # noqa: N818 - what is there
    """More proofs lie under one version's name than are looked at."""


def write_proof(container: Container, digest: str, token: str) -> None:
    """Put a token under the statement's digest; the same token twice is one blob. Nothing is read.

    Raises:
        ImageGateError: the container refuses, or cannot be reached.
    """
    name = f"{digest}/{hashlib.sha256(token.encode()).hexdigest()}"
    with told_as("writing the proof of origin"):
        try:
            container.client.get_blob_client(name).upload_blob(token.encode(), overwrite=False)
        except ResourceExistsError:
            return


def read_proofs(container: Container, digest: str) -> Iterator[str]:
    """The tokens under the statement's digest, as text that nobody has checked; larger blobs are passed over.

    Raises:
        TooManyProofs: after `PROOF_LIMIT`.
        ImageGateError: the container refuses, or cannot be reached.
    """
    with told_as("reading the proofs of origin"):
        for count, entry in enumerate(container.client.list_blobs(name_starts_with=f"{digest}/")):
            if count >= PROOF_LIMIT:
                raise TooManyProofs(f"somebody writes into origin: more than {PROOF_LIMIT} proofs lie under {digest}")
            if (entry.size or 0) <= PROOF_SIZE_LIMIT_BYTES:
                content: bytes = container.client.download_blob(
                    entry.name, offset=0, length=PROOF_SIZE_LIMIT_BYTES
                ).readall()
                yield content.decode("ascii", errors="replace")
