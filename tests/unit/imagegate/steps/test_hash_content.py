"""Hashing a content."""

from pathlib import Path
from typing import Any

from imagegate.model.template_source import LocalScript, TemplateSource
from imagegate.steps.hash_content import hash_content


def _source(body: dict[str, Any], script: bytes = b"", name: str = "a.sh") -> TemplateSource:
    import hashlib

    step = {"type": "Shell", "scriptUri": name}
    whole = {**body, "properties": {"customize": [step], **body.get("properties", {})}}
    local = LocalScript(
        step=("properties", "customize", 0),
        key="scriptUri",
        relative_path=name,
        file=Path(name),
        content=script,
        sha256=hashlib.sha256(script).hexdigest(),
    )
    return TemplateSource(file="t", body=whole, scripts=(local,), lines={})


def test_what_counts() -> None:
    """Scripts count by content, the base by its version; tags and the script's name do not count."""
    base = hash_content(_source({"location": "x"}, b"one"), base_version="1")

    assert hash_content(_source({"location": "x", "tags": {"a": "b"}}, b"one", "other.sh"), base_version="1") == base
    assert hash_content(_source({"location": "x"}, b"two"), base_version="1") != base
    assert hash_content(_source({"location": "x"}, b"one"), base_version="2") != base
    assert hash_content(_source({"location": "y"}, b"one"), base_version="1") != base


def test_hashing_leaves_the_template_alone() -> None:
    """The body that is submitted is not the one that was prepared for hashing."""
    source = _source({"location": "x"}, b"one")

    hash_content(source, base_version="1")

    assert source.body["properties"]["customize"][0] == {"type": "Shell", "scriptUri": "a.sh"}
