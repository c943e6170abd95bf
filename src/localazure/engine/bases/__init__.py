"""Base images by marketplace id: one family a file, each with `resolve` and `make`."""

from __future__ import annotations

import threading

from localazure.engine.bases import debian, windows
from localazure.engine.cache import Cache, Entry
from localazure.engine.ledger import Ledger
from localazure.engine.machine_apt import MachineApt
from localazure.engine.model import Base
from localazure.engine_port import UnknownBase

TREE = "tree"  # the directory of an entry that is the image's root, ids shifted


def resolve(cache: Cache, *, publisher: str, offer: str, sku: str, version: str) -> Base:
    """The base of a marketplace id.

    Raises:
        UnknownBase: no family makes it; the message says why and lists those that can be made.
    """
    windows.refuse(publisher=publisher, offer=offer, sku=sku)
    base = debian.resolve(cache, publisher=publisher, offer=offer, sku=sku, version=version)
    if base is not None:
        return base
    known = "\n".join(f"  {one}" for one in debian.known())
    raise UnknownBase(f"No base image for {publisher}:{offer}:{sku}:{version}. These can be made here:\n{known}")


def make(cache: Cache, ledger: Ledger, base: Base, apt: MachineApt, cancelled: threading.Event) -> Entry:
    """The base's tree in the cache, made if it is not there (most of a minute).

    Its `about` has the exact `version`, and an `identity` that no other making of the same base has: packages move on.
    """
    return debian.make(cache, ledger, base, apt, cancelled)
