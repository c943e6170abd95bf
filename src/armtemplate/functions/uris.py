"""URI functions: .NET's Uri and RFC 3986 escaping."""

from typing import Any
from urllib.parse import quote, unquote_to_bytes

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.values import integer_argument, member, object_argument, text_argument, utf8

_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}
_LAST_PORT = 65_535
_NOT_IN_HOSTS = ' \t\r\n"<>\\^`{|}'
# What .NET leaves as it is in the path of an absolute URI.
_SAFE = "%!$&'()*+,;=:@/?#[]~-._"


def uri_component(text: Value) -> str:
    """Everything escaped but letters, digits and `-_.~`."""
    return quote(utf8(text_argument(text)), safe="-_.~")


def uri_component_to_string(text: Value) -> str:
    """Percent escapes undone; a plus stays a plus."""
    return unquote_to_bytes(utf8(text_argument(text))).decode("utf-8", "replace")


def uri(base: Value, relative: Value) -> str:
    """A relative URI resolved against an absolute one."""
    start = text_argument(base, "the base").strip()
    rest = text_argument(relative, "the relative part").strip()
    scheme, authority, path, query = _split(start)
    if not scheme or not authority:
        raise ExpressionError(f"expects its first argument to be a uri string, and '{start}' has no scheme and host")
    if _scheme(rest):
        scheme, authority, path, query = _split(rest)
        return _joined(scheme, authority, path, query)
    if rest.startswith("//"):
        scheme, authority, path, query = _split(f"{scheme}:{rest}")
        return _joined(scheme, authority, path, query)
    if not rest:
        return _joined(scheme, authority, path, query)
    tail, tail_query = _cut_query(rest)
    if rest[0] in "?#":
        return _joined(scheme, authority, path, tail_query)
    merged = tail if tail.startswith("/") else path[: path.rfind("/") + 1] + tail
    return _joined(scheme, authority, merged if merged.startswith("/") else f"/{merged}", tail_query)


def _scheme(text: str) -> str:
    scheme, colon, _ = text.partition(":")
    fits = (
        scheme[:1].isalpha()
        and scheme.isascii()
        and all(character.isalnum() or character in "+-." for character in scheme)
    )
    return scheme.lower() if colon and fits and "/" not in scheme else ""


def _cut_query(text: str) -> tuple[str, str]:
    places = [at for at in (text.find("?"), text.find("#")) if at >= 0]
    return (text[: min(places)], text[min(places) :]) if places else (text, "")


def _split(text: str) -> tuple[str, str, str, str]:
    """Scheme, authority, path, query with fragment."""
    scheme = _scheme(text)
    rest = text[len(scheme) + 1 :] if scheme else text
    if not scheme or not rest.startswith("//"):
        return scheme, "", rest, ""
    body, query = _cut_query(rest[2:])
    authority, slash, path = body.partition("/")
    if not authority:
        return scheme, "", rest, ""
    return scheme, _authority(scheme, authority), slash + path or "/", query


def _authority(scheme: str, authority: str) -> str:
    """Host in lower case, without the scheme's own port."""
    user, at, host = authority.rpartition("@")
    name, colon, port = host.rpartition(":")
    if any(character in host for character in _NOT_IN_HOSTS):
        raise ExpressionError(f"the host '{host}' of the URI holds a character that no host can hold")
    if colon and "]" not in port:
        if port and not (port.isascii() and port.isdigit() and len(port) < 7 and int(port) <= _LAST_PORT):
            raise ExpressionError(f"the port '{port}' of the URI must be between 0 and {_LAST_PORT}")
        if not port:
            return f"{user}{at}{name.lower()}"
        kept = name.lower() if _DEFAULT_PORTS.get(scheme) == int(port) else f"{name.lower()}:{int(port)}"
        return f"{user}{at}{kept}"
    return f"{user}{at}{host.lower()}"


def _joined(scheme: str, authority: str, path: str, query: str) -> str:
    if not authority:
        if path.startswith("//"):
            raise ExpressionError(f"the result '{scheme}:{path}' has no host")
        return f"{scheme}:{path}{query}"
    return f"{scheme}://{authority}{quote(utf8(_without_dots(path)), safe=_SAFE)}{quote(utf8(query), safe=_SAFE)}"


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4: `.` and `..` resolved; never above the root."""
    kept: list[str] = []
    segments = path.replace("\\", "/").split("/")[1:]
    for place, segment in enumerate(segments):
        final = place == len(segments) - 1
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
            continue
        if final:
            kept.append("")
    return "/" + "/".join(kept)


def build_uri(parts: Value) -> str:
    """A URI of `scheme`, `host`, `port`, `path` and `query`."""
    given = object_argument(parts)
    scheme = text_argument(member(given, "scheme", "http"), "the scheme").lower()
    host = text_argument(member(given, "host", "localhost"), "the host")
    port = member(given, "port")
    number = None if port is None else integer_argument(port, "the port")
    if number is not None and not -1 <= number <= _LAST_PORT:
        raise ExpressionError("the port must be between 0 and 65535")
    path = text_argument(member(given, "path") or "", "the path")
    query = text_argument(member(given, "query") or "", "the query")
    kept = number not in (None, -1, _DEFAULT_PORTS.get(scheme))
    address = f"{scheme}://{host}{f':{number}' if kept else ''}"
    return (
        address
        + ("" if path.startswith("/") else "/")
        + path
        + (query if not query or query.startswith("?") else f"?{query}")
    )


def parse_uri(text: Value) -> dict[str, Any]:
    """The parts that `buildUri` takes."""
    address = text_argument(text)
    scheme, authority, path, query = _split(address)
    if not scheme or not authority:
        raise ExpressionError(f"'{address}' is no absolute URI")
    name, colon, port = authority.rpartition("@")[2].rpartition(":")
    numbered = bool(colon) and port.isdigit()
    return {
        "scheme": scheme,
        "host": name if numbered else authority,
        "port": int(port) if numbered else None,
        "path": path,
        "query": query,
    }
