"""Nested and linked deployments.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates. With inner scope the nested
template is a template of its own; with outer scope, the default, its text means the parent's parameters, variables and
functions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from armtemplate.deployment import Deployment
from armtemplate.documents import Document
from armtemplate.drafts import Draft
from armtemplate.errors import ExpressionError, TemplateFaults
from armtemplate.expanded_template import expanded
from armtemplate.frames import Frame, Source
from armtemplate.json_types import Value
from armtemplate.limits import NESTED_DEPLOYMENT_DEPTH
from armtemplate.linked_templates import LinkedTemplateResolver
from armtemplate.parameter_files import NO_FILE, GivenPlaces, entry_value, parse_parameters
from armtemplate.positions import PathLink, unlink
from armtemplate.resource_headers import quiet
from armtemplate.scope import Scope
from armtemplate.structure import evaluate_structure
from armtemplate.unknown import Unknown

_HEADER_KEYS = frozenset(
    {
        "type",
        "name",
        "apiVersion",
        "dependsOn",
        "copy",
        "condition",
        "comments",
        "scope",
        "existing",
        "resources",
        "import",
        "extension",
        "subscriptionId",
        "resourceGroup",
        "asserts",
        "metadata",
    }
)


def look_through(declaration: Mapping[str, Any], frame: Frame, path: PathLink) -> None:
    """Notes the faults in the body of a resource that has a header at fault, so that all are told at once."""
    body = {name: value for name, value in declaration.items() if name not in _HEADER_KEYS}
    if isinstance(body.get("properties"), dict):
        body["properties"] = {name: value for name, value in body["properties"].items() if name != "template"}
    evaluate_structure(body, frame, path)


@dataclass(frozen=True, kw_only=True, slots=True)
class NestedTemplate:
    """A template inside a template, ready to be evaluated."""

    template: Value
    given: Mapping[str, Any]
    scope: Scope
    source: Source
    depth: int
    outer: Frame | None  # the parent's frame, for outer scope
    places: GivenPlaces = NO_FILE


class Bodies:
    """Evaluates the bodies of a template's resources, each once, and what nested deployments hold."""

    def __init__(
        self,
        *,
        evaluate_nested: Callable[[NestedTemplate, Frame], Deployment],
        resolver: LinkedTemplateResolver | None,
        depth: int,
    ) -> None:
        self._evaluate_nested = evaluate_nested
        self._resolver = resolver
        self._depth = depth
        self._done: dict[int, tuple[dict[str, Any], Deployment | None]] = {}
        self._under_way: set[int] = set()
        self._at_fault: set[int] = set()

    def body(self, draft: Draft) -> tuple[dict[str, Any], Deployment | None]:
        """The body of a resource, and of a nested deployment what it gives."""
        if id(draft) not in self._done:
            faults = len(draft.frame.session.faults)
            self._under_way.add(id(draft))
            self._done[id(draft)] = self._body(draft)
            self._under_way.discard(id(draft))
            if len(draft.frame.session.faults) > faults:
                self._at_fault.add(id(draft))
        return self._done[id(draft)]

    def known(self, draft: Draft) -> dict[str, Any] | None:
        """The outputs of a nested deployment as `reference()` shows them; None where they cannot be told."""
        if id(draft) in self._under_way or draft.condition is not True:
            return None
        _, deployment = self.body(draft)
        if deployment is None or id(draft) in self._at_fault:
            return None
        outputs = {
            name: {"type": output.type, "value": output.value}
            for name, output in deployment.outputs.items()
            if output.condition is True
        }
        return {"outputs": outputs} if len(outputs) == len(deployment.outputs) else None

    def _body(self, draft: Draft) -> tuple[dict[str, Any], Deployment | None]:
        frame = replace(draft.frame, noticed=draft.implied.add)
        if draft.condition is False:
            frame = quiet(frame)
        declared = {name: value for name, value in draft.declaration.items() if name not in _HEADER_KEYS}
        properties = declared.get("properties")
        if not draft.is_deployment or not isinstance(properties, dict):
            return evaluate_structure(declared, frame, draft.path), None
        here: PathLink = (draft.path, "properties")
        rest = {name: value for name, value in properties.items() if name != "template"}
        body = evaluate_structure(
            {name: value for name, value in declared.items() if name != "properties"}, frame, draft.path
        )
        body["properties"] = evaluated = evaluate_structure(rest, frame, here)
        if "template" in properties:
            evaluated["template"] = properties["template"]
        if draft.condition is False:
            return body, None
        return body, self._nested(draft, body, frame, here)

    def _nested(self, draft: Draft, body: dict[str, Any], frame: Frame, path: PathLink) -> Deployment | None:
        properties = body["properties"]
        if self._depth >= NESTED_DEPLOYMENT_DEPTH:
            frame.report(
                ExpressionError(f"deployments are nested more than {NESTED_DEPLOYMENT_DEPTH} levels deep"), path
            )
            return None
        scope = _scope_of(draft, body, frame)
        if "template" not in properties:
            return self._linked(draft, properties, frame, path, scope)
        outer = not _is_inner(properties)
        prefix = (*frame.source.prefix, *unlink((path, "template")))
        source = replace(frame.source, prefix=prefix)
        given = {} if outer else self._given(properties, frame, path)
        if given is None:
            return None
        nested = NestedTemplate(
            template=properties["template"],
            given=given,
            scope=scope,
            source=source,
            depth=self._depth + 1,
            outer=frame if outer else None,
        )
        deployment = self._evaluate_nested(nested, frame)
        if outer:
            properties["template"] = expanded(deployment, properties["template"], scope.id)
            properties.pop("parameters", None)
            properties["expressionEvaluationOptions"] = {"scope": "inner"}  # nothing of the parent's is left in it
        return deployment

    def _linked(
        self, draft: Draft, properties: dict[str, Any], frame: Frame, path: PathLink, scope: Scope
    ) -> Deployment | None:
        link = properties.get("templateLink")
        scope = replace(scope, template_link=link if isinstance(link, dict) else None)
        if not isinstance(link, Mapping):
            frame.report(ExpressionError("a nested deployment needs 'template' or 'templateLink'"), path)
            return None
        found = self._followed(link, frame)
        given = self._given(properties, frame, path)
        if found is None or given is None:
            return None
        document = found if isinstance(found, Document) else None
        name = str(link.get("uri") or link.get("relativePath") or link.get("id") or draft.name)
        return self._evaluate_nested(
            NestedTemplate(
                template=document.value if document else found,
                given=given,
                scope=scope,
                source=Source(document=document, file=document.file if document else name),
                depth=self._depth + 1,
                outer=None,
            ),
            frame,
        )

    def _followed(self, link: Mapping[str, Any], frame: Frame) -> Document | Mapping[str, Any] | None:
        """What a link leads to; what is wrong with it counts as the template's fault."""
        if self._resolver is None:
            return None
        try:
            return self._resolver.resolve(link)
        except TemplateFaults as error:
            frame.session.faults.extend(error.faults)
            return None

    def _given(self, properties: dict[str, Any], frame: Frame, path: PathLink) -> dict[str, Any] | None:
        """The values passed to a nested template; None where they lie behind a link that cannot be followed."""
        values: dict[str, Any] = {}
        link = properties.get("parametersLink")
        if isinstance(link, Mapping):
            found = self._followed(link, frame)
            if found is None:
                return None
            values |= _parameters_of(found, frame)
        passed = properties.get("parameters") or {}
        if isinstance(passed, Unknown):
            return None
        if not isinstance(passed, dict):
            frame.report(ExpressionError("the parameters of a deployment must be an object"), (path, "parameters"))
            return None
        for name, entry in passed.items():
            if isinstance(entry, Unknown):
                values[name] = entry
                continue
            try:
                values[name] = entry_value(name, entry)
            except ExpressionError as error:
                values[name] = frame.report(error, ((path, "parameters"), name))
        return values


def _parameters_of(file: Document | Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    try:
        return parse_parameters(file)
    except TemplateFaults as error:
        frame.session.faults.extend(error.faults)
        return {}


def _is_inner(properties: Mapping[str, Any]) -> bool:
    options = properties.get("expressionEvaluationOptions")
    return isinstance(options, Mapping) and str(options.get("scope", "")).lower() == "inner"


def _scope_of(draft: Draft, body: Mapping[str, Any], frame: Frame) -> Scope:
    """The scope that a nested deployment targets."""
    scope = frame.destination
    parts = [part for part in draft.scope_id.split("/") if part]
    lowered = [part.lower() for part in parts]
    location = body.get("location")
    named = replace(scope, deployment_name=str(draft.name))
    if lowered[:1] == ["subscriptions"] and len(parts) >= 2:
        if len(parts) >= 4 and lowered[2] == "resourcegroups":
            same = draft.scope_id.lower() == scope.id.lower()
            facts = scope.resource_group_facts if same else {}
            return replace(
                named,
                kind="resourceGroup",
                subscription_id=parts[1],
                resource_group=parts[3],
                location=scope.location if same else None,
                resource_group_facts=facts,
            )
        return replace(
            named,
            kind="subscription",
            subscription_id=parts[1],
            location=location if isinstance(location, str) else scope.location,
        )
    if lowered[:3] == ["providers", "microsoft.management", "managementgroups"] and len(parts) >= 4:
        return replace(
            named,
            kind="managementGroup",
            management_group=parts[3],
            location=location if isinstance(location, str) else None,
        )
    return replace(named, kind="tenant", location=location if isinstance(location, str) else None)
