"""Links to blobs: minted with a shared access signature, and read by those who are handed one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from localazure.arm.messages import Principal
from localazure.blobs.accounts import Account, account_url, find_account, find_container
from localazure.blobs.signatures import matches, service_text, sign
from localazure.cloud import Cloud

READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
_VERSION = "2022-11-02"


def blob_url(cloud: Cloud, account: str, container: str, name: str) -> str:
    """A blob's URL, without a signature."""
    return f"{account_url(cloud, account)}{container}/{quote(name)}"


def mint_read_link(
    cloud: Cloud, account: str, container: str, name: str, *, lifetime: timedelta = timedelta(hours=2)
) -> str:
    """A URL that anyone may read the blob with while it lives (boot diagnostics, exported disks).

    Raises `LookupError` when there is no such account.
    """
    found = find_account(cloud, account)
    if found is None:
        raise LookupError(f"no storage account {account}")
    now = cloud.clock.now()
    query = {"sp": "r", "st": _moment(now - timedelta(minutes=5)), "se": _moment(now + lifetime)}
    query |= {"spr": "https", "sv": _VERSION, "sr": "b"}
    query["sig"] = sign(found.keys[0], service_text(query, found.name, container, name))
    return f"{blob_url(cloud, found.name, container, name)}?{urlencode(query)}"


def read_link(cloud: Cloud, url: str, *, principal: Principal | None = None) -> bytes | None:
    """The content behind a link to a blob of this cloud, or None: no such blob, or not for whoever has the link.

    Args:
        cloud: whose blobs.
        url: with a service SAS in its query, or without one.
        principal: may read by a role assignment (a template's identity); None for anyone.
    """
    place = split_url(cloud, url)
    account = find_account(cloud, place[0]) if place else None
    if place is None or account is None:
        return None
    _, container, name = place
    query = dict(parse_qsl(urlsplit(url).query))
    if not (
        (query.get("sig") and permits(cloud, account, query, container, name, "r"))
        or _is_public(cloud, account, container)
        or _may_read(cloud, principal, account, container, name)
    ):
        return None
    blob = cloud.store.get_blob(account.name, container, name)
    return blob.content if blob else None


def split_url(cloud: Cloud, url: str) -> tuple[str, str, str] | None:
    """Account, container and blob of a URL of this cloud's blob service; None for other hosts."""
    parts, own = urlsplit(url), urlsplit(cloud.blob_endpoint)
    if not cloud.blob_endpoint or (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        return None
    names = unquote(parts.path).lstrip("/").split("/", 2)
    return (names[0], names[1], names[2]) if len(names) == 3 and all(names) else None


def permits(
    cloud: Cloud, account: Account, query: Mapping[str, str], container: str, name: str, permission: str
) -> bool:
    """Whether a service SAS is the account's own, in its time, and grants the permission (a letter of `sp`)."""
    text = service_text(query, account.name, container, name)
    return (
        account.allows_shared_key
        and any(matches(key, text, query.get("sig", "")) for key in account.keys)
        and in_time(cloud, query)
        and permission in query.get("sp", "")
    )


def in_time(cloud: Cloud, query: Mapping[str, str]) -> bool:
    """Whether now lies between a signature's start and expiry. A signature without expiry is not valid."""
    now = cloud.clock.now()
    try:
        start = _parsed(query["st"]) if query.get("st") else now
        return start <= now < _parsed(query["se"])
    except (KeyError, ValueError):
        return False


def _is_public(cloud: Cloud, account: Account, container: str) -> bool:
    document = find_container(cloud, account, container)
    public = str(document.body["properties"].get("publicAccess", "None")) if document else "None"
    return account.allows_public_access and public.lower() in {"blob", "container"}


def _may_read(cloud: Cloud, principal: Principal | None, account: Account, container: str, name: str) -> bool:
    scope = f"{account.container_id(container)}/blobs/{name}"
    return principal is not None and cloud.is_allowed(principal, READ, scope, data=True)


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _parsed(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
