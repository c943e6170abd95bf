"""Lines that look like a failure and are none."""

import re

_HARMLESS = re.compile(
    r"Error deleting resource\. Will retry|"
    r"PublicIPAddressCannotBeDeleted|InUseNetworkSecurityGroupCannotBeDeleted|InUseSubnetCannotBeDeleted|NetworkSecurityGroupInUse|"
    r"\bNicInUse\b|Disk \S+ is attached to VM|"
    r"Retryable error: |Client#Delete: Failure sending request|"
    r"Builds finished but no artifacts were created|Skipping image creation|"
    r"debconf: (?:unable to initialize frontend|falling back to|delaying package configuration|\()|"
    r"dpkg-preconfigure: unable to re-open stdin|apt does not have a stable CLI interface|"
    r"invoke-rc\.d: (?:could not determine current runlevel|policy-rc\.d denied execution)|policy-rc\.d returned 101|"
    r"Running in chroot, ignoring|Download is performed unsandboxed as root|"
    r"Warning: apt-key output should not be parsed|"
    r"update-alternatives: warning|grep: warning|tar: Removing leading|"
    r"(?:unable to resolve host )(?!address)\S+: (?:Name or service not known|Temporary failure in name resolution|Connection timed out)|"
    r"^\s*(?!.*(?:fail|rror|not found|denied))(?:Selecting previously|Preparing to unpack|Unpacking|Setting up|Get:\d+|Hit:\d+|Ign:\d+|Installing|Upgrading|Updating|Verifying|Collecting|Downloading|Requirement already) .{0,160}$|"
    r"^\s*\++ (?!\s*(?:CategoryInfo|FullyQualified|~))|"
    r"\b(?:failed|errors?|failures?|rejected|ignored|unreachable)[=:] ?0\b|\b0 (?:failed|errors?|failures|not upgraded|warnings)\b|"
    r"Write-(?:Output|Host|Error|Warning) ['\"]|if ?\( ?[Tt][Ee][Ss][Tt]-[Pp][Aa][Tt][Hh]|"
    r"(?:WARNING|Warning): (?:Running pip as|The directory|There was an error checking the latest version)|"
    r"rm: cannot remove|"
    r"\[notice\]|DEPRECATION:|npm (?:WARN|warn|notice)|"
    r"Error: 0\b|libgpg-error|liberror|perl-error|"
    r"exited with code: 0\b|Communicator ended with: 0\b",
)
_CLEAN_UP_NOISE = re.compile(
    r"Error deleting resource\. Will retry|CannotBeDeleted|#Delete: Failure|NicInUse\b|Retryable error"
)


def is_harmless(text: str) -> bool:
    """Whether the line must not count, however much it looks like an error."""
    return _HARMLESS.search(text) is not None


def is_clean_up_noise(text: str) -> bool:
    """Whether the line is one of those that the deletion of the build's resources brings, and retries."""
    return _CLEAN_UP_NOISE.search(text) is not None
