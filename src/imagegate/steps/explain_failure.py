"""Say why a build failed: which customizer, where it stands in the repository, what it said last."""

from dataclasses import replace

from imagegate.diagnosis import diagnose
from imagegate.errors import BuildFailed
from imagegate.gateway.staging_logs import blob_named_in
from imagegate.model import ImageTemplate, Run, RunState
from imagegate.model.build_result import gallery_versions
from imagegate.model.diagnosis import Category, Confidence, Diagnosis, FailingCustomizer
from imagegate.model.redaction import redact
from imagegate.model.template_source import TemplateSource
from imagegate.steps.await_replication import Replication
from imagegate.steps.fetch_build_log import BuildLog
from imagegate.steps.read_run_outputs import image_version_of

_SENTENCES = {
    RunState.FAILED: "The build failed.",
    RunState.CANCELED: "The build was cancelled; somebody, or a time limit of the service, asked for it.",
    RunState.PARTIALLY_SUCCEEDED: (
        "The build succeeded in part: some distributors have their image and some do not. Nothing of it is used."
    ),
    RunState.TIMED_OUT_REPLICATING: "The image was built; the run's time was over while it was being replicated.",
}


def _only_validators(source: TemplateSource) -> TemplateSource:
    properties = {name: value for name, value in source.properties.items() if name != "customize"}
    scripts = tuple(script for script in source.scripts if "validate" in script.step)
    return replace(source, body={**source.body, "properties": properties}, scripts=scripts)


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
    source: TemplateSource,
    template: ImageTemplate,
    run: Run,
    *,
    log: BuildLog | None,
    validation: BuildLog | None = None,
    replication: Replication | None = None,
) -> BuildFailed:
    """The error for a run that ended otherwise than in Succeeded.

    `validation` is the validators' own log, given where one of them is what failed; it has no other steps in it.
    `replication` is how the versions stand that outlived their run.
    """
    telling = validation or log
    lines = [_SENTENCES.get(run.state, f"The build ended in the state {run.state}.")]
    details: dict[str, object] = {
        "run": {**run.to_json(), "message": redact(run.message)},
        "customization_log": str(log.file) if log else None,
        **({"validation_log": str(validation.file)} if validation else {}),
        "template_id": str(template.id),
        "template_name": template.id.name,
        "content_hash": template.stamp.content_hash,
        "staging_resource_group": template.staging_resource_group,
    }
    version = image_version_of(replication.artifacts) if replication else None
    if replication is not None:
        details |= {
            "image_version_id": version,
            "image_version_ids": list(gallery_versions(replication.artifacts)),
            "image_versions": dict(replication.artifacts),
            "replication": dict(replication.regions),
        }
    diagnosis = None
    if replication is not None:
        diagnosis = _of_replication(run, replication, version)
        lines.append(str(diagnosis))
        details["diagnosis"] = dict(diagnosis.to_json())
    elif run.state is not RunState.CANCELED:
        steps = source if validation is None else _only_validators(source)
        diagnosis = diagnose(telling.text if telling else "", message=run.message, template=steps)
        lines.append(str(diagnosis))
        script = _script_of(source, diagnosis.customizer)
        if script is not None:
            lines.append(f"Its script: {script}")
        details["diagnosis"] = dict(diagnosis.to_json())
    if run.message and blob_named_in(run.message) is None:
        lines.append(f"The service says: {redact(run.message)}")
    hint = f"The whole log: {telling.file}" if telling else None
    ids = {"resource": str(template.id), **({"image version": version} if version else {})}
    return BuildFailed("\n".join(lines), hint=hint, ids=ids, details=details, diagnosis=diagnosis)


def _of_replication(run: Run, replication: Replication, version: str | None) -> Diagnosis:
    """The service's message speaks of a failure; this is what became of the version meanwhile."""
    named = f"version {version.rpartition('/')[2]}" if version else "the image"
    told = diagnose("", message=run.message)
    if replication.state == "failed":
        return replace(
            told,
            category=Category.DISTRIBUTE,
            cause="replication-failed",
            root_cause=f"The run's time was over while {named} was being replicated, and {replication.reason} since "
            f"({replication}).",
            meaning="The image was built; the gallery did not bring it to every region.",
            next_step="Delete the version, and build again with fewer regions or a larger buildTimeoutInMinutes.",
            confidence=Confidence.HIGH,
        )
    after = f"`imagegate verify {version}` waits for it" if version else "look at it later"
    return replace(
        told,
        category=Category.TIMEOUT,
        cause="replication-timeout",
        root_cause=f"The run's time was over while {named} was being replicated; that still goes on ({replication}).",
        meaning="The image was built. Replication counts in buildTimeoutInMinutes, and goes on after the run has "
        "ended: the version may still become usable.",
        next_step=f"Do not build again yet: {after}. Raise buildTimeoutInMinutes, replicate to fewer regions, or raise "
        "build.wait-for-replication.",
        confidence=Confidence.HIGH,
    )
