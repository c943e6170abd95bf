# ruff: noqa: INP001 - a program, not a package
"""What the Function costs: many verifications at once, an event until it is scheduled, a cold worker's first call.

    PYTHONPATH=tests/shared .venv/bin/python benchmarks/function/run.py

Everything runs on the platform's own worker library, in a worker process of its own; what the .NET host and Azure's
storage add is not in these figures.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from localazure.assembly import LocalCloud
from localazure.clock import SystemClock
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID
from localazure.functions.host import FunctionHost
from localazure.trial.cloud_session import CloudSession
from recording_engine import RecordingEngine

_REPOSITORY = Path(__file__).resolve().parents[2]
_INSTANT = Path(__file__).with_name("instant")
_COUNTS = (1, 50, 200)
_EVENTS = 50
_COLD_STARTS = 7
_PATIENCE_S = 600
_API = "api-version=2021-04-01"
_GALLERY = (
    f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/golden"
)
_STAMP = {
    "imagegate-repository": "acme/images",
    "imagegate-commit": "0123456789abcdef0123456789abcdef01234567",
    "imagegate-ref": "refs/heads/main",
    "imagegate-run": "4711-1",
    "imagegate-content-hash": "0123456789ab",
}


def main() -> None:
    """Measure all three, and print a line for each."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        for count in _COUNTS:
            seconds, before, peak = many_at_once(folder, count)
            print(
                f"{count:4} verifications at once: {seconds:6.2f} s, {1000 * seconds / count:6.1f} ms each; worker "
                f"{before / 1024:.1f} → {peak / 1024:.1f} MiB, {(peak - before) / count:.0f} KiB each"
            )
        with _cloud(folder) as cloud:
            warm = warm_events(folder, cloud)
            print(f"event → scheduled, warm:  {_told(warm)}")
            whole, start = zip(*(cold_start(folder, cloud, number) for number in range(_COLD_STARTS)), strict=True)
            print(f"cold worker, start:       {_told(start)}")
            print(f"cold worker, first event: {_told(whole)}   (start and first event until it is scheduled)")


def many_at_once(folder: Path, count: int) -> tuple[float, int, int]:
    """Seconds until all have their verdict; the worker's memory before, and at its highest, in KiB."""
    with _host(_INSTANT, folder, {}) as host:
        _one(host, "warm-up")
        before = _memory_kib(host.worker_pid, "VmRSS")
        begun = time.perf_counter()
        for number in range(count):
            host.durable.start("verify_for_commit", _job(number), instance_id=f"v-{number}")
        for number in range(count):
            _passed(host, f"v-{number}")
        return time.perf_counter() - begun, before, _memory_kib(host.worker_pid, "VmHWM")


def warm_events(folder: Path, cloud: LocalCloud) -> list[float]:
    """Seconds of each event, from the delivery to the host until the orchestration is scheduled."""
    found = []
    with _host(_REPOSITORY, folder, _settings(cloud)) as host:
        for number in range(_EVENTS + 1):
            text = _event(cloud, f"1.0.{number}")
            begun = time.perf_counter()
            errors = host.on_events("on_build_event", [text])
            found.append(time.perf_counter() - begun)
            _expect(not errors, errors)
            _let_end(host, number + 1)
    return found[1:]  # the first one connects


def cold_start(folder: Path, cloud: LocalCloud, number: int) -> tuple[float, float]:
    """Seconds from nothing until a first event is scheduled, and of these until the app was indexed."""
    text, settings = _event(cloud, f"2.0.{number}"), _settings(cloud)
    begun = time.perf_counter()
    with _host(_REPOSITORY, folder, settings) as host:
        started = time.perf_counter() - begun
        errors = host.on_events("on_build_event", [text])
        whole = time.perf_counter() - begun
        _expect(not errors, errors)
        _let_end(host, 1)
    return whole, started


@contextmanager
def _cloud(folder: Path) -> Iterator[LocalCloud]:
    engine = RecordingEngine(folder / "engine")
    with LocalCloud(state=folder / "state", engine=engine) as cloud, CloudSession(cloud.environment) as session:
        subscription = f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}"
        session.exchange("POST", f"{subscription}/providers/Microsoft.Compute/register?{_API}")
        for group in ("rg-images", "rg-images-smoke"):
            session.exchange("PUT", f"{subscription}/resourceGroups/{group}?{_API}", {"location": "westeurope"})
        yield cloud


@contextmanager
def _host(code: Path, folder: Path, settings: dict[str, str]) -> Iterator[FunctionHost]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **settings}
    log = folder / "worker.log"
    with FunctionHost(code, environment=environment, settings=settings, clock=SystemClock(), log=log) as host:
        yield host


def _settings(cloud: LocalCloud) -> dict[str, str]:
    return {
        **cloud.environment,
        "FUNCTIONS_LOG_LEVEL": "WARNING",
        "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS": "rg-images",
        "IMAGEGATE_REPOSITORIES": "acme/images",
        "IMAGEGATE_WORKFLOWS": "*",
        "IMAGEGATE_ORIGIN_CONTAINERS": "https://proofs.example/origin",
        "IMAGEGATE_RECORDS_CONTAINER": "https://proofs.example/records",
    }


def _event(cloud: LocalCloud, number: str) -> str:
    """The event of a version that is there to be verified."""
    version_id = f"{_GALLERY}/images/web/versions/{number}"
    for parent in (_GALLERY, f"{_GALLERY}/images/web"):
        cloud.cloud.store.put(parent, {"id": parent, "name": parent.rsplit("/", 1)[-1], "properties": {}})
    profile = {"publishedDate": "2026-11-21T12:00:00Z", "targetRegions": [{"name": "westeurope"}]}
    body = {
        "id": version_id,
        "name": number,
        "location": "westeurope",
        "tags": _STAMP,  # without a smoke part, the verification that the event starts is over at once
        "properties": {"provisioningState": "Succeeded", "publishingProfile": profile},
    }
    cloud.cloud.store.put(version_id, body)
    event = {
        "specversion": "1.0",
        "id": number,
        "source": _GALLERY,
        "type": "Microsoft.Resources.ResourceWriteSuccess",
        "subject": version_id,
        "time": "2026-11-21T12:00:00Z",
        "data": {"operationName": "Microsoft.Compute/galleries/images/versions/write"},
    }
    return json.dumps(event)


def _job(number: int | str) -> dict[str, object]:
    return {
        "image_version_id": f"{_GALLERY}/images/web/versions/0.0.{number}",
        "run": f"r{number}",
        "subscription_id": DEFAULT_SUBSCRIPTION_ID,
        "resource_group": "rg-images-smoke",
        "limit_s": 0,
        "repository": "acme/images",
        "commit": _STAMP["imagegate-commit"],
        "smoke": {"probes": [{"http": {"port": 80}}], "reboot": True},
    }


def _one(host: FunctionHost, name: str) -> None:
    host.durable.start("verify_for_commit", _job(name), instance_id=name)
    _passed(host, name)


def _passed(host: FunctionHost, instance_id: str) -> None:
    ended = host.durable.wait(instance_id, _PATIENCE_S)
    output = json.loads((ended.serialized_output if ended else None) or "{}")
    _expect(output.get("verdict") == "passed", output)


def _let_end(host: FunctionHost, count: int) -> None:
    """So many verifications were scheduled; the next event finds a host that is warm and idle."""
    stories = [one.instance_id for one in host.durable.instances() if one.name == "verify_for_commit"]
    _expect(len(stories) == count, stories)
    for story in stories:
        host.durable.wait(story, _PATIENCE_S)


def _expect(held: bool, shown: object) -> None:
    if not held:
        raise SystemExit(f"not as it should be: {shown}")


def _memory_kib(pid: int, name: str) -> int:
    """A line of proc(5)'s status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _told(seconds: Sequence[float]) -> str:
    ordered = sorted(1000 * one for one in seconds)
    last = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"{statistics.median(ordered):6.0f} ms median, {ordered[0]:.0f} best, {last:.0f} at the 95th percentile"


if __name__ == "__main__":
    main()
