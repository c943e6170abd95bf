"""Where function apps are reached: below Resource Manager's address, since a name of their own would need DNS.

Azure gives each app two host names; here the app's name stands in the path.
"""

from __future__ import annotations

from localazure.cloud import Cloud

PATH = "/_functions"
SCM = "/scm"


def site_address(cloud: Cloud, site_name: str) -> str:
    """Where the app itself answers, without a trailing slash."""
    return f"{cloud.arm_endpoint}{PATH}/{site_name}"


def scm_host(cloud: Cloud, site_name: str) -> str:
    """Where the app's code is published, as the site's host names show it: without scheme."""
    return f"{site_address(cloud, site_name)}{SCM}".removeprefix("https://")
