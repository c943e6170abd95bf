"""Excerpts of real build logs: category and key signal of each."""

import json
from pathlib import Path

from imagegate.diagnosis import diagnose
from imagegate.model.diagnosis import Category, Confidence


def test_names_the_category_of_every_log_in_the_corpus(corpus: Path) -> None:
    """Each category is found, its key words stand in the lines that matter, and noise is not called a failure."""
    folder = corpus / "customization-logs"
    entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    assert entries
    wrong = []
    for entry in entries:
        found = diagnose((folder / entry["file"]).read_bytes())
        shown = " ".join([found.signal, *(line.text for line in found.lines)])
        if str(found.category) != entry["category"]:
            wrong.append(f"{entry['file']}: {found.category} instead of {entry['category']}")
        elif not entry["benign"] and entry["signal"] not in shown:
            wrong.append(f"{entry['file']}: {entry['signal']!r} is not in {shown!r}")
        elif found.failed is entry["benign"]:
            wrong.append(f"{entry['file']}: failed is {found.failed}")
        elif entry["confidence"] == "high" and found.confidence is not Confidence.HIGH:
            wrong.append(f"{entry['file']}: confidence is {found.confidence}")
    assert not wrong


def test_every_real_error_body_gets_an_answer(corpus: Path) -> None:
    """Error bodies as ARM gives them are read without fault, and those with a known code get its category."""
    errors = json.loads((corpus / "arm-recordings" / "errors.json").read_text(encoding="utf-8"))["errors"]
    known = {
        "LinkedAuthorizationFailed": Category.PERMISSION,
        "MissingSubscriptionRegistration": Category.PROVIDER_NOT_REGISTERED,
        "InvalidTemplate": Category.TEMPLATE_INVALID,
        "ServerTimeout": Category.SERVICE_FAULT,
        "MarketplacePurchaseEligibilityFailed": Category.SOURCE_IMAGE,
        "ResourceGroupNotFound": Category.CONFLICT,
    }
    seen = set()
    for entry in errors:
        body = entry["body"]
        found = diagnose("", error=body) if isinstance(body, dict) else diagnose(str(body))
        assert found.root_cause
        code = body["error"].get("code") if isinstance(body, dict) and isinstance(body.get("error"), dict) else None
        if code in known:
            seen.add(code)
            assert found.category is known[code], (code, found)
    assert seen == set(known)
