"""The `osProfile` of a machine: whom it is made for, and how that one gets in."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError

_COMPUTER_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?")
_USER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")  # a capital begins a recorded one
# fmt: off
_FORBIDDEN_USERS = frozenset((
    "1", "123", "a", "actuser", "adm", "admin", "admin1", "admin2", "administrator", "aspnet", "backup",
    "console", "david", "guest", "john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys",
    "test", "test1", "test2", "test3", "user", "user1", "user2", "user3", "user4", "user5", "video",
))
# fmt: on
_KEY_KINDS = ("ssh-rsa", "ssh-ed25519")


def checked(profile: object, *, generalized: bool) -> dict[str, Any]:
    """The profile as the machine's document shows it (without secrets), refused in Azure's words when unusable."""
    if not generalized:
        if profile:
            raise _invalid("osProfile", "Parameter 'osProfile' is not allowed.")
        return {}
    if not isinstance(profile, dict):
        raise _invalid("osProfile", "Required parameter 'osProfile' is missing (null).")
    for name in ("computerName", "adminUsername"):
        if not profile.get(name):
            raise _invalid(f"osProfile.{name}", f"Required parameter 'osProfile.{name}' is missing (null).")
    _check_names(str(profile["computerName"]), str(profile["adminUsername"]))
    linux = _linux(profile)
    return {
        "computerName": profile["computerName"],
        "adminUsername": profile["adminUsername"],
        "linuxConfiguration": linux,
        "secrets": [],
        "allowExtensionOperations": bool(profile.get("allowExtensionOperations", True)),
        "requireGuestProvisionSignal": True,
    }


def public_keys(profile: Mapping[str, Any]) -> tuple[str, ...]:
    """The SSH keys of a checked profile."""
    keys = ((profile.get("linuxConfiguration") or {}).get("ssh") or {}).get("publicKeys") or ()
    return tuple(str(key["keyData"]) for key in keys)


def custom_data(profile: object) -> bytes | None:
    """`customData`, decoded; None when there is none."""
    text = profile.get("customData") if isinstance(profile, dict) else None
    if not text:
        return None
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise _invalid("customData", "Custom data in OSProfile must be in Base64 encoding.") from error


def _linux(profile: Mapping[str, Any]) -> dict[str, Any]:
    given = profile.get("linuxConfiguration") or {}
    without_password = bool(given.get("disablePasswordAuthentication", False))
    keys = (given.get("ssh") or {}).get("publicKeys") or []
    for key in keys:
        _check_key(key, str(profile["adminUsername"]))
    if not keys and (without_password or not profile.get("adminPassword")):
        raise _invalid(
            "linuxConfiguration",
            "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
        )
    linux: dict[str, Any] = {"disablePasswordAuthentication": without_password}
    if keys:
        linux["ssh"] = {"publicKeys": keys}
    return {
        **linux,
        "provisionVMAgent": bool(given.get("provisionVMAgent", True)),
        "patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"},
        "enableVMAgentPlatformUpdates": False,
    }


def _check_names(computer: str, user: str) -> None:
    if not _COMPUTER_NAME.fullmatch(computer) or computer.isdigit():
        raise _invalid(
            "computerName",
            "Linux host name cannot exceed 64 characters in length or contain the following characters: "
            "` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?.",
        )
    if user.lower() in _FORBIDDEN_USERS or not _USER_NAME.fullmatch(user):
        raise _invalid(
            "adminUsername",
            "The Admin Username specified is not allowed. For more information about disallowed usernames, "
            "see https://aka.ms/vmosprofile",
        )


def _check_key(key: object, user: str) -> None:
    prefix = "linuxConfiguration.ssh.publicKeys"
    if not isinstance(key, dict) or not _is_public_key(str(key.get("keyData", ""))):
        message = f"The value of parameter {prefix}.keyData is invalid."
        raise _invalid(f"{prefix}.keyData", message)
    expected = f"/home/{user}/.ssh/authorized_keys"
    if key.get("path") not in (None, expected):
        raise _invalid(
            f"{prefix}.path",
            f"Destination path for SSH public keys is currently limited to its default value {expected} "
            "due to a known issue in Linux provisioning agent.",
        )


def _is_public_key(text: str) -> bool:
    parts = text.split()
    if len(parts) < 2 or parts[0] not in _KEY_KINDS:
        return False
    try:
        decoded = base64.b64decode(parts[1], validate=True)
    except binascii.Error:
        return False
    return decoded[4 : 4 + len(parts[0])] == parts[0].encode()


def _invalid(target: str, message: str) -> ArmError:
    return ArmError(400, "InvalidParameter", message, target=target)
