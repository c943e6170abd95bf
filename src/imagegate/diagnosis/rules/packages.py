"""dnf, yum, zypper, snap, pip, npm, Chocolatey and Windows Installer."""

from imagegate.diagnosis.rule import Rank, Rule
from imagegate.model.diagnosis import Category

RULES = (
    Rule(
        code="yum-lock",
        category=Category.PACKAGE_LOCK,
        patterns=(
            r"Existing lock (?P<path>/var/run/yum\.pid|/run/yum\.pid|\S+\.pid): another copy is running",
            r"Another app is currently holding the (?:yum|dnf|rpm) lock",
            r"Waiting for process with pid (?P<pid>\d+) to finish",
            r"can't create transaction lock on (?P<path>\S+)",
            r"System management is locked by the application",
            r"Failed to obtain the transaction lock",
        ),
        says="Another package manager held the lock, so that the install could not start.",
        means="On a VM that has just booted, automatic updates, cloud-init or an extension still install packages.",
        do="Wait for the first boot's own updates to end (`cloud-init status --wait`), then install.",
        rank=Rank.GROUND,
    ),
    Rule(
        code="rpm-package-unknown",
        category=Category.PACKAGE,
        patterns=(
            r"No match for argument: (?P<package>\S+)",
            r"No package (?P<package>\S+) available",
            r"Error: Unable to find a match: (?P<package>.{1,120})",
            r"Error: Nothing to do\b",
            r"Package '(?P<package>[^']+)' not found\.",
            r"No provider of '(?P<package>[^']+)' found",
            r"error: Failed dependencies:",
            r"nothing provides (?P<package>.{1,120}) needed by",
            r"cannot install (?:both|the best candidate)",
            r"All matches were filtered out by (?:modular|exclude) filtering for argument: (?P<package>\S+)",
            r"No such package:? (?P<package>\S+)",
        ),
        says="The package manager knows no package {package} that can be installed.",
        means=(
            "The name is misspelt, the repository that has it (EPEL, CodeReady …) is not enabled, or its dependencies "
            "are not available."
        ),
        do="Check the name for this release (`dnf search`, `zypper search`), and enable the repository that has it.",
        statuses=(1, 104),
    ),
    Rule(
        code="rpm-repository",
        category=Category.PACKAGE,
        patterns=(
            r"Failed to download metadata for repo '(?P<repository>[^']+)'",
            r"Cannot (?:find|retrieve) (?:a valid baseurl|repository metadata|metalink) .{0,80}(?:for repo|repomd)",
            r"Cannot download repomd\.xml",
            r"Errors during downloading metadata for repository '(?P<repository>[^']+)'",
            r"One of the configured repositories failed \((?P<repository>[^)]+)\)",
            r"Status code: (?P<status>4\d\d) for (?P<url>\S+)",
            r"Repository '(?P<repository>[^']+)' is invalid",
            r"Problem retrieving (?:the repository index file|files from) '?(?P<repository>[^'\n]+)",
            r"All mirrors were tried",
            r"There are no enabled repos",
            r"This system is not registered (?:with|to)",
            r"repomd\.xml: \[Errno (?P<status>\d+)\]",
        ),
        says="A package repository could not be read: {repository}.",
        means=(
            "The mirror is not reachable, the release has gone out of support (CentOS 7 and 8 moved to "
            "vault.centos.org), or the subscription is missing (RHUI, SUSE)."
        ),
        do=(
            "Check the repository's address from the build's network; for a release out of support use its archive or "
            "a newer source image."
        ),
        statuses=(1, 106),
    ),
    Rule(
        code="rhui-certificate",
        category=Category.PACKAGE,
        patterns=(
            r"Cannot (?:find|use) .{0,40}client certificate .{0,40}rhui",
            r"rhui.{0,200}(?:SSL peer rejected your certificate as expired|certificate (?:has )?expired)",
            r"SSL peer rejected your certificate as expired",
        ),
        says="The image's certificate for Red Hat's update service (RHUI) has expired.",
        means="The source image is older than the certificate that came with it.",
        do=(
            "Update the client first: `sudo dnf update -y --disablerepo='*' --enablerepo='*microsoft*'`; or use a "
            "newer source image."
        ),
    ),
    Rule(
        code="pip-package-unknown",
        category=Category.PACKAGE,
        patterns=(
            r"No matching distribution found for (?P<package>\S+)",
            r"Could not find a version that satisfies the requirement (?P<package>\S+)",
            r"ResolutionImpossible",
            r"Ignored the following versions that require a different python version",
            r"requires a different Python: (?P<version>\S+) not in",
            r"THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
        ),
        says="pip found no version of {package} that it may install.",
        means="The name or version is wrong, this Python is too old or too new for it, or the index is not reachable.",
        do="Check name and version for the image's Python (`python3 --version`), and that the index can be reached.",
        statuses=(1,),
    ),
    Rule(
        code="pip-externally-managed",
        category=Category.PACKAGE,
        patterns=(r"error: externally-managed-environment", r"This environment is externally managed"),
        says="pip refused to install into the system's own Python.",
        means="Debian 12, Ubuntu 24.04 and later keep that Python for their packages (PEP 668).",
        do="Install into a virtual environment (`python3 -m venv`), with pipx, or as a Debian package (python3-…).",
        statuses=(1,),
    ),
    Rule(
        code="pip-build-failed",
        category=Category.PACKAGE,
        patterns=(
            r"error: subprocess-exited-with-error",
            r"Failed building wheel for (?P<package>\S+)",
            r"Could not build wheels for (?P<package>\S+)",
            r"error: command '(?P<command>[^']+)' failed with exit (?:code|status)",
            r"fatal error: (?P<path>\S+\.h): No such file or directory",
        ),
        says="A Python package had to be compiled, and that failed.",
        means=(
            "There is no ready wheel for this Python and architecture, and compilers or header files (python3-dev, "
            "build-essential …) are missing."
        ),
        do="Install the compiler and headers first, or a version that has a wheel.",
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="npm-failed",
        category=Category.PACKAGE,
        patterns=(
            r"npm (?:ERR!|error) code (?P<code>E?[A-Z0-9_]+)",
            r"npm (?:ERR!|error) 404\s+'?(?P<package>\S+)' is not in th",
            r"error An unexpected error occurred: \"(?P<url>https?://[^\"]+)",
        ),
        says="npm could not install: {code} {package}.",
        means="The package or version does not exist, the registry is not reachable, or Node is of the wrong version.",
        do="See npm's lines before this one; they name the package and the registry.",
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="snap-failed",
        category=Category.PACKAGE,
        patterns=(
            r"error: snap \"(?P<package>[^\"]+)\" (?:not found|is not available)",
            r"error: cannot communicate with server: .{0,120}snapd",
            r"error: too early for operation, device not yet seeded",
            r"error: cannot (?:install|perform the following tasks).{0,120}snap",
            r"error: unable to contact snap store",
            r"snap \"(?P<package>[^\"]+)\" has \"[^\"]+\" change in progress",
            r"error: This revision of snap \"(?P<package>[^\"]+)\" was published using classic confinement",
        ),
        says="snap could not install {package}.",
        means="snapd is still starting on a fresh VM, the store is not reachable, or the name or confinement is wrong.",
        do="Run `sudo snap wait system seed.loaded` first; give `--classic` where the snap needs it.",
        statuses=(1, 10),
    ),
    Rule(
        code="choco-failed",
        category=Category.PACKAGE,
        patterns=(
            r"Chocolatey installed 0/\d+ packages",
            r"The install of (?P<package>\S+) was NOT successful",
            r"(?P<package>\S+) not installed\. The package was not found with the source",
            r"No applicable installer found",
            r"No package found matching input criteria",
            r"No match was found for the specified search criteria and module name '(?P<package>[^']+)'",
            r"Unable to resolve package source '(?P<url>[^']+)'",
            r"NuGet provider is required to interact with NuGet-based repositories",
            r"Unable to find repository '(?P<repository>[^']+)'",
        ),
        says="A Windows package could not be installed: {package}{url}{repository}.",
        means=(
            "The name is wrong, its source is not reachable from the build VM, or TLS 1.2 or the NuGet provider is "
            "not set up."
        ),
        do=(
            "Check name and source; on older Windows set `[Net.ServicePointManager]::SecurityProtocol = 'Tls12'` and "
            "`Install-PackageProvider NuGet -Force` first."
        ),
    ),
    Rule(
        code="msi-failed",
        category=Category.PACKAGE,
        patterns=(
            r"MainEngineThread is returning (?P<status>16\d\d)",
            r"Installation (?:success or error|failed with) (?:status|exit code|error code):? ?(?P<status>16\d\d)",
            r"msiexec\S*.{0,60}?(?:exit ?code|error|returned|failed with|status)\D{0,12}(?P<status>16[0-5]\d)\b",
            r"installer (?:returned|failed with|exited with).{0,24}?(?P<status>16[0-5]\d)\b",
            r"This installation package could not be opened",
            r"Another installation is already in progress",
        ),
        says="A Windows Installer package failed with {status}.",
        means=(
            "1603: a fatal error inside the package; 1618: another installation runs; 1619: the package is not where "
            "it was looked for; 3010 is success that wants a restart."
        ),
        do=(
            "Run msiexec with `/l*v` and read its log; wait for Windows Update to end for 1618; list 3010 in "
            "validExitCodes."
        ),
    ),
)
