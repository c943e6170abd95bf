"""Annotations: one a cause, on the line that is to be changed."""

from imagegate.errors import InputError, InputFault, ServiceUnreachable
from imagegate.model.diagnosis import Category, Confidence, Diagnosis, FailingCustomizer, LogLine, Place
from imagegate.report.annotations import annotate_diagnosis, annotate_error, annotate_faults, annotation

_FOUND = Diagnosis(
    category=Category.PACKAGE,
    cause="apt-package-unknown",
    root_cause="apt knows no package apach2.",
    meaning="It is misspelt.",
    next_step="Correct it.",
    confidence=Confidence.HIGH,
    lines=(LogLine(number=12, text="E: Unable to locate package apach2"),),
    customizer=FailingCustomizer(
        type="Shell",
        index=1,
        name="install",
        place=Place(file="template.json", line=20),
        script_place=Place(file="scripts/install.sh", line=4),
    ),
)


def test_one_annotation_for_a_cause_on_the_script_s_own_line() -> None:
    """The script's line comes before the template's; the path is that from the repository's root."""
    shown = list(annotate_diagnosis(_FOUND, root="images/web"))
    assert len(shown) == 1
    assert shown[0].startswith("::error file=images/web/scripts/install.sh,line=4,title=Build failed%3A package in ")
    assert "apt knows no package apach2.%0AIt is misspelt.%0ACorrect it.%0A%0A12: E: Unable" in shown[0]


def test_no_failure_no_annotation() -> None:
    """A build that did not fail leaves no mark."""
    fine = Diagnosis(category=Category.NONE, root_cause="fine", confidence=Confidence.HIGH)
    assert list(annotate_diagnosis(fine)) == []


def test_a_long_message_is_cut_where_the_runner_would_cut_it() -> None:
    """At 4,096 characters, with a sign that something is missing."""
    data = annotation("x" * 9000).removeprefix("::error::")
    assert len(data) == 4096
    assert data.endswith("…")


def test_a_line_without_a_file_is_no_place() -> None:
    """Annotations without a file belong to the job; column without line is left out."""
    assert annotation("m", line=3) == "::error::m"
    assert annotation("m", file="f", column=3) == "::error file=f::m"


def test_secrets_do_not_get_into_annotations() -> None:
    """Message and title are redacted."""
    assert "ghp_" not in annotation("ghp_" + "a1" * 18, title="token=ghp_" + "b2" * 18)


def test_all_faults_at_once_and_none_lost() -> None:
    """Up to GitHub's ten a step each has its own place; what is beyond stands in the last."""
    faults = [InputFault(message=f"fault {number}", file="a.yaml", line=number) for number in range(1, 31)]
    shown = list(annotate_faults(faults, root="images"))
    assert len(shown) == 10
    assert shown[0].startswith("::error file=images/a.yaml,line=1,title=input::fault 1")
    assert all(f"fault {number}" in "\n".join(shown) for number in range(1, 31))
    assert list(annotate_error(InputError(faults[:2]), root="images")) == shown[:2]


def test_any_other_error_is_one_annotation() -> None:
    """With its code as the title and its hint in the text."""
    error = ServiceUnreachable("No answer.", hint="Try again.", ids={"resource": "r"})
    assert list(annotate_error(error)) == [
        "::error title=imagegate%3A service-unreachable::No answer.%0ATry again.%0A  resource: r"
    ]
