"""Statuses against a GitHub that holds every request against GitHub's own description."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from imagegate.errors import ServiceUnreachable
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.steps.post_status import post_status

_CONTEXT = "imagegate/verify (web)"
type MakeJob = Callable[..., dict[str, Any]]


def test_posts_a_status(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401 - see conftest
    """State, text and link are shown; the time of the verdict is in the link, where no reviewer reads it."""
    assert post_status(statuses, job())["outcome"] == "posted"
    shown = github.shown(_CONTEXT)
    assert (shown["state"], shown["description"]) == ("success", "passed in westeurope")
    assert shown["target_url"] == "https://github.com/octo-org/octo-repo/actions/runs/1#imagegate=;.s.1748772000"


def test_an_image_does_not_touch_another(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """The failure of one image stays though another image of the commit passes later."""
    post_status(statuses, job(state="failure"))
    post_status(statuses, job(context="imagegate/verify (db)", at="2025-06-01T11:00:00Z"))
    assert github.shown(_CONTEXT)["state"] == "failure"
    assert github.shown("imagegate/verify (db)")["state"] == "success"


def test_a_version_does_not_hide_another(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """Of the versions of one run the worst is shown, whatever comes last; a new verdict on it clears it."""
    post_status(statuses, job(state="pending", run="7-1", subjects=["a", "b"], at="2025-06-01T09:00:00Z"))
    post_status(statuses, job(state="failure", run="7-1", subjects=["a"], description="Failed: 503."))
    post_status(statuses, job(run="7-1", subjects=["b"], at="2025-06-01T11:00:00Z"))
    assert (github.shown(_CONTEXT)["state"], github.shown(_CONTEXT)["description"]) == ("failure", "Failed: 503.")
    post_status(statuses, job(run="7-1", subjects=["a"], at="2025-06-01T12:00:00Z"))
    assert github.shown(_CONTEXT)["state"] == "success"


def test_a_verdict_of_an_older_run_is_late(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """A verdict on the version of an earlier build changes nothing once a later build of the image has begun."""
    post_status(statuses, job(state="pending", run="8-1", subjects=["new"]))
    late = job(state="failure", run="7-1", subjects=["old"], at="2025-06-01T11:00:00Z")
    assert post_status(statuses, late)["outcome"] == "superseded"
    assert github.shown(_CONTEXT)["state"] == "pending"


def test_two_writers_that_cross_are_joined(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """A failure that another writer posted between reading and writing is not lost."""

    def slip_in(fake: Any) -> None:  # noqa: ANN401
        fake.on_post = None
        ours = fake.statuses.pop(0)
        fake.add(_CONTEXT, "failure", "Failed: 503.", "https://example.org/x#imagegate=7-1;00000000.f.1748772000")
        fake.statuses.insert(0, ours)

    github.on_post = slip_in
    post_status(statuses, job(run="7-1", subjects=["a"]))
    assert (github.shown(_CONTEXT)["state"], github.shown(_CONTEXT)["description"]) == ("failure", "Failed: 503.")


def test_without_a_page_the_link_is_the_commit(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """A build outside of a workflow has no page; the order must not be lost for that."""
    post_status(statuses, job(target_url=""))
    assert f"/octo-org/octo-repo/commit/{'a' * 40}#imagegate=" in github.shown(_CONTEXT)["target_url"]


def test_the_second_time_changes_nothing(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """An activity that runs again, after its answer was lost, posts nothing."""
    post_status(statuses, job())
    assert post_status(statuses, job())["outcome"] == "unchanged"
    assert len(github.statuses) == 1


def test_a_late_verdict_does_not_overwrite_a_newer_one(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """What counts is when the verdict was reached, not when it arrives."""
    post_status(statuses, job(state="failure", at="2025-06-01T10:05:00Z"))
    assert post_status(statuses, job(state="success", at="2025-06-01T10:01:00Z"))["outcome"] == "superseded"
    assert post_status(statuses, job(state="pending", at="2025-06-01T10:05:00.9Z"))["outcome"] == "superseded"
    assert github.shown(_CONTEXT)["state"] == "failure"


def test_any_order_of_arrival_ends_in_the_newest(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """However deliveries are shuffled and doubled, the newest verdict is what is shown in the end."""
    jobs = [job(state="pending", at="2025-06-01T10:00:00Z", description="began")]
    jobs += [job(state="failure", at=f"2025-06-01T10:0{minute}:00Z", description=str(minute)) for minute in range(1, 5)]
    jobs += [job(state="success", at="2025-06-01T11:00:00Z", description="last")]
    for seed in range(5):
        github.statuses.clear()
        shuffled = [*jobs, *jobs]
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
        for one in shuffled:
            post_status(statuses, one)
        assert github.shown(_CONTEXT)["description"] == "last"


def test_a_newer_verdict_that_slipped_in_is_shown_again(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """Reading and writing are two calls: another writer's newer verdict, overwritten in between, comes back on top."""

    def slip_in(fake: Any) -> None:  # noqa: ANN401
        fake.on_post = None
        ours = fake.statuses.pop(0)
        fake.add(_CONTEXT, "failure", "newer [2025-06-01T10:30:00Z]", "https://example.org/other")
        fake.statuses.insert(0, ours)

    github.on_post = slip_in
    assert post_status(statuses, job())["outcome"] == "superseded"
    shown = github.shown(_CONTEXT)
    assert (shown["state"], shown["description"]) == ("failure", "newer")
    assert shown["target_url"].startswith("https://example.org/other#imagegate=")


def test_others_statuses_do_not_matter(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """Other contexts, more than a page of them, and a status without our mark, stand in nobody's way."""
    github.add(_CONTEXT, "error", None)
    for number in range(250):
        github.add(f"other/{number}", "failure", "x [2030-01-01T00:00:00Z]")
    assert post_status(statuses, job())["outcome"] == "posted"
    for number in range(250):
        github.add(f"other/{number}", "failure", "x")
    assert post_status(statuses, job(state="failure", at="2025-05-01T10:00:00Z"))["outcome"] == "superseded"


def test_a_long_description_is_cut(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """GitHub refuses more than 140 characters."""
    assert post_status(statuses, job(description="word " * 60))["outcome"] == "posted"
    described = github.shown(_CONTEXT)["description"]
    assert len(described) <= 140
    assert described.endswith("…")


def test_secrets_do_not_reach_github(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """Neither in the text nor in the link."""
    post_status(statuses, job(description="token=ghs_" + "aB3d" * 9, target_url="https://a/b?sig=AbCdEfGhIjKl"))
    assert "aB3daB3d" not in json.dumps(github.statuses)
    assert "AbCdEf" not in json.dumps(github.statuses)


def test_speaks_only_to_repositories_of_the_settings(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """A repository that an image's tags claim is not asked at all."""
    answer = post_status(statuses, job(repository="somebody/else"))
    assert answer["outcome"] == "not-allowed"
    assert "somebody/else" in answer["message"]
    assert github.requests == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"commit": "main"},
        {"commit": "../../../x"},
        {"repository": "octo-org"},
        {"repository": "octo-org/octo-repo/../x"},
        {"state": "passed"},
        {"context": "ci/build"},
        {"context": "imagegate/verify (two words)"},
        {"at": ""},
        {"at": None},
    ],
)
def test_a_job_that_makes_no_sense_is_told_and_not_sent(
    github: Any,  # noqa: ANN401
    statuses: GitHubStatuses,
    job: MakeJob,
    wrong: dict[str, Any],
) -> None:
    """No retry would help, and no path is built from it."""
    assert post_status(statuses, job(**wrong))["outcome"] == "not-usable"
    assert github.requests == []


def test_a_token_that_only_reads_is_told(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """The verdict stands, and the answer names the permission that is missing."""
    github.faults += [(200, {}, []), (403, {}, {"message": "Resource not accessible by integration"})]
    answer = post_status(statuses, job())
    assert answer["outcome"] == "read-only"
    assert "statuses: write" in answer["message"]


def test_a_credential_that_is_not_taken_is_told(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """An expired token is no reason to fail either, and is not shown."""
    github.tokens.clear()
    answer = post_status(statuses, job())
    assert answer["outcome"] == "read-only"
    assert "Bad credentials" in answer["message"]
    assert "jobT0ken" not in json.dumps(answer)


def test_a_commit_that_is_gone_is_told(statuses: GitHubStatuses, job: MakeJob) -> None:
    """A force push may have taken it away."""
    assert post_status(statuses, job(commit="b" * 40))["outcome"] == "no-such-commit"


def test_any_other_refusal_is_told(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """GitHub ends at a thousand statuses a commit and context."""
    errors = [{"message": "This SHA and context has reached the maximum number of statuses."}]
    github.faults += [(200, {}, []), (422, {}, {"message": "Validation Failed", "errors": errors})]
    answer = post_status(statuses, job())
    assert answer["outcome"] == "refused"
    assert "maximum number of statuses" in answer["message"]


@pytest.mark.parametrize(
    "fault",
    [
        (500, {}, {"message": "Server Error"}),
        (502, {}, None),
        (429, {"retry-after": "30"}, {"message": "Too many"}),
        (403, {"retry-after": "30"}, {"message": "You have exceeded a secondary rate limit."}),
        (403, {"x-ratelimit-remaining": "0"}, {"message": "API rate limit exceeded for installation ID 1."}),
    ],
)
def test_what_may_pass_is_raised_for_the_engine_to_try_again(
    github: Any,  # noqa: ANN401
    statuses: GitHubStatuses,
    job: MakeJob,
    fault: tuple[int, dict[str, str], Any],
) -> None:
    """Faults of GitHub's and rate limits; the time after that finds everything as it should be."""
    github.faults.append(fault)
    with pytest.raises(ServiceUnreachable):
        post_status(statuses, job())
    assert post_status(statuses, job())["outcome"] == "posted"


def test_nobody_there_is_raised_too(job: MakeJob) -> None:
    """A connection that is refused may be taken the next time."""
    access = GitHubAccess(api_url="http://127.0.0.1:9", token="x", repositories=frozenset({"octo-org/octo-repo"}))
    with pytest.raises(ServiceUnreachable, match="could not be reached"):
        post_status(GitHubStatuses(access), job())


def test_without_a_credential_nothing_is_sent(github: Any, job: MakeJob) -> None:  # noqa: ANN401
    """A Function that was given none still verifies."""
    access = GitHubAccess.from_environment({"IMAGEGATE_REPOSITORIES": "octo-org/octo-repo, a/b"})
    assert post_status(GitHubStatuses(access), job())["outcome"] == "not-configured"
    assert github.requests == []


def test_comes_as_a_github_app(github: Any, job: MakeJob, pem: str) -> None:  # noqa: ANN401
    """Finds its installation, asks to write statuses of one repository and no more, keeps and masks the token."""
    secrets: list[str] = []
    access = GitHubAccess.from_environment(
        {
            "IMAGEGATE_REPOSITORIES": "octo-org/octo-repo",
            "IMAGEGATE_GITHUB_API_URL": github.api_url + "/",
            "IMAGEGATE_GITHUB_APP_ID": "4711",
            "IMAGEGATE_GITHUB_APP_PRIVATE_KEY": pem.replace("\n", "\\n"),
        }
    )
    statuses = GitHubStatuses(access, on_secret=secrets.append)
    assert post_status(statuses, job())["outcome"] == "posted"
    assert post_status(statuses, job(state="failure", at="2025-06-01T11:00:00Z"))["outcome"] == "posted"
    asked = [path for _, path in github.requests if "installation" in path]
    assert asked == ["/repos/octo-org/octo-repo/installation", "/app/installations/12/access_tokens"]
    assert [secret[:5] for secret in secrets] == ["-----", "ghs_i"]
    assert pem.strip().splitlines()[1] not in repr(access)


def test_an_app_that_is_not_installed_there_is_told(github: Any, job: MakeJob, pem: str) -> None:  # noqa: ANN401
    """The repository is allowed by the settings and has not let the app in."""
    access = GitHubAccess(
        api_url=github.api_url, app_id="4711", app_key=pem, repositories=frozenset({"octo-org/another"})
    )
    assert post_status(GitHubStatuses(access), job(repository="octo-org/another"))["outcome"] == "no-such-commit"


@pytest.mark.parametrize(
    ("state", "description", "outcome"),
    [
        ("failure", "break-it exited 1 [2025-06-01T09:00:00Z]", "unchanged"),
        ("pending", "Building. [2025-06-01T09:00:00Z]", "posted"),
        ("failure", "by somebody else", "posted"),
    ],
)
def test_what_is_closed_is_left_if_wanted(
    github: Any,  # noqa: ANN401 - see conftest
    statuses: GitHubStatuses,
    job: MakeJob,
    state: str,
    description: str,
    outcome: str,
) -> None:
    """Who knows less closes only what is still open: a status of ours that is closed keeps its own words."""
    github.add("imagegate/build (web)", state, description)

    wanted = job(context="imagegate/build (web)", state="failure", description="It failed.", unless_closed=True)
    answers = [post_status(statuses, wanted)["outcome"] for _ in range(2)]

    assert answers == [outcome, "unchanged"]


@pytest.mark.parametrize(
    ("state", "subjects", "outcome"),
    [
        ("pending", ["a"], "posted"),
        ("pending", [], "posted"),
        ("pending", ["b"], "unchanged"),
        ("success", ["a"], "unchanged"),
    ],
)
def test_only_what_is_pending_is_closed_if_wanted(
    statuses: GitHubStatuses, job: MakeJob, state: str, subjects: list[str], outcome: str
) -> None:
    """A version that may not speak for the commit closes what waits for it, and writes nothing else."""
    post_status(statuses, job(state=state, subjects=subjects, at="2025-06-01T09:00:00Z"))

    wanted = job(state="error", subjects=["a"], only_pending=True)

    assert post_status(statuses, wanted)["outcome"] == outcome


def test_nothing_is_opened_by_what_only_closes(github: Any, statuses: GitHubStatuses, job: MakeJob) -> None:  # noqa: ANN401
    """Without any status there is nothing to close."""
    assert post_status(statuses, job(state="error", only_pending=True))["outcome"] == "unchanged"
    assert github.statuses == []
