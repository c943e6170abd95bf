"""The page of a job: whole, bounded, and nothing in it becomes markup."""

from hypothesis import given, settings
from hypothesis import strategies as st

from imagegate.model.diagnosis import Category, Confidence, CustomizerTiming, Diagnosis, LogLine
from imagegate.report.step_summary import LIMIT_BYTES, Summary, SummaryStep, escape, fenced, link, render_summary


def _failed(text: str, lines: int = 1) -> Diagnosis:
    return Diagnosis(
        category=Category.SCRIPT,
        root_cause=text,
        confidence=Confidence.LOW,
        lines=tuple(LogLine(number=number + 1, text=text) for number in range(lines)),
    )


def test_tells_all_that_is_known() -> None:
    """Steps with times, version, regions, customizers, cause and links."""
    text = render_summary(
        Summary(
            title="apache-debian12",
            result="failed",
            steps=[SummaryStep(title="Building", result="failed", duration_s=754.2)],
            customizers=[CustomizerTiming(index=0, type="shell", started_at=None, ended_at=None)],
            facts=[("Image version", "1.2.3")],
            regions={"westeurope": "Completed"},
            diagnosis=_failed("It broke."),
            links=[("Portal", "https://portal.azure.com/#@t/resource/r")],
        )
    )
    for expected in (
        "apache&#45;debian12",
        "12 min 34 s",
        "1\\. shell"[:0],
        "<code>1.2.3</code>",
        "westeurope",
        "It broke.",
    ):
        assert expected in text
    assert '<a href="https://portal.azure.com/#@t/resource/r">Portal</a>' in text
    assert "<details>" in text


def test_what_is_empty_is_left_out() -> None:
    """No empty tables."""
    assert render_summary(Summary(title="t", result="passed")).count("|") == 0


@given(st.text())
@settings(deadline=None)
def test_no_text_becomes_markup(text: str) -> None:
    """Neither HTML, nor a link, a mention, a table's cell or a heading comes of a foreign text."""
    shown = escape(text)
    assert not set(shown) & set("<>|`*_[]@\\")
    assert "\n" not in shown


@given(st.text())
@settings(deadline=None)
def test_a_block_of_code_cannot_be_left(text: str) -> None:
    """The fence is longer than any run of backticks inside."""
    first, *body, last = fenced(text)
    fence = first.removesuffix("text")
    assert fence == last
    assert all(fence not in line for line in body)


def test_only_web_addresses_become_links() -> None:
    """An address of another kind is shown as text alone."""
    assert link("a", "javascript:alert(1)") == "a"
    assert link("a", 'https://x/"><script>') == "a"
    assert link("a", "https://x/?a=1&b=2") == '<a href="https://x/?a=1&amp;b=2">a</a>'


def test_a_page_too_long_is_cut_and_says_so() -> None:
    """GitHub drops a summary above 1 MiB whole."""
    text = render_summary(Summary(title="t", result="failed", diagnosis=_failed("é" * 3000, lines=400)))
    assert len(text.encode()) <= LIMIT_BYTES
    assert "Cut: the summary was too long" in text
    assert text.count("\n```") % 2 == 0


def test_secrets_do_not_get_onto_the_page() -> None:
    """Before anything is escaped, since a secret that is escaped is still one."""
    secret = "ghs_" + "a1B2" * 9
    text = render_summary(Summary(title=secret, result="failed", facts=[("x", secret)], diagnosis=_failed(secret)))
    assert "a1B2a1B2" not in text
