"""Evaluates a template: envelope, functions, parameters, variables, resources, outputs, in this order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from armtemplate.dependencies import ResourceIndex, TemplateResources, in_order, resolve_dependencies
from armtemplate.deployment import Deployment, Resource, all_unknowns
from armtemplate.documents import Document
from armtemplate.drafts import Draft, DraftResources
from armtemplate.envelope import check_envelope, is_bare_body, own_resources, read_definitions, scope_kind
from armtemplate.errors import ExhaustedError, ExpressionError, Fault, TemplateFaults
from armtemplate.frames import FixedNames, Frame, Source
from armtemplate.image_template_body import evaluate_bare_body
from armtemplate.interpreter import evaluate_text
from armtemplate.json_types import Value
from armtemplate.lazy_names import LazyNames
from armtemplate.limits import DEPLOYMENT_LOCATIONS
from armtemplate.linked_templates import LinkedTemplateResolver
from armtemplate.members import TEMPLATE, canonical
from armtemplate.nested import Bodies, NestedTemplate, look_through
from armtemplate.outputs import evaluate_asserts, evaluate_outputs
from armtemplate.parameter_files import GivenPlaces, parse_parameters
from armtemplate.parameters import read_parameters, secure_names
from armtemplate.placeholders import filled
from armtemplate.positions import PathLink, path_text, unlink
from armtemplate.runtime import Runtime
from armtemplate.scope import Scope
from armtemplate.sent_bodies import SentBodies
from armtemplate.session import Session
from armtemplate.structure import inspect
from armtemplate.unknown import unknowns_in
from armtemplate.user_functions import check_functions, read_functions
from armtemplate.variables import read_variables

_RESOURCES: PathLink = (None, "resources")


def evaluate(
    template: Document | Mapping[str, Any],
    *,
    parameters: Mapping[str, Any] | Document | None = None,
    supplied: Mapping[str, Any] | None = None,
    scope: Scope | None = None,
    resolver: LinkedTemplateResolver | None = None,
    runtime: Runtime | None = None,
) -> Deployment:
    """Evaluates a deployment template, or the bare body of an image template.

    Args:
        template: parsed by `parse_json`, or plain values (faults then have no lines).
        parameters: a parsed parameter file, or values by name. Values are literal: never evaluated.
        supplied: values for what `parameters` leaves open.
        scope: where the deployment goes; without one, stand-ins at the level that the template's `$schema` names.
        resolver: fetches linked templates; without one what they give is unknown.
        runtime: answers `reference()` and its like; without one they are unknown.

    Raises:
        TemplateFaults: with every fault of the template and its parameters.
    """
    document = template if isinstance(template, Document) else None
    value = document.value if document else template
    source = Source(document=document, file=document.file if document else "<template>")
    given = {**(supplied or {}), **({} if parameters is None else parse_parameters(parameters))}
    there = scope or Scope(kind=scope_kind(value))
    there = replace(there, utc_now=there.now())
    session = Session(runtime=runtime)
    try:
        deployment = _evaluate_any(value, given, GivenPlaces.of(parameters), there, source, session, resolver)
    except RecursionError:
        session.faults.append(source.fault("the template is nested too deeply to be evaluated", ()))
        deployment = None
    except (ExpressionError, ExhaustedError) as error:
        session.faults.append(source.fault(str(error), ()))
        deployment = None
    if session.faults or deployment is None:
        raise TemplateFaults(_once(session.faults))
    return deployment


def _evaluate_any(
    value: Value,
    given: Mapping[str, Any],
    places: GivenPlaces,
    scope: Scope,
    source: Source,
    session: Session,
    resolver: LinkedTemplateResolver | None,
) -> Deployment | None:
    frame = Frame(session=session, scope=scope, source=source)
    if not isinstance(value, dict):
        value = dict(value) if isinstance(value, Mapping) else value
    if not isinstance(value, dict):
        frame.report(ExpressionError("a template is an object"), None)
        return None
    value, used = filled(canonical(value, TEMPLATE), given, frame)
    if is_bare_body(value):
        return evaluate_bare_body(
            value, {name: item for name, item in given.items() if name not in used}, places, frame
        )
    nested = NestedTemplate(
        template=value,
        given={name: item for name, item in given.items() if name not in used or name.lower() in _declared(value)},
        scope=scope,
        source=source,
        depth=0,
        outer=None,
        places=places,
    )
    return _Evaluator(resolver).evaluate(nested, frame)


def _declared(template: dict[str, Any]) -> set[str]:
    section = template.get("parameters")
    return {name.lower() for name in section} if isinstance(section, dict) else set()


def _once(faults: list[Fault]) -> list[Fault]:
    """Faults in document order, each once: the turns of a loop find the same ones."""
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line or 0, fault.column or 0))


class _Evaluator:
    """Evaluates a template and those nested in it."""

    def __init__(self, resolver: LinkedTemplateResolver | None) -> None:
        self._resolver = resolver
        self._locations: dict[str, set[str]] = {}

    def evaluate(self, nested: NestedTemplate, parent: Frame) -> Deployment:
        """The deployment that a template gives; faults go to the session."""
        base = replace(
            parent if nested.outer else Frame(session=parent.session, scope=nested.scope),
            source=nested.source,
            target=nested.scope if nested.outer else None,
        )
        empty = Deployment(resources=(), outputs={}, unknowns=(), name=nested.scope.deployment_name)
        template = nested.template
        if not isinstance(template, dict):
            base.report(ExpressionError("a template is an object"), None)
            return empty
        template = canonical(template, TEMPLATE)
        check_envelope(template, base)
        self._note_location(nested.scope, base)
        definitions = read_definitions(template, base)
        names = LazyNames("parameter")
        frame = base if nested.outer else _own_names(template, nested, definitions, base, names)
        index = ResourceIndex()
        bodies = Bodies(evaluate_nested=self.evaluate, resolver=self._resolver, depth=nested.depth)
        if not nested.outer:
            frame = replace(frame, resources=TemplateResources(index, bodies.known))
        found = DraftResources(own_resources(template), frame, _RESOURCES)
        for draft in found.drafts:
            index.add(draft)
        index.incomplete, index.empty_loops = not found.complete, found.empty_loops
        _report_doubles(index, frame)
        for declaration, around, path in found.headless:
            look_through(declaration, around, path)
        resources = _resources(found.drafts, index, bodies, frame)
        outputs = evaluate_outputs(template, definitions, frame)
        return Deployment(
            resources=resources,
            outputs=outputs,
            unknowns=all_unknowns(resources, outputs),
            name=nested.scope.deployment_name,
            parameters={name: names.value(name, frame.session) for name in names.names()},
            secure_parameters=frozenset(secure_names(template, definitions)),
            asserts=evaluate_asserts(template, frame),
        )

    def _note_location(self, scope: Scope, frame: Frame) -> None:
        """Azure keeps deployments above resource groups in their locations, and takes a few locations for each scope.

        Source: `DeploymentQuotaExceeded`, "at most '10' locations".
        """
        if scope.kind == "resourceGroup" or scope.location is None:
            return
        locations = self._locations.setdefault(scope.id.lower(), set())
        location = scope.location.lower().replace(" ", "")
        if location in locations:
            return
        locations.add(location)
        if len(locations) == DEPLOYMENT_LOCATIONS + 1:
            where = f"'{scope.id}'" if scope.id else "the tenant"
            message = f"deployments to {where} in more than {DEPLOYMENT_LOCATIONS} locations; Azure takes no more"
            frame.report(ExpressionError(message), None)


def _own_names(
    template: dict[str, Any], nested: NestedTemplate, definitions: Mapping[str, Any], base: Frame, names: LazyNames
) -> Frame:
    """The frame of a template's own functions, parameters and variables, all of them evaluated, used or not."""
    functions = read_functions(template, definitions, base)
    variables = LazyNames("variable")
    shown = {"template": template, "parameters": {name: {"value": value} for name, value in nested.given.items()}}
    frame = replace(
        base,
        functions=functions,
        parameters=names,
        variables=variables,
        deployment=shown,
        api_profile="apiProfile" in template,
    )
    read_parameters(template, nested.given, nested.places, definitions, frame, names)
    read_variables(template, frame, variables)
    check_functions(functions, frame)
    for section, values in (("parameters", names), ("variables", variables)):
        try:
            values.make_all(frame.session)
        except ExpressionError as error:
            frame.report(error, (None, section))
    return frame


def _report_doubles(index: ResourceIndex, frame: Frame) -> None:
    for drafts in index.same_id():
        certain = [
            draft
            for draft in drafts
            if draft.condition is True and not draft.existing and not any(unknowns_in(draft.name))
        ]
        if len(certain) > 1:
            frame.report(
                ExpressionError(f"the resource '{certain[0].id}' is defined more than once in the template"),
                certain[1].path,
            )


def _resources(drafts: list[Draft], index: ResourceIndex, bodies: Bodies, frame: Frame) -> tuple[Resource, ...]:
    made = [bodies.body(draft) for draft in drafts]
    for draft in drafts:
        if draft.condition is False and not draft.is_deployment:
            inspect(
                {name: value for name, value in draft.declaration.items() if name != "resources"},
                draft.frame,
                draft.path,
            )
    edges = resolve_dependencies(drafts, index, frame)
    order = in_order(drafts, edges, frame)
    resources = []
    sent = SentBodies(frame)
    for place in order:
        draft, (body, deployment) = drafts[place], made[place]
        resources.append(
            Resource(
                id=draft.id,
                type=draft.type,
                name=str(draft.name),
                name_value=draft.name,
                api_version=draft.api_version,
                scope=draft.scope_id,
                body=sent.own(body, draft),
                depends_on=tuple(dict.fromkeys(other.id for other in edges[place])),
                condition=draft.condition,
                symbolic_name=draft.symbolic_name,
                position=draft.frame.source.position(unlink(draft.path)),
                existing=draft.existing,
                copy_name=draft.loop.name if draft.loop else None,
                copy_index=draft.index,
                json_path=path_text((*draft.frame.source.prefix, *unlink(draft.path))),
                deployment=deployment,
            )
        )
    return tuple(resources)


def evaluate_expression(
    text: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    scope: Scope | None = None,
    runtime: Runtime | None = None,
) -> Value:
    """Evaluates one string of template text: `[concat('a', 'b')]`.

    Args:
        text: with its brackets; other text stands for itself.
        parameters: values by name.
        variables: template text by name; expressions in it are evaluated.
        scope: where the deployment goes; stand-ins without one.
        runtime: answers `reference()` and its like; without one they are unknown.

    Raises:
        TemplateFaults: with the fault and its place in the text.
    """
    session = Session(runtime=runtime)
    names = LazyNames("variable")
    frame = Frame(
        session=session,
        scope=replace(scope or Scope(), utc_now=(scope or Scope()).now()),
        parameters=FixedNames(what="parameter", values=parameters or {}),
        variables=names,
    )
    try:
        read_variables({"variables": dict(variables or {})}, frame, names)
        value = evaluate_text(text, frame)
    except ExpressionError as error:
        session.faults.append(
            Fault(message=error.message, file="<expression>", expression=text, caret_offset=error.offset)
        )
        value = None
    except ExhaustedError as error:
        session.faults.append(Fault(message=str(error), file="<expression>", expression=text))
        value = None
    except RecursionError:
        session.faults.append(
            Fault(message="the expression is nested too deeply", file="<expression>", expression=text)
        )
        value = None
    if session.faults:
        raise TemplateFaults(session.faults)
    return value
