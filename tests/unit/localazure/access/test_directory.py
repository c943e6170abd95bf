"""The tenant's principals."""

from __future__ import annotations

from pathlib import Path

from localazure.access.directory import Directory
from localazure.store import Store


def test_secrets_are_not_kept_in_the_clear(tmp_path: Path) -> None:
    """The file holds a digest, and still only the right secret is known."""
    store = Store(tmp_path / "state")
    directory = Directory(store)
    directory.enroll(app_id="a", name="a", secret="a very secret word")
    assert directory.knows_secret("a", "a very secret word")
    assert not directory.knows_secret("a", "another word")
    store.close()
    assert b"a very secret word" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_managed_identity_has_no_secret(tmp_path: Path) -> None:
    """No secret becomes an identity's own by being shown first."""
    store = Store(tmp_path / "state")
    directory = Directory(store)
    made = directory.enroll(app_id="i", name="builder", kind="ManagedIdentity", resource_id="/subscriptions/s/x")
    assert not directory.knows_secret("i", "anything")
    assert directory.by_object_id(made.object_id.upper()) == made
    directory.remove("i")
    assert directory.find("i") is None
    store.close()


def test_enrolling_again_keeps_the_object_id(tmp_path: Path) -> None:
    """Role assignments name the object id: it may not change."""
    store = Store(tmp_path / "state")
    directory = Directory(store)
    first = directory.enroll(app_id="a", name="one")
    assert directory.enroll(app_id="A", name="two").object_id == first.object_id
    store.close()
