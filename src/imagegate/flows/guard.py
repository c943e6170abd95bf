"""The guard: nothing stays visible without a recorded promotion. One look at an image definition is one list.

1. Is the definition guarded, and may this Function change it?
2. Look: its versions, their records, the baseline, what earlier looks saw.
3. Decide; in the mode `report`, or where the definition names other records, say what would be done.
4. Do it: each change is sent once and not waited for. Its end is an event, or the next look finds it.
5. Remember what was seen and done.

Nothing here is raised: a look that fails is logged, and the next one makes up for it.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from imagegate.errors import ImageGateError, ResourceConflict, ServiceRefused, ServiceUnreachable
from imagegate.gateway.activity_log import last_caller
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.records import Records
from imagegate.model import ResourceId
from imagegate.model.guard_decision import Act, Action, decide
from imagegate.model.guard_marks import MarkedDefinition
from imagegate.model.guard_memory import remember
from imagegate.model.sightings import Sightings
from imagegate.settings.function_settings import FunctionSettings
from imagegate.steps.hide_image_version import hide_image_version
from imagegate.steps.look_at_definition import Seen, look_at_definition
from imagegate.steps.show_image_version import show_image_version

ALERT = "imagegate-guard-alert"
"""In every line of the log that needs attention; an alert rule can search for it."""

_LOG = logging.getLogger(__name__)
_CALLER_WINDOW = timedelta(hours=2)
_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What a look is made with."""

    cloud: Cloud
    state: BuildState
    records: Records
    settings: FunctionSettings

    def look_everywhere(self) -> None:
        """Look at every definition of the settings' groups."""
        for group in self.settings.gallery_groups:
            try:
                definitions = list(self.state.definitions(group))
            except ImageGateError as error:
                _LOG.error("%s: the guard could not look at %s: %s", ALERT, group, error.message)
                continue
            for definition in definitions:
                if not self._look(definition):
                    return

    def look_at(self, definition_id: ResourceId) -> None:
        """Look at one definition, since a version of it was written."""
        try:
            definition = self.state.definition(definition_id)
        except ImageGateError as error:
            _LOG.error("%s: the guard could not look at %s: %s", ALERT, definition_id, error.message)
            return
        if definition is not None:
            self._look(definition)

    def _look(self, definition: MarkedDefinition) -> bool:
        """Whether another look makes sense now: a service that is down is not asked again for each definition."""
        now = datetime.now(UTC)
        try:
            seen = look_at_definition(
                self.state,
                self.records,
                definition,
                records_url=self.settings.records_container,
                named=self.settings.guarded_definitions,
                now=now,
            )
            if seen is not None:
                self._act(definition, seen, now)
        except ImageGateError as error:
            _LOG.error("%s: the guard could not look at %s: %s", ALERT, definition.id, error.message)
            return not _is_down(error)
        except Exception:  # noqa: BLE001 - see below
            # The timer has other work than this look, and one definition must not hide the others.
            _LOG.exception("%s: a look at %s broke off", ALERT, definition.id)
        return True

    def _act(self, definition: MarkedDefinition, seen: Seen, now: datetime) -> None:
        enforce = self.settings.guard_enforces and not seen.reports_only
        actions = decide(seen.look, enforce=enforce)
        done = [action for action in actions if self._carry_out(action, now)]
        for action in actions if seen.reports_only else ():
            _LOG.warning("guard: only reported for %s: %s", action.version, seen.reports_only)
        remembered = remember(seen.look, actions, done)
        if remembered != seen.look.sightings:
            self._write(definition.id, remembered, seen.etag)

    def _carry_out(self, action: Action, now: datetime) -> bool:
        """Whether the gallery accepted a change, or refused to show a version: both count as a try."""
        _LOG.log(logging.ERROR if action.alert else logging.WARNING, "%s", self._sentence(action, now))
        if action.only_reported or action.act not in {Act.HIDE, Act.SHOW}:
            return False
        try:
            answer = self._change(action, now)
        except ResourceConflict as conflict:
            _LOG.info("guard: %s waits, its record was changed meanwhile: %s", action.version, conflict.message)
            return False
        except ImageGateError as error:
            _LOG.error("%s: %s could not be changed: %s", ALERT, action.version, error.message)
            return action.act is Act.SHOW  # a stand-in that cannot be shown must not keep the other visible for ever
        _LOG.info("guard: %s: %s", action.version, answer["reason"] or "it is as it should be")
        return bool(answer.get("sent"))

    def _change(self, action: Action, now: datetime) -> dict[str, Any]:
        if action.act is Act.SHOW:
            return show_image_version(self.cloud, self.records, action.version, reason=action.reason, now=now)
        return hide_image_version(
            self.cloud,
            self.records,
            action.version,
            reason=action.reason,
            regions=frozenset() if action.whole else action.regions,
            now=now,
        )

    def _sentence(self, action: Action, now: datetime) -> str:
        if not action.alert:
            return f"guard: {action}"
        caller = last_caller(self.cloud, action.version.id, since=now - _CALLER_WINDOW)
        return f"{ALERT}: {action} Written last by {caller}."

    def _write(self, definition_id: ResourceId, remembered: Sightings, etag: str | None) -> None:
        try:
            self.records.write_sightings(definition_id, remembered, etag=etag)
        except ResourceConflict:
            _LOG.info("guard: another look at %s was quicker", "/".join(definition_id.names))


def _is_down(error: ImageGateError) -> bool:
    refused = isinstance(error, ServiceRefused) and (error.status or 0) >= _SERVER_ERROR
    return refused or isinstance(error, ServiceUnreachable)
