"""The GitHub job that a command runs in: its log, its outputs, its summary, what it keeps for its post step."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from imagegate.errors import BuildFailed, ImageGateError
from imagegate.gateway.endpoints import well_known
from imagegate.model import normalise_region
from imagegate.model.diagnosis import CustomizerTiming, Diagnosis
from imagegate.report.annotations import annotate_diagnosis, annotate_error, annotation
from imagegate.report.heartbeat import Heartbeat
from imagegate.report.job_log import JobLog
from imagegate.report.masking import Masks
from imagegate.report.outcome import Outcome, error_document
from imagegate.report.step_summary import Summary, render_summary
from imagegate.report.workflow_commands import assignment, foreign
from imagegate.settings.action_inputs import ACTION_OUTPUTS, output_values

_SECRETS = (
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "GITHUB_TOKEN",
    "IMAGEGATE_GITHUB_TOKEN",
)
_LOG_LIMIT_BYTES = 64 * 1024 * 1024
_CONTAINER = "IMAGEGATE_CONTAINER"
"""Set in the action's container, whose file system ends with the step."""
_MOUNTS = "/github/"
"""Where the runner mounts the job's folders into a container action. Source: actions/runner, ContainerActionHandler."""


@dataclass(kw_only=True)
class Job:
    """What is told where: annotations and progress to the log, values to the files that the runner names.

    `arm_endpoint` is the cloud that links lead to; a command sets it once it knows.
    """

    environment: Mapping[str, str]
    log: JobLog
    masks: Masks
    arm_endpoint: str = ""
    heartbeat: Heartbeat = field(init=False)
    _written: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.heartbeat = Heartbeat(self.log.beat)

    @classmethod
    def of(cls, environment: Mapping[str, str], stream: TextIO, masks: Masks) -> "Job | None":
        """The job of this environment; None outside of one. Its secrets are masked from here on."""
        if environment.get("GITHUB_ACTIONS") != "true":
            return None
        job = cls(environment=environment, log=JobLog(stream, masks), masks=masks)
        for name in _SECRETS:
            if environment.get(name):
                job.log.mask(environment[name])
        return job

    @property
    def has_post_step(self) -> bool:
        """Whether the runner calls our post step at the end of the job: that of the container action."""
        return self.environment.get(_CONTAINER) == "true"

    def keep(self, name: str, value: str) -> None:
        """A value for the post step, which finds it as STATE_<name>; what is kept last counts."""
        self._append("GITHUB_STATE", assignment(name, value))

    def tell_outcome(self, command: str, outcome: Outcome) -> None:
        """A command that came to its end, well or not."""
        document = dict(outcome.document)
        self._end_log()
        error = document.get("error")
        if outcome.exit_code and isinstance(error, Mapping):
            text = "\n".join(str(error[key]) for key in ("message", "hint") if error.get(key))
            self.log.commands([annotation(text, title=f"imagegate {command}: {outcome.headline}")])
        self.log.commands(annotation(text, level="warning", title=f"imagegate {command}") for text in outcome.warnings)
        self._tell(command, document, outcome.headline, outcome.rows, outcome.exit_code, warnings=outcome.warnings)

    def tell_error(self, command: str, error: ImageGateError) -> None:
        """A command that ended with an error: on the console unheard, as annotations, in outputs and summary."""
        self._end_log()
        self.log.commands(foreign(self.masks.hide(f"error: {error}").splitlines()))
        given = error.diagnosis if isinstance(error, BuildFailed) else None
        found = given.map_texts(self.masks.hide) if isinstance(given, Diagnosis) else None
        root = self._root()
        diagnosed = found is not None and found.failed
        self.log.commands(
            annotate_diagnosis(found, root=root) if found and diagnosed else annotate_error(error, root=root)
        )
        headline = error.message.splitlines()[0] if error.message else error.code
        rows = [(name, value) for name, value in error.ids.items()]
        self._tell(command, error_document(command, error), headline, rows, error.exit_code, found)

    def _end_log(self) -> None:
        self.heartbeat.stop()
        self.log.close()

    def _tell(
        self,
        command: str,
        document: Mapping[str, object],
        headline: str,
        rows: Sequence[tuple[str, str]],
        exit_code: int,
        diagnosis: Diagnosis | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        hidden = self.masks.hide_in({**document, "exit_code": exit_code})
        safe = dict(hidden) if isinstance(hidden, Mapping) else {}
        report = self._write_report(command, safe)
        if report:
            safe["report_path"] = report
        self._write_outputs(safe)
        verdict = str(safe.get("verdict") or ("passed" if exit_code == 0 else "failed"))
        if safe.get("teardown") == "incomplete":
            verdict = "incomplete"
        summary = Summary(
            title=f"imagegate {command}: {self.masks.hide(headline)}",
            result=verdict,
            warnings=[self.masks.hide(text) for text in warnings],
            steps=self.log.steps,
            customizers=tuple(_customizers(safe)),
            facts=[(self.masks.hide(name), self.host_path(self.masks.hide(value))) for name, value in rows],
            regions=_regions(safe),
            diagnosis=diagnosis,
            links=tuple(self._links(safe)),
        )
        self._append("GITHUB_STEP_SUMMARY", render_summary(summary))

    def _write_outputs(self, document: Mapping[str, object]) -> None:
        values = output_values(document)
        for output in ACTION_OUTPUTS:
            value = values.get(output.name)
            if value is None:
                continue
            if output.kind == "path" and not self._outlives_container(str(value)):
                continue
            if output.kind == "path":
                text = self.host_path(str(value))
            elif isinstance(value, str):
                text = value
            else:
                text = json.dumps(value, ensure_ascii=False)
            self._append("GITHUB_OUTPUT", assignment(output.name, text))

    def write_private(self, name: str, document: Mapping[str, object]) -> str:
        """Write a file for the job's later steps and no other user; its path, empty where there is no place for it."""
        temp = self.environment.get("RUNNER_TEMP")
        if not temp:
            return ""
        target = Path(temp) / "imagegate" / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            target.write_text(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
        except OSError as error:
            self.log.note(f"{name} could not be written: {error}")
            return ""
        self._hand_over(target.parent)
        return str(target)

    def _write_report(self, command: str, document: Mapping[str, object]) -> str:
        return self.write_private(f"{command or 'imagegate'}-report.json", document)

    def _hand_over(self, folder: Path) -> None:
        """Give what a container wrote as root to whoever owns the job's workspace, so that later steps can read it."""
        if os.geteuid() != 0:
            return
        with suppress(OSError):
            owner = Path(self.environment.get("GITHUB_WORKSPACE") or ".").stat()
            for path in (folder, *folder.rglob("*")):
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

    def _outlives_container(self, path: str) -> bool:
        """Whether a later step finds the file: a container's own files end with it, those of a mount do not."""
        if self.environment.get(_CONTAINER) != "true":
            return True
        return any(os.path.ismount(parent) for parent in Path(path).parents if parent != Path("/"))

    def host_path(self, path: str) -> str:
        """A path in a container action as the job's other steps know it; any other path as it is.

        The runner does not translate outputs. Source: actions/runner, its work folder holds `_temp` and, in a folder
        of the repository's name, the workspace; RUNNER_WORKSPACE is told to containers as the host knows it.
        """
        home = self.environment.get("RUNNER_WORKSPACE", "")
        if not home or not path.startswith(_MOUNTS):
            return path
        work = Path(home)
        repository = self.environment.get("GITHUB_REPOSITORY", "").rpartition("/")[2] or work.name
        for mount, host in (
            ("/github/runner_temp", work.parent / "_temp"),
            ("/github/home", work.parent / "_temp" / "_github_home"),
            ("/github/workspace", work / repository),
        ):
            if path == mount or path.startswith(f"{mount}/"):
                return f"{host}{path[len(mount) :]}"
        return path

    def _links(self, document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        known = well_known(self.arm_endpoint)
        portal = known.portal if known else ""
        tenant_id = self.environment.get("AZURE_TENANT_ID", "")
        error = document.get("error")
        details = error.get("details") if isinstance(error, Mapping) else None
        template_id = document.get("template_id") or (details or {}).get("template_id")
        for text, resource_id in (
            ("Image version in the Azure portal", document.get("image_version_id")),
            ("Image template in the Azure portal", template_id),
        ):
            if portal and resource_id:
                yield text, f"{portal}/#@{tenant_id}/resource{resource_id}/overview"

    def _root(self) -> str:
        """The folder that paths are told from, below the repository's root, which is what annotations want."""
        workspace = self.environment.get("GITHUB_WORKSPACE")
        with suppress(ValueError, OSError):
            if workspace:
                here = Path.cwd().relative_to(Path(workspace).resolve())
                return "" if here == Path() else here.as_posix()
        return ""

    def _append(self, variable: str, text: str) -> None:
        """To a file of the runner's. What cannot be written is told, and changes nothing."""
        name = self.environment.get(variable)
        if not name:
            return
        try:
            with Path(name).open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            if variable not in self._written:
                self._written.add(variable)
                self.log.note(f"{variable} could not be written: {error}")


def _customizers(document: Mapping[str, object]) -> Sequence[CustomizerTiming]:
    """How long each customizer took, as the fetched log says."""
    from imagegate.diagnosis import decode_log, timings

    path = output_values(document).get("log-path")
    if not isinstance(path, str) or not path.endswith("customization.log"):
        return ()
    try:
        file = Path(path)
        return timings(decode_log(file.read_bytes())) if file.stat().st_size <= _LOG_LIMIT_BYTES else ()
    except (OSError, ValueError):
        return ()


def _regions(document: Mapping[str, object]) -> dict[str, str]:
    late = output_values(document).get("replication")
    if isinstance(late, Mapping):
        return {normalise_region(str(name)): str(state) for name, state in late.items()}
    listed = document.get("regions")
    if not isinstance(listed, list | tuple):
        return {}
    found: dict[str, str] = {}
    for one in listed:
        if isinstance(one, Mapping):
            found |= _places(one)
        else:
            found[normalise_region(str(one))] = "distributed"
    return found


def _places(region: Mapping[str, object]) -> dict[str, str]:
    """Every place where a smoke VM was tried for a region, the last one with the verdict."""
    tried = region.get("tried")
    places = [one for one in tried if isinstance(one, Mapping)] if isinstance(tried, list | tuple) else []
    found = {f"{one.get('region')}, {one.get('vm_size')}": f"no capacity: {one.get('reason')}" for one in places}
    last = str(region.get("region"))
    name = f"{last}, {region.get('vm_size')}" if found else last
    found.setdefault(name, f"{region.get('verdict')}, teardown {region.get('teardown')}")
    return found
