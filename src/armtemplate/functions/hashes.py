"""uniqueString and guid, with Azure's own values: a 64-bit Murmur variant in base32, and RFC 4122 version 5.

Recomputed from values that tests of the deployment engine assert and that real deployments recorded.
"""

import uuid
from typing import Any

from armtemplate.expressions import Call
from armtemplate.frames import Frame
from armtemplate.json_types import Value
from armtemplate.values import text_argument, utf8

_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_MASK32 = 0xFFFFFFFF
_MASK64 = 0xFFFFFFFFFFFFFFFF
_C1, _C2 = 0x239B961B, 0xAB0E9789


def guid(*parts: Value) -> str:
    """A GUID that depends on nothing but the texts."""
    return str(uuid.UUID(bytes=_version_5(_joined(parts))))


def _version_5(name: bytes) -> bytes:
    from hashlib import sha1

    digest = bytearray(sha1(_NAMESPACE.bytes + name, usedforsecurity=False).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x50
    digest[8] = (digest[8] & 0x3F) | 0x80
    return bytes(digest)


def unique_string(*parts: Value) -> str:
    """Thirteen characters that depend on nothing but the texts."""
    value = _murmur64(_joined(parts))
    text = ""
    for _ in range(13):
        text += _ALPHABET[value >> 59]
        value = (value << 5) & _MASK64
    return text


def new_guid(_call: Call, frame: Frame) -> str:
    """A random GUID."""
    return frame.scope.new_guid()


def _joined(parts: tuple[Any, ...]) -> bytes:
    return utf8("-".join(text_argument(part, "every argument") for part in parts))


def _murmur64(data: bytes) -> int:
    h1 = h2 = 0
    length = len(data)
    blocks = length - length % 8
    for at in range(0, blocks, 8):
        h1 ^= _mix1(int.from_bytes(data[at : at + 4], "little"))
        h1 = (((_rotl(h1, 19) + h2) & _MASK32) * 5 + 0x561CCD1B) & _MASK32
        h2 ^= _mix2(int.from_bytes(data[at + 4 : at + 8], "little"))
        h2 = (((_rotl(h2, 13) + h1) & _MASK32) * 5 + 0x0BCAA747) & _MASK32
    tail = data[blocks:]
    if tail:
        h1 ^= _mix1(int.from_bytes(tail[:4], "little"))
    if len(tail) > 4:
        h2 ^= _mix2(int.from_bytes(tail[4:], "little"))
    h1 ^= length & _MASK32
    h2 ^= length & _MASK32
    h1, h2 = _crossed(h1, h2)
    h1, h2 = _crossed(_finalised(h1), _finalised(h2))
    return (h2 << 32) | h1


def _crossed(h1: int, h2: int) -> tuple[int, int]:
    h1 = (h1 + h2) & _MASK32
    return h1, (h2 + h1) & _MASK32


def _mix1(k: int) -> int:
    return (_rotl((k * _C1) & _MASK32, 15) * _C2) & _MASK32


def _mix2(k: int) -> int:
    return (_rotl((k * _C2) & _MASK32, 17) * _C1) & _MASK32


def _rotl(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK32


def _finalised(h: int) -> int:
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & _MASK32
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & _MASK32
    return h ^ (h >> 16)
