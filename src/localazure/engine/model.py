"""The engine's nouns: what it is asked with comes from `engine_port`, what it answers with is here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Base:
    """A base image by its marketplace id, with its exact version, and the family's word for what makes it."""

    publisher: str
    offer: str
    sku: str
    version: str
    family: str  # a module of `bases`
    release: str  # the family's own name for what to make (bookworm)
    generation: str = "V2"  # of the hypervisor: every disk that is made here boots by UEFI


@dataclass(frozen=True, kw_only=True)
class BuiltImage:
    """A generalized disk. `content_digest` is the same for the same base, customizers and disk size."""

    disk: Path
    content_digest: str
    size_bytes: int
    cached: bool


@dataclass(frozen=True, kw_only=True)
class RunCommandResult:
    """What a script on a machine said."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One thing that the engine needs and this machine does not offer."""

    what: str
    why: str
    install_hint: str


@dataclass(frozen=True, kw_only=True)
class Tier:
    """How machines run here, and what no run here can prove, whatever its verdict."""

    name: str  # "kvm" or "software emulation"
    cannot_prove: tuple[str, ...]
