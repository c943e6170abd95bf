"""Say why a build failed: which customizer, where it stands in the repository, what it said last."""

from imagegate.diagnosis import diagnose
from imagegate.errors import BuildFailed
from imagegate.gateway.staging_logs import blob_named_in
from imagegate.model import ImageTemplate, Run, RunState
from imagegate.model.diagnosis import FailingCustomizer
from imagegate.model.redaction import redact
from imagegate.model.template_source import TemplateSource

_SENTENCES = {
    RunState.FAILED: "The build failed.",
    RunState.CANCELED: "The build was cancelled; somebody, or a time limit of the service, asked for it.",
    RunState.PARTIALLY_SUCCEEDED: (
        "The build succeeded in part: some distributors have their image and some do not. Nothing of it is used."
    ),
}


def _script_of(source: TemplateSource, customizer: FailingCustomizer | None) -> str | None:
    """The file in the repository that the failing step ran, if it ran one."""
    if customizer is None or customizer.index is None:
        return None
    word = "validate" if customizer.section == "validate" else "customize"
    found = (script for script in source.scripts if word in script.step and script.step[-1] == customizer.index)
    script = next(found, None)
    if script is None:
        return None
    folder = source.file.rpartition("/")[0]
    return f"{folder}/{script.relative_path}" if folder else script.relative_path


def explain_failure(
    source: TemplateSource, template: ImageTemplate, run: Run, *, log_text: str, log_file: str | None
) -> BuildFailed:
    """The error for a run that ended otherwise than in Succeeded."""
    lines = [_SENTENCES.get(run.state, f"The build ended in the state {run.state}.")]
    details: dict[str, object] = {
        "run": {**run.to_json(), "message": redact(run.message)},
        "customization_log": log_file,
        "template_id": str(template.id),
        "template_name": template.id.name,
        "staging_resource_group": template.staging_resource_group,
    }
    if run.state is not RunState.CANCELED:
        diagnosis = diagnose(log_text, message=run.message, template=source)
        lines.append(str(diagnosis))
        script = _script_of(source, diagnosis.customizer)
        if script is not None:
            lines.append(f"Its script: {script}")
        details["diagnosis"] = dict(diagnosis.to_json())
    if run.message and blob_named_in(run.message) is None:
        lines.append(f"The service says: {redact(run.message)}")
    hint = f"The whole log: {log_file}" if log_file else None
    return BuildFailed("\n".join(lines), hint=hint, ids={"resource": str(template.id)}, details=details)
