"""Azure's activity log, as far as it says who wrote a resource."""

from datetime import datetime

from imagegate.errors import ImageGateError
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.principal import own_principal
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

_API = "2015-04-01"
_UNKNOWN = "caller unknown"


def last_caller(cloud: Cloud, resource_id: ResourceId, *, since: datetime) -> str:
    """Who else than ourselves wrote the resource last; `caller unknown` where the log does not say or may not be read.

    The log is minutes late. Source: Azure Monitor REST reference, Activity Logs - List.
    """
    path = f"/subscriptions/{resource_id.subscription_id}/providers/Microsoft.Insights/eventtypes/management/values"
    query = {"$filter": f"eventTimestamp ge '{since:%Y-%m-%dT%H:%M:%SZ}' and resourceUri eq '{resource_id}'"}
    try:
        me = own_principal(cloud)
        with told_as("reading the activity log"):
            found = cloud.send("GET", path, api_version=_API, query=query) or {}
    except ImageGateError:
        return _UNKNOWN
    entries = sorted(found.get("value") or (), key=lambda entry: str(entry.get("eventTimestamp", "")), reverse=True)
    callers = (str(entry.get("caller") or "") for entry in entries)
    return next((one for one in callers if one and (me is None or one != me.object_id)), _UNKNOWN)
