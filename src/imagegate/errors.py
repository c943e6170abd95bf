# ruff: noqa: N818 - the names say what happened, and each reads as a sentence in `except`
"""The map of all that can go wrong, with the exit code of each cause.

The tree (a test compares this drawing with the classes)::

    ImageGateError                 1
    ├── InputError                 2
    │   └── StagingGroupRefused    2
    ├── BuildFailed                3
    ├── ImageVersionUnusable       4
    ├── SmokeTestFailed            5
    ├── TeardownIncomplete         6
    │   └── LeftoversAfterError    6
    ├── ServiceError               7
    │   ├── ServiceUnreachable     7
    │   │   └── DeadlinePassed     7
    │   └── ServiceRefused         7
    │       ├── ResourceMissing    7
    │       └── ResourceConflict   7
    ├── Inconclusive               8
    ├── NotAuthorised              9
    │   └── LoginFailed            9
    └── Interrupted                130

A class that declares an exit code owns it, with its meaning; what is drawn below it says more about the same cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, kw_only=True)
class InputFault:
    """One thing that is wrong with an input, and where it stands.

    `line` and `column` start at 1. `path` is the place inside the document, such as `azure.location`.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None
    hint: str | None = None
    excerpt: str | None = None

    def __str__(self) -> str:
        """`file:line:column: path: message`, then the excerpt and the hint on lines of their own."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = ": ".join(part for part in (place, self.path, self.message) if part)
        lines = [head]
        if self.excerpt:
            lines += [f"    {line}" for line in self.excerpt.splitlines()]
        if self.hint:
            lines.append(f"    {self.hint}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """Only what is known, by the field names."""
        fields = {
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "hint": self.hint,
        }
        return {name: value for name, value in fields.items() if value is not None}


class ImageGateError(Exception):
    """What happened, what to do about it, and the ids that somebody will ask for.

    Args:
        message: what happened and what it usually means; whole sentences.
        hint: what to do next.
        ids: ids by name (resource, request id, correlation id …); printed a line each.
    """

    exit_code: ClassVar[int] = 1
    meaning: ClassVar[str] = "unexpected error: a defect of imagegate; or standard output could not be written"
    code: ClassVar[str] = "unexpected"

    def __init__(self, message: str, *, hint: str | None = None, ids: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.ids: dict[str, str] = dict(ids or {})

    def __str__(self) -> str:
        """Message, hint, then an id a line."""
        lines = [self.message]
        if self.hint:
            lines.append(self.hint)
        width = max((len(name) for name in self.ids), default=0) + 1
        lines += [f"  {name + ':':<{width}} {value}" for name, value in self.ids.items()]
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """The error as one object: `code`, `exit_code`, `message`, and what is known besides."""
        document: dict[str, object] = {"code": self.code, "exit_code": self.exit_code, "message": self.message}
        if self.hint:
            document["hint"] = self.hint
        if self.ids:
            document["ids"] = dict(self.ids)
        return document


class InputError(ImageGateError):
    """Arguments, imagegate.yaml or a template are not usable; lists every fault."""

    exit_code = 2
    meaning = "input not usable: arguments, imagegate.yaml, template; every fault is listed with its place"
    code = "input-not-usable"

    def __init__(
        self,
        faults: Sequence[InputFault],
        *,
        hint: str | None = None,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        self.faults = tuple(faults)
        told = [str(fault) for fault in self.faults]
        if len(told) > 1:
            told.append(f"{len(told)} faults in the input.")
        super().__init__("\n".join(told), hint=hint, ids=ids)

    @classmethod
    def of(cls, message: str, *, hint: str | None = None, file: str | None = None, path: str | None = None) -> Self:
        """An error of one fault."""
        return cls([InputFault(message=message, file=file, path=path, hint=hint)])

    def to_json(self) -> dict[str, object]:
        """As every error, with the `faults` as a list."""
        return {**super().to_json(), "faults": [fault.to_json() for fault in self.faults]}


class StagingGroupRefused(InputError):
    """The service does not take a template's staging group: it is in use, not empty, or in another region."""


class BuildFailed(ImageGateError):
    """The run ended, and not in Succeeded.

    `details` goes into the JSON form as it is (the failing customizer, its last lines, the local log). `diagnosis` is
    the `model.diagnosis.Diagnosis` that is told in them, for who shows it in another form; None when there is none.
    """

    exit_code = 3
    meaning = "the build ended, and not in Succeeded"
    code = "build-failed"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        ids: Mapping[str, str] | None = None,
        details: Mapping[str, object] | None = None,
        diagnosis: object | None = None,
    ) -> None:
        super().__init__(message, hint=hint, ids=ids)
        self.diagnosis = diagnosis
        self.details: dict[str, object] = dict(details or {})

    def to_json(self) -> dict[str, object]:
        """As every error, with the details beside it."""
        return {**super().to_json(), **({"details": self.details} if self.details else {})}


class ImageVersionUnusable(ImageGateError):
    """The image version exists, or should, and cannot be used."""

    exit_code = 4
    meaning = "image version not usable"
    code = "image-version-unusable"


class SmokeTestFailed(ImageGateError):
    """The image is at fault: the VM came up and did not answer as expected, or never came up."""

    exit_code = 5
    meaning = "smoke test failed: the VM came up and did not answer as expected, or never came up"
    code = "smoke-test-failed"


class TeardownIncomplete(ImageGateError):
    """Something of ours is still there; `leftovers` names what, and the message how to remove it."""

    exit_code = 6
    meaning = "something that imagegate created is still there; lists it and how to remove it"
    code = "teardown-incomplete"

    def __init__(
        self,
        message: str,
        *,
        leftovers: Sequence[str] = (),
        hint: str | None = None,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, ids=ids)
        self.leftovers = tuple(leftovers)

    def to_json(self) -> dict[str, object]:
        """As every error, with the leftovers as a list."""
        return {**super().to_json(), "leftovers": list(self.leftovers)}


class LeftoversAfterError(TeardownIncomplete):
    """Two faults at once: the first error (`__cause__`, told first) and what is left."""


class ServiceError(ImageGateError):
    """A service that we need did not do its part, after the deadline."""

    exit_code = 7
    meaning = "a service could not be reached, or refused"
    code = "service-failed"


class ServiceUnreachable(ServiceError):
    """No answer: name resolution, connection, certificate, time-out."""

    code = "service-unreachable"


class DeadlinePassed(ServiceUnreachable):
    """What was waited for did not happen in time; it may still happen."""

    code = "deadline-passed"


class ServiceRefused(ServiceError):
    """The service answered, and with an error; `service_code` and `status` are the service's own."""

    code = "service-refused"

    def __init__(
        self,
        message: str,
        *,
        service_code: str = "",
        status: int | None = None,
        hint: str | None = None,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, ids=ids)
        self.service_code = service_code
        self.status = status

    def to_json(self) -> dict[str, object]:
        """As every error, with the service's own code and HTTP status."""
        return {**super().to_json(), "service_code": self.service_code, "status": self.status}


class ResourceMissing(ServiceRefused):
    """What was asked for does not exist (404), or cannot be seen."""

    code = "resource-missing"


class ResourceConflict(ServiceRefused):
    """What exists, or goes on, forbids the request (409, 412)."""

    code = "resource-conflict"


class Inconclusive(ImageGateError):
    """Capacity, quota, policy or throttling: nothing was learnt about the image."""

    exit_code = 8
    meaning = "inconclusive: capacity, quota, policy, throttling"
    code = "inconclusive"

    def __init__(
        self,
        message: str,
        *,
        service_code: str = "",
        hint: str | None = None,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, ids=ids)
        self.service_code = service_code


class NotAuthorised(ImageGateError):
    """The principal may not do it; names the missing action, the scope and the principal where they are known."""

    exit_code = 9
    meaning = "not authorised; names the missing action, scope and principal"
    code = "not-authorised"

    def __init__(
        self,
        message: str,
        *,
        action: str | None = None,
        scope: str | None = None,
        principal: str | None = None,
        hint: str | None = None,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        named = {"action": action, "scope": scope, "principal": principal}
        super().__init__(message, hint=hint, ids={**{k: v for k, v in named.items() if v}, **(ids or {})})
        self.action = action
        self.scope = scope
        self.principal = principal

    def to_json(self) -> dict[str, object]:
        """As every error, with action, scope and principal by name."""
        return {**super().to_json(), "action": self.action, "scope": self.scope, "principal": self.principal}


class LoginFailed(NotAuthorised):
    """There is no credential, or it is refused: no request succeeds, so no step may go on without its answer."""

    code = "login-failed"


class Interrupted(ImageGateError):
    """Somebody asked us to stop (Ctrl-C, SIGTERM)."""

    exit_code = 130
    meaning = "interrupted"
    code = "interrupted"


def exit_codes() -> dict[int, str]:
    """Every exit code with its meaning: the table of the README and of `imagegate --help`."""
    found, kinds = {0: "done; for verify and try: passed"}, [ImageGateError]
    for kind in kinds:
        found.setdefault(kind.exit_code, kind.meaning)
        kinds += kind.__subclasses__()
    return dict(sorted(found.items()))
