"""The runner's side of a step: what it hears in a log, what it reads from files, how it starts and cancels a container.

Source of each rule: actions/runner (ActionCommandManager, FileCommandManager, ContainerActionHandler, ProcessInvoker).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_COMMAND = re.compile(r"^\s*::(?P<name>[\w-]+)(?: (?P<properties>[^\n]*?))?::(?P<data>.*)$")
_FILES = ("OUTPUT", "STATE", "ENV", "PATH", "STEP_SUMMARY")
_INT_WAIT_S, _TERM_WAIT_S = 7.5, 2.5


@dataclass(kw_only=True)
class Heard:
    """What a log said to the runner: annotations with their properties, masks, and commands by name."""

    annotations: list[dict[str, str]] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    groups_open: int = 0
    deaf: bool = False


def hear(log: str) -> Heard:
    """Listen to a log as the runner does."""
    found, stop = Heard(), ""
    for line in log.splitlines():
        if stop:
            if line.strip() == f"::{stop}::":
                stop = ""
            continue
        match = _COMMAND.match(line)
        if match is None:
            if "##[" in line:
                found.commands.append(line[line.index("##[") :].partition("]")[0])
            continue
        name, data = match["name"], _unescape(match["data"])
        found.commands.append(name)
        match name:
            case "stop-commands":
                stop = data
            case "add-mask":
                found.masks.append(data)
            case "group" | "endgroup":
                found.groups_open += 1 if name == "group" else -1
            case "error" | "warning" | "notice":
                found.annotations.append({"level": name, "message": data, **_properties(match["properties"] or "")})
    found.deaf = bool(stop)
    return found


def read_values(text: str) -> dict[str, str]:
    """The values in a file of outputs or state; what the runner would refuse is an error."""
    lines, found = iter(text.splitlines()), {}
    assert not text or text.endswith("\n"), "the last line has no end"
    for line in lines:
        if not line:
            continue
        name, _, delimiter = line.partition("<<")
        assert "=" not in name, line
        assert name, line
        assert delimiter, line
        value = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        else:
            raise AssertionError(f"the delimiter of {name} never came")
        found[name] = "\n".join(value)
    return found


@dataclass(frozen=True, kw_only=True)
class Step:
    """How a step ended."""

    exit_code: int
    log: str
    outputs: Mapping[str, str]
    state: Mapping[str, str]
    summary: str
    cancelled_by: str = ""

    @property
    def heard(self) -> Heard:
        """What the runner made of the log."""
        return hear(self.log)


@dataclass(kw_only=True)
class JobOnRunner:
    """One job on one runner, with the folders that it mounts. `docker` is the client with its daemon."""

    docker: Sequence[str]
    folder: Path
    image: str
    environment: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, object] = field(default_factory=dict)
    timeout_s: float = 300

    def __post_init__(self) -> None:
        for name in ("_temp/_github_home", "_temp/_github_workflow", "_temp/_runner_file_commands", "images/images"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def workspace(self) -> Path:
        """The checkout."""
        return self.folder / "images" / "images"

    @property
    def home(self) -> Path:
        """What is /github/home in the container."""
        return self.folder / "_temp" / "_github_home"

    def start(self, inputs: Mapping[str, str], *, entrypoint: str = "", **environment: str) -> RunningStep:
        """Start the container as the runner does."""
        (self.folder / "_temp/_github_workflow/event.json").write_text(json.dumps(self.event))
        unique = uuid.uuid4().hex
        files = {name: f"{name.lower()}_{unique}" for name in _FILES}
        for file in files.values():
            (self.folder / "_temp/_runner_file_commands" / file).touch()
        given = {
            **{f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in inputs.items()},
            **{f"GITHUB_{name}": f"/github/file_commands/{file}" for name, file in files.items()},
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_REPOSITORY": "octo-org/images",
            "GITHUB_SHA": "e" * 40,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_SERVER_URL": "https://github.com",
            "RUNNER_TEMP": "/github/runner_temp",
            "RUNNER_WORKSPACE": str(self.folder / "images"),
            "RUNNER_OS": "Linux",
            "HOME": "/github/home",
            **self.environment,
            **environment,
        }
        name = f"imagegate_{unique}"
        command = [*self.docker, "run", "--name", name, "--label", "imagegate-test", "--workdir", "/github/workspace"]
        command += [
            "--rm",
            *(part for key in given for part in ("-e", key)),
            "-e",
            "GITHUB_ACTIONS=true",
            "-e",
            "CI=true",
        ]
        command += ["--entrypoint", entrypoint] if entrypoint else []
        for host, mount in (
            ("_temp", "/github/runner_temp"),
            ("_temp/_github_home", "/github/home"),
            ("_temp/_github_workflow", "/github/workflow"),
            ("_temp/_runner_file_commands", "/github/file_commands"),
            ("images/images", "/github/workspace"),
        ):
            command += ["-v", f"{self.folder / host}:{mount}"]
        process = subprocess.Popen(
            [*command, self.image],
            env={"PATH": os.environ["PATH"], **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        return RunningStep(job=self, process=process, name=name, files=files)

    def run(self, inputs: Mapping[str, str], *, entrypoint: str = "", **environment: str) -> Step:
        """Start it and wait for its end."""
        return self.start(inputs, entrypoint=entrypoint, **environment).end()


@dataclass(kw_only=True)
class RunningStep:
    """A step whose container runs."""

    job: JobOnRunner
    process: subprocess.Popen[str]
    name: str
    files: Mapping[str, str]

    def end(self, *, cancelled_by: str = "", log: str = "") -> Step:
        """Wait, and read what it left."""
        if not log:
            log, _ = self.process.communicate(timeout=self.job.timeout_s)
        return Step(
            exit_code=self.process.returncode,
            log=log,
            outputs=read_values(self._file("OUTPUT")),
            state=read_values(self._file("STATE")),
            summary=self._file("STEP_SUMMARY"),
            cancelled_by=cancelled_by,
        )

    def end_after(self, words: str, then: Callable[[], object]) -> Step:
        """Wait for a line of the log that has the words, do something, and wait for the end."""
        assert self.process.stdout is not None
        lines = []
        with self.process.stdout as log:
            for line in log:
                lines.append(line)
                if words in line:
                    then()
        self.process.wait(self.job.timeout_s)
        return self.end(log="".join(lines))

    def cancel(self) -> Step:
        """SIGINT to the client, SIGTERM after 7.5 s, the end after another 2.5 s; tells which of them did it."""
        for number, patience_s in ((signal.SIGINT, _INT_WAIT_S), (signal.SIGTERM, _TERM_WAIT_S)):
            self.process.send_signal(number)
            try:
                log, _ = self.process.communicate(timeout=patience_s)
            except subprocess.TimeoutExpired:
                continue
            return self.end(cancelled_by=number.name, log=log or "\n")
        self.process.kill()
        log, _ = self.process.communicate(timeout=30)
        return self.end(cancelled_by="SIGKILL", log=log or "\n")

    def _file(self, name: str) -> str:
        return (self.job.folder / "_temp/_runner_file_commands" / self.files[name]).read_text()


def _properties(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {name: _unescape(value).replace("%3A", ":").replace("%2C", ",") for name, _, value in pairs}


def _unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
