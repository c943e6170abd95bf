"""What an evaluation gives: resources in the order of their dependencies, outputs, and what is still unknown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, overload

from armtemplate.errors import ExhaustedError, ExpressionError, Fault, TemplateFaults
from armtemplate.json_types import Value
from armtemplate.positions import Position
from armtemplate.resource_ids import resource_id_in
from armtemplate.runtime import Runtime
from armtemplate.session import Session
from armtemplate.unknown import Unknown, settled, unknowns_in


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource, after loops are expanded.

    Attributes:
        id: absolute. A part that is not known stands in it as an expression in brackets, until the resource is
            finished.
        type: with namespace, all segments.
        name: all segments, with slashes between.
        scope: the id of the scope that the resource is deployed to; empty for the tenant.
        body: the ARM request's body: location, tags, properties, identity, sku and so on.
        depends_on: ids of resources of the template; those that a false condition leaves out are not in it.
        condition: True, False, or an Unknown. A resource with a false condition is not deployed.
        symbolic_name: the name under `resources`, with the instance's index for a loop (`storages[1]`); None without
            symbolic names.
        existing: the resource is only referred to, and never deployed.
        copy_name: the loop that made the resource.
        deployment: of `Microsoft.Resources/deployments` with a template at hand, what that template gives.
    """

    id: str
    type: str
    name: str
    api_version: str | None
    scope: str
    body: dict[str, Any] = field(repr=False)
    depends_on: tuple[str, ...] = ()
    condition: bool | Unknown = True
    symbolic_name: str | None = None
    position: Position | None = None
    existing: bool = False
    copy_name: str | None = None
    copy_index: int | None = None
    json_path: str = ""
    deployment: "Deployment | None" = field(default=None, repr=False)
    name_value: str | Unknown = field(default="", repr=False, compare=False)

    @property
    def deployed(self) -> bool:
        """Whether the resource is deployed, as far as is known: False only for certain."""
        return not self.existing and self.condition is not False

    def finished(self, session: Session) -> "Resource":
        """The resource with everything resolved that the session's runtime answers; dependencies keep their ids."""
        name = settled(self.name_value, session)
        if not isinstance(name, str | Unknown):
            raise ExpressionError(f"{self.json_path}: a resource's name must be a string")
        return replace(
            self,
            id=self.id if isinstance(self.name_value, str) else resource_id_in(self.scope, self.type, str(name)),
            name=str(name),
            name_value=name,
            condition=settled(self.condition, session),
            body=settled(self.body, session),
        )


@dataclass(frozen=True, kw_only=True)
class Output:
    """One output. `value` may hold unknowns; a false `condition` leaves the output out, so it is True or an Unknown."""

    type: str
    value: Value
    condition: bool | Unknown = True
    secure: bool = False


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A template, evaluated.

    Attributes:
        resources: every one before those that depend on it; also those that exist already and those whose condition is
            false.
        unknowns: every unknown in resources and outputs, once.
        parameters: the values that the parameters have; secrets among them.
        secure_parameters: the names of those that are secrets.
        asserts: name → truth of the template's `asserts`.
    """

    resources: tuple[Resource, ...]
    outputs: dict[str, Output]
    unknowns: tuple[Unknown, ...]
    name: str = "deployment"
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    secure_parameters: frozenset[str] = frozenset()
    asserts: Mapping[str, Any] = field(default_factory=dict)

    @overload
    def finish(self, thing: Resource, runtime: Runtime) -> Resource: ...
    @overload
    def finish(self, thing: Output, runtime: Runtime) -> Output: ...
    @overload
    def finish(self, thing: Value, runtime: Runtime) -> Value: ...
    def finish(self, thing: Value, runtime: Runtime) -> Value:
        """A resource, an output, or any value of this deployment, with everything resolved that the runtime answers.

        Raises:
            TemplateFaults: when an expression fails with the runtime's answers.
        """
        where = thing.json_path if isinstance(thing, Resource) else ""
        session = Session(runtime=runtime)
        try:
            if isinstance(thing, Resource):
                return thing.finished(session)
            if isinstance(thing, Output):
                condition = settled(thing.condition, session)
                value = None if condition is False else settled(thing.value, session)
                return replace(thing, value=value, condition=condition)
            return settled(thing, session)
        except (ExpressionError, ExhaustedError) as error:
            raise TemplateFaults([Fault(message=str(error), json_path=where)]) from None
        except RecursionError:
            raise TemplateFaults([Fault(message="the expressions are nested too deeply", json_path=where)]) from None

    def deployed_resources(self) -> Iterator[Resource]:
        """The resources that are deployed, those inside nested deployments in the place of the nested deployment."""
        for resource in self.resources:
            if not resource.deployed:
                continue
            if resource.deployment is None:
                yield resource
            else:
                yield from resource.deployment.deployed_resources()


def all_unknowns(resources: tuple[Resource, ...], outputs: Mapping[str, Output]) -> tuple[Unknown, ...]:
    """Every unknown of a deployment, once, in order of appearance."""
    found: dict[int, Unknown] = {}
    values = [
        *([resource.name_value, resource.condition, resource.body] for resource in resources if resource.deployed),
        *([output.condition, output.value] for output in outputs.values()),
    ]
    for unknown in (unknown for value in values for unknown in unknowns_in(value)):
        found.setdefault(id(unknown), unknown)
    return tuple(found.values())
