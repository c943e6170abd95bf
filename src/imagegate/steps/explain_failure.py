"""Say why a build failed: which customizer, where it stands in the repository, what it said last."""

from imagegate.diagnosis.customization_log import LogReading, read_customization_log
from imagegate.errors import BuildFailed
from imagegate.model import ImageTemplate, Run, RunState
from imagegate.model.template_source import BodyPath, TemplateSource, steps_in

_SENTENCES = {
    RunState.FAILED: "The build failed.",
    RunState.CANCELED: "The build was cancelled; somebody, or a time limit of the service, asked for it.",
    RunState.PARTIALLY_SUCCEEDED: (
        "The build succeeded in part: some distributors have their image and some do not. Nothing of it is used."
    ),
}


def explain_failure(
    source: TemplateSource, template: ImageTemplate, run: Run, *, log_text: str, log_file: str | None
) -> BuildFailed:
    """The error for a run that ended otherwise than in Succeeded."""
    lines = [_SENTENCES.get(run.state, f"The build ended in the state {run.state}.")]
    details: dict[str, object] = {"run": run.to_json(), "customization_log": log_file, "template_id": str(template.id)}
    reading = read_customization_log(log_text)
    if run.state is RunState.FAILED and reading.index is not None:
        told, customizer = _customizer(source, reading)
        lines.append(told)
        details["customizer"] = customizer
    if run.state is not RunState.CANCELED and reading.last_lines:
        lines += ["Its last lines:", *(f"    {line}" for line in reading.last_lines)]
        details["last_lines"] = list(reading.last_lines)
    if run.message:
        lines.append(f"The service says: {run.message}")
    hint = f"The whole log: {log_file}" if log_file else None
    return BuildFailed("\n".join(lines), hint=hint, ids={"resource": str(template.id)}, details=details)


def _customizer(source: TemplateSource, reading: LogReading) -> tuple[str, dict[str, object]]:
    """Which step of the template the log speaks of, as a sentence and as data."""
    steps = steps_in(source.properties)
    status = "" if reading.exit_status is None else f" with exit status {reading.exit_status}"
    index = reading.index
    if index is None or index >= len(steps):
        # The service ends with a customizer of its own, which generalises the machine.
        return f"The step that the service adds at the end failed{status}.", {"type": reading.type}
    path, step = steps[index]
    name = str(step.get("name") or "")
    place = _place(source, path)
    kind = "Validator" if "validate" in path else "Customizer"
    number = int(path[-1]) + 1
    called = f' "{name}"' if name else ""
    data = {
        "index": path[-1],
        "name": name,
        "type": step.get("type"),
        "exit_status": reading.exit_status,
        "place": place,
    }
    return f"{kind} {number}{called} failed{status}: {place}", {**data, "kind": kind.lower()}


def _place(source: TemplateSource, path: BodyPath) -> str:
    """The script's file, or the line of the template that spells the step out."""
    script = next((script for script in source.scripts if script.step == path), None)
    if script is not None:
        folder = source.file.rpartition("/")[0]
        return f"{folder}/{script.relative_path}" if folder else script.relative_path
    line = source.lines.get(path)
    return f"{source.file}:{line}" if line else source.file
