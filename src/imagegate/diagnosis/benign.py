"""Lines that look like a failure and are none."""

import re

_HARMLESS_PARTS = (
    # Clean-up: deleted in the wrong order at first, then tried again.
    r"Error deleting resource\. Will retry",
    r"PublicIPAddressCannotBeDeleted",
    r"InUseNetworkSecurityGroupCannotBeDeleted",
    r"InUseSubnetCannotBeDeleted",
    r"NetworkSecurityGroupInUse",
    r"\bNicInUse\b",
    r"Disk \S+ is attached to VM",
    r"Retryable error: ",
    r"Client#Delete: Failure sending request",
    # The service makes its image from the disk, not through Packer.
    r"Builds finished but no artifacts were created",
    r"Skipping image creation",
    # What apt and its scripts say without a terminal.
    r"debconf: (?:unable to initialize frontend|falling back to|delaying package configuration|\()",
    r"dpkg-preconfigure: unable to re-open stdin",
    r"apt does not have a stable CLI interface",
    r"invoke-rc\.d: (?:could not determine current runlevel|policy-rc\.d denied execution)",
    r"policy-rc\.d returned 101",
    r"Running in chroot, ignoring",
    r"Download is performed unsandboxed as root",
    r"Warning: apt-key output should not be parsed",
    r"update-alternatives: warning",
    r"grep: warning",
    r"tar: Removing leading",
    # sudo says so when the host's own name is not in /etc/hosts, and goes on.
    r"unable to resolve host (?!address)\S+: (?:Name or service|Temporary failure in name|Connection timed out)",
    # Progress, in which a package's name may hold any word.
    r"^\s*(?!.*(?:fail|rror|not found|denied))(?:Selecting previously|Preparing to unpack|Unpacking|Setting up) ",
    r"^\s*(?!.*(?:fail|rror|not found|denied))(?:Get:\d+|Hit:\d+|Installing|Upgrading|Updating|Verifying|Collecting) ",
    r"^\s*(?!.*(?:fail|rror|not found|denied))(?:Downloading|Requirement already) ",
    r"^\s*Ign:\d+ ",
    # A shell's trace shows commands; PowerShell's errors also begin with a plus.
    r"^\s*\++ (?!\s*(?:CategoryInfo|FullyQualified|~))",
    r"\b(?:failed|errors?|failures?|rejected|ignored|unreachable)[=:] ?0\b",
    r"\b0 (?:failed|errors?|failures|not upgraded|warnings)\b",
    # A script that is shown before it runs.
    r"Write-(?:Output|Host|Error|Warning) ['\"]",
    r"if ?\( ?[Tt][Ee][Ss][Tt]-[Pp][Aa][Tt][Hh]",
    r"(?:WARNING|Warning): (?:Running pip as|The directory|There was an error checking the latest version)",
    r"rm: cannot remove",
    r"\[notice\]",
    r"DEPRECATION:",
    r"npm (?:WARN|warn|notice)",
    r"libgpg-error",
    r"liberror",
    r"perl-error",
    r"exited with code: 0\b",
    r"Communicator ended with: 0\b",
)
_HARMLESS = re.compile("|".join(_HARMLESS_PARTS))
_CLEAN_UP_NOISE = re.compile(
    r"Error deleting resource\. Will retry|CannotBeDeleted|#Delete: Failure|NicInUse\b|Retryable error"
)


def is_harmless(text: str) -> bool:
    """Whether the line must not count, however much it looks like an error."""
    return _HARMLESS.search(text) is not None


def is_clean_up_noise(text: str) -> bool:
    """Whether the line is one of those that the deletion of the build's resources brings, and retries."""
    return _CLEAN_UP_NOISE.search(text) is not None
