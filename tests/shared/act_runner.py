"""Runs workflows with nektos/act, and reads what that runner made of them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import programs
from docker_daemon import DockerDaemon

HOST = "-self-hosted"
"""The platform with which act runs a job on this machine itself."""


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """How a workflow ended; `events` are act's log lines, each an object."""

    exit_code: int
    events: Sequence[Mapping[str, Any]]

    @property
    def log(self) -> str:
        """What a person reads."""
        return "\n".join(f"[{event.get('job', '')}] {str(event.get('msg', '')).rstrip()}" for event in self.events)

    @property
    def jobs(self) -> dict[str, str]:
        """The result of each job by its name."""
        return {event["job"]: event["jobResult"] for event in self.events if "jobResult" in event}

    @property
    def steps(self) -> dict[str, str]:
        """The result of each main step by its id; a job of a matrix hides another's."""
        found = (event for event in self.events if "stepResult" in event and event.get("stage") == "Main")
        return {event["stepID"][-1]: event["stepResult"] for event in found}

    def outputs(self, step: str) -> dict[str, str]:
        """The outputs that the runner accepted from a step."""
        return {event["name"]: event["arg"] for event in self._commands("set-output") if event["stepID"][0] == step}

    def printed(self, step: str) -> str:
        """What a step's program printed, without the runner's own lines."""
        lines = (event["msg"] for event in self.events if event.get("raw_output") and event["stepID"][0] == step)
        return "\n".join(line.rstrip("\n") for line in lines)

    @property
    def annotations(self) -> list[dict[str, str]]:
        """The errors and warnings that the runner would show at a line."""
        return [
            {"level": event["command"], "message": event["arg"], **event["kvPairs"]}
            for event in self._commands("error", "warning")
        ]

    @property
    def masks(self) -> list[str]:
        """What the runner hides from then on."""
        return [event["arg"] for event in self._commands("add-mask")]

    def _commands(self, *names: str) -> Iterator[Mapping[str, Any]]:
        return (event for event in self.events if event.get("command") in names)


@dataclass(frozen=True, kw_only=True)
class Act:
    """act with a repository's checkout and variables, and the environment of every job.

    `within` is a program, with arguments, that starts act in surroundings of its own.
    """

    folder: Path
    docker_host: str
    platform: str
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    within: Sequence[str] = ()
    timeout_s: float = 600

    @property
    def checkout(self) -> Path:
        """The work tree that jobs see."""
        return self.folder / "images"

    def commit(self) -> str:
        """Commit the work tree as a clone of octo-org/images would have it; returns the commit."""
        for command in (
            ("init", "--quiet", "--initial-branch=main"),
            ("remote", "add", "origin", "https://github.com/octo-org/images"),
            ("add", "--all"),
            ("-c", "user.name=octo", "-c", "user.email=octo@example.org", "commit", "--quiet", "--message=Images"),
        ):
            self._git(*command)
        return self.head()

    def head(self) -> str:
        """The commit that jobs are run for."""
        return self._git("rev-parse", "HEAD")

    def run(
        self,
        workflow: str,
        event: Mapping[str, object] | None = None,
        *,
        name: str = "push",
        options: Sequence[str] = (),
    ) -> WorkflowRun:
        """Run a workflow's text on an event."""
        (self.folder / "workflow.yml").write_text(workflow)
        (self.folder / "event.json").write_text(json.dumps(event or {}))
        # Built once for all steps, as on GitHub: see forget_built_actions.
        command = [*self.within, programs.find("act"), name, "--json", "--pull=false", "--rebuild=false"]
        command += ["--no-cache-server"]
        command += ["--workflows", str(self.folder / "workflow.yml"), "--eventpath", str(self.folder / "event.json")]
        command += ["--platform", f"ubuntu-24.04={self.platform}", "--container-daemon-socket", "-"]
        command += ["--action-cache-path", str(self.folder / "actions"), "--secret", f"GITHUB_TOKEN=ghs_{'t' * 36}"]
        command += [part for key, value in self.variables.items() for part in ("--var", f"{key}={value}")]
        command += [part for key, value in self.environment.items() for part in ("--env", f"{key}={value}")]
        done = subprocess.run(
            [*command, *options],
            cwd=self.checkout,
            env=self._surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=self.timeout_s,
        )
        return WorkflowRun(exit_code=done.returncode, events=[_event(line) for line in done.stdout.splitlines()])

    def _surroundings(self) -> dict[str, str]:
        """A runner's machine has the clients' settings, and nothing of a job or a login."""
        foreign = ("AZURE_", "GITHUB_", "ACTIONS_", "RUNNER_", "IMAGEGATE_", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return kept | {"HOME": str(self.folder), "DOCKER_HOST": self.docker_host}

    def _git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=self.checkout, check=True, capture_output=True, text=True).stdout.strip()


def forget_built_actions(daemon: DockerDaemon) -> None:
    """Let act build each action anew when it next meets it."""
    for image in daemon.run("images", "--format", "{{.Repository}}", "--filter", "reference=act-*").split():
        daemon.run("rmi", image)


def _event(line: str) -> Mapping[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:
        return {"msg": line}
