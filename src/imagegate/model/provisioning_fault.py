"""Why Azure did not give us a running VM, read from its error codes: whose fault it is decides the verdict."""

from collections.abc import Iterable

from imagegate.model.verification import Cause

# Source: Azure Resource Manager and Compute error references; bodies seen in the wild.
_CAPACITY = {
    "skunotavailable",
    "allocationfailed",
    "zonalallocationfailed",
    "overconstrainedallocationrequest",
    "overconstrainedzonalallocationrequest",
    "quotaexceeded",
    "resourcequotaexceeded",
    "publicipcountlimitreached",
    "networkinterfacecountlimitreached",
    "operationnotpermittedonquota",
}
_POLICY = {"requestdisallowedbypolicy", "requestdisallowedbyazure"}
_THROTTLING = {"toomanyrequests", "subscriptionrequeststhrottled", "resourcerequeststhrottled", "retryableerror"}
_NOT_AUTHORISED = {"authorizationfailed", "linkedauthorizationfailed"}
_IMAGE = {
    "osprovisioningtimedout",
    "osprovisioningclienterror",
    "osprovisioninginternalerror",
    "vmstarttimedout",
    "imageversionnotbootable",
}


def cause_of(codes: Iterable[str], text: str) -> Cause:
    """The cause behind a fault's codes (any case, outermost first) and its whole text.

    An image fault wins over what else is said: a deployment's error wraps many. `OperationNotAllowed` is quota only
    where the text says so.
    """
    found = {code.lower() for code in codes}
    if found & _IMAGE:
        return Cause.IMAGE
    if found & _CAPACITY or ("operationnotallowed" in found and "quota" in text.lower()):
        return Cause.CAPACITY
    if found & _POLICY:
        return Cause.POLICY
    if found & _THROTTLING:
        return Cause.THROTTLING
    if found & _NOT_AUTHORISED:
        return Cause.NOT_AUTHORISED
    return Cause.SERVICE
