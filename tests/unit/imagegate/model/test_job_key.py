"""The key of a build job."""

from imagegate.model.job_key import job_part, new_job_key

JOB = {
    "GITHUB_REPOSITORY": "acme/images",
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_JOB": "build",
    "RUNNER_NAME": "runner 1",
}


def test_a_job_finds_its_own_keys_again() -> None:
    """Every key of a job begins with the part that it can derive at any time; the rest is random."""
    first, second = new_job_key(JOB), new_job_key(JOB)

    assert first != second
    assert len(first) == len(second) == 32
    assert first[:16] == second[:16] == job_part(JOB)


def test_no_other_job_has_the_part() -> None:
    """Another repository, run, attempt, job or runner has another part."""
    others = {job_part(JOB | {name: f"{value} other"}) for name, value in JOB.items()}

    assert len({job_part(JOB), *others}) == len(JOB) + 1


def test_outside_of_a_job_all_is_random() -> None:
    """Without a run there is nothing to derive, and no post step that would ask."""
    assert job_part({"GITHUB_REPOSITORY": "acme/images"}) == ""
    assert len(new_job_key({})) == 32
    assert new_job_key({}) != new_job_key({})
