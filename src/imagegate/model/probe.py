"""A probe is one question to a smoke VM; an attempt is one time of asking it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

Scheme = Literal["http", "https"]


@dataclass(frozen=True, kw_only=True)
class HttpProbe:
    """Passes when the answer has the status and, if asked, holds the text.

    `host` is sent as the Host header; over https the certificate is not checked, since a smoke VM has no name.
    """

    port: int = 80
    path: str = "/"
    status: int = 200
    contains: str | None = None
    scheme: Scheme = "http"
    host: str | None = None

    @classmethod
    def from_mapping(cls, body: Mapping[str, Any]) -> Self:
        """From the part under `http:` in imagegate.yaml, already checked against the schema."""
        scheme: Scheme = "https" if body.get("scheme") == "https" else "http"
        return cls(
            port=int(body.get("port", 443 if scheme == "https" else 80)),
            path=str(body.get("path", "/")),
            status=int(body.get("status", 200)),
            contains=body.get("contains"),
            scheme=scheme,
            host=body.get("host"),
        )

    def to_mapping(self) -> dict[str, Any]:
        """The form of imagegate.yaml, with all defaults written out."""
        optional = {"contains": self.contains, "host": self.host}
        given = {name: value for name, value in optional.items() if value is not None}
        always = {"scheme": self.scheme, "port": self.port, "path": self.path, "status": self.status}
        return {"http": {**always, **given}}

    def __str__(self) -> str:
        wanted = f'{self.status} with "{self.contains}"' if self.contains else str(self.status)
        return f"{self.scheme}://…:{self.port}{self.path} → {wanted}"


@dataclass(frozen=True, kw_only=True)
class TcpProbe:
    """Passes when the port takes a connection."""

    port: int

    @classmethod
    def from_mapping(cls, body: Mapping[str, Any]) -> Self:
        """From the part under `tcp:` in imagegate.yaml, already checked against the schema."""
        return cls(port=int(body["port"]))

    def to_mapping(self) -> dict[str, Any]:
        """The form of imagegate.yaml."""
        return {"tcp": {"port": self.port}}

    def __str__(self) -> str:
        return f"tcp port {self.port}"


Probe = HttpProbe | TcpProbe


def parse_probe(body: Mapping[str, Any]) -> Probe:
    """A probe of the form `{http: {…}}` or `{tcp: {…}}`.

    Raises:
        ValueError: neither.
    """
    match body:
        case {"http": Mapping() as http}:
            return HttpProbe.from_mapping(http)
        case {"tcp": Mapping() as tcp}:
            return TcpProbe.from_mapping(tcp)
        case _:
            raise ValueError(f"not a probe: expected http or tcp, got {', '.join(map(str, body)) or 'nothing'}")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try of one probe: what came back, in `detail` as a sentence."""

    probe: str
    number: int
    passed: bool
    detail: str
    seconds: float
    status: int | None = None
    body_excerpt: str = ""

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**body)

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return {
            "probe": self.probe,
            "number": self.number,
            "passed": self.passed,
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
            "status": self.status,
            "body_excerpt": self.body_excerpt,
        }

    def __str__(self) -> str:
        return f"{self.probe}: attempt {self.number}: {self.detail}"
