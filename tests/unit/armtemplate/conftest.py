"""What tests of the template language share: a template around the sections of interest, and somebody who answers."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import Fault, TemplateFaults
from armtemplate.json_types import Value

type Template = dict[str, Any]


@pytest.fixture
def template() -> Callable[..., Template]:
    """Makes a template of the sections given."""

    def make(**sections: Value) -> Template:
        schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
        return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": [], **sections}

    return make


class AnsweringRuntime:
    """Answers with what it was given, and remembers what it was asked."""

    def __init__(self, bodies: dict[str, Value], lists: dict[str, Value] | None = None) -> None:
        self.bodies = {key.lower(): body for key, body in bodies.items()}
        self.lists = lists or {}
        self.asked: list[tuple[str, str | None, bool]] = []

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Value:
        """The body under that id."""
        self.asked.append((resource_id, api_version, full))
        body = self.bodies[resource_id.lower()]
        return body if full else body["properties"]

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Value) -> Value:
        """The answer under that function."""
        self.asked.append((f"{resource_id}/{function}", api_version, False))
        return self.lists[function]


@pytest.fixture
def runtime() -> type[AnsweringRuntime]:
    """Somebody who answers for deployed resources."""
    return AnsweringRuntime


@pytest.fixture
def faults_of() -> Callable[[Callable[[], Value]], tuple[Fault, ...]]:
    """Runs something that must be at fault; returns the faults."""

    def run(action: Callable[[], Value]) -> tuple[Fault, ...]:
        with pytest.raises(TemplateFaults) as caught:
            action()
        return caught.value.faults

    return run
