"""What one can do to a running cloud: change its settings, ask for faults, play a scenario."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from localazure.control import fault, scenarios
from localazure.control.fault import Fault
from localazure.control.faults import Faults
from localazure.control.problems import InvalidControl, Problem
from localazure.control.settings import Settings


class Console:
    """Settings and faults of one cloud. `operations` are the names that a fault can be meant for."""

    def __init__(self, settings: Settings, faults: Faults, operations: Collection[str] = ()) -> None:
        self.settings = settings
        self.faults = faults
        self._operations = operations
        self._playing = {"name": "", "description": ""}

    def add_faults(self, document: object) -> None:
        """Ask for one fault, or for those of a list; with problems, for none of them."""
        entries = document if isinstance(document, list) else [document]
        read: list[Fault] = []
        problems: list[Problem] = []
        for index, entry in enumerate(entries):
            place = (index,) if isinstance(document, list) else ()
            found = fault.problems(entry, place, operations=self._operations)
            problems += found
            if not found:
                read.append(fault.read(entry))
        if problems:
            raise InvalidControl(problems, code="InvalidFault")
        self.faults.add(read)

    def play(self, text: str, *, file: str = "<scenario>") -> None:
        """Put a scenario in the place of all settings and faults; with problems, leave everything as it is."""
        scenario = scenarios.read(text, file=file, operations=self._operations)
        self.reset(seed=scenario.seed)
        self.settings.change(scenario.settings)
        self.faults.add(scenario.faults)
        self._playing = {"name": scenario.name, "description": scenario.description}

    def reset(self, seed: int = 0) -> None:
        """Back to the settings of the start, without faults."""
        self.faults.clear(seed)
        self.settings.reset()
        self._playing = {"name": "", "description": ""}

    def document(self) -> dict[str, Any]:
        """What is being played: names, settings in force, faults."""
        return {**self._playing, "settings": self.settings.document(), **self.faults.document()}
