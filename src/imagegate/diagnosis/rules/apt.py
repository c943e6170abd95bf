"""apt and dpkg."""

from imagegate.diagnosis.rule import Rank, Rule
from imagegate.model.diagnosis import Category, Confidence

_WAIT = (
    "Wait for the first boot's own updates to end (`cloud-init status --wait`), and let apt wait for the lock: "
    "`apt-get -o DPkg::Lock::Timeout=300 …`."
)
_UPDATE = "Run `sudo apt-get update` in the same script, right before the install."

RULES = (
    Rule(
        code="apt-dpkg-lock",
        category=Category.PACKAGE_LOCK,
        patterns=(
            r"Could not get lock (?P<path>/var/lib/\S+|/var/cache/\S+)",
            r"Unable to acquire the dpkg frontend lock \((?P<path>[^)]+)\)(?!, are you root)",
            r"dpkg frontend lock was locked by another process(?: with pid (?P<pid>\d+))?",
            r"Unable to lock (?:the )?(?:directory|administration|list)",
            r"dpkg: error: .{0,80}is locked by another process",
            r"dpkg status database is locked by another process",
            r"Waiting for cache lock: Could not get lock (?P<path>\S+)",
        ),
        says="Another package manager held the lock of dpkg, so that the install could not start.",
        means="On a VM that has just booted, unattended upgrades, cloud-init or an extension still install packages.",
        do=_WAIT,
        rank=Rank.GROUND,
        statuses=(2, 100),
    ),
    Rule(
        code="dpkg-interrupted",
        category=Category.PACKAGE,
        patterns=(r"dpkg was interrupted, you must manually run",),
        says="An earlier run of dpkg was interrupted and left packages half configured.",
        means="An earlier step was killed, or the VM restarted, while it installed packages.",
        do="Run `sudo dpkg --configure -a` first, and see why the earlier step was interrupted.",
        statuses=(100,),
    ),
    Rule(
        code="apt-package-unknown",
        category=Category.PACKAGE,
        patterns=(
            r"E: Unable to locate package (?P<package>\S+)",
            r"E: Couldn't find any package by (?:regex|glob) '(?P<package>[^']+)'",
            r"E: Couldn't find package (?P<package>\S+)",
            r"E: Package '(?P<package>[^']+)' has no installation candidate",
            r"E: Version '(?P<version>[^']+)' for '(?P<package>[^']+)' was not found",
            r"E: Can't find a source to download version '(?P<version>[^']+)' of '(?P<package>[^']+)'",
            r"E: No packages found",
            r"E: The value '(?P<package>[^']+)' is invalid for APT::Default-Release",
        ),
        says="apt knows no package {package}.",
        means=(
            "The name is misspelt, the package is not in this release or its component is not enabled, or the package "
            "lists are old or absent."
        ),
        do=f"{_UPDATE} If it still fails, check the name for this release, or add the repository that has the package.",
        statuses=(100,),
    ),
    Rule(
        code="apt-lists-missing",
        category=Category.PACKAGE,
        patterns=(
            r"E: Could not open file (?P<path>/var/lib/apt/lists/\S+)",
            r"E: The package lists or status file could not be parsed or opened",
            r"E: Problem with MergeList (?P<path>\S+)",
            r"No such file or directory: '(?P<path>/var/lib/apt/lists/\S+)'",
            r"Hash Sum mismatch",
            r"File has unexpected size \(",
            r"Mirror sync in progress\?",
        ),
        says="The package lists of apt were incomplete or changed while they were read.",
        means=(
            "On a VM that has just booted, cloud-init rewrites apt's sources and lists while the script already runs; "
            "or a mirror was being updated."
        ),
        do=(
            "Wait for the first boot to end before the first apt call (`cloud-init status --wait`), then `sudo "
            "apt-get update`; a mirror's fault goes away by itself."
        ),
        statuses=(100,),
    ),
    Rule(
        code="apt-signature",
        category=Category.PACKAGE,
        patterns=(
            r"NO_PUBKEY (?P<key>[0-9A-F]{8,40})",
            r"The repository '(?P<url>[^']+)' is not signed",
            r"The following signatures (?:couldn't be verified|were invalid)",
            r"Release file for (?P<url>\S+) is (?:not valid yet|expired)",
            r"EXPKEYSIG (?P<key>[0-9A-F]{8,40})",
            r"E: There were unauthenticated packages and -y was used",
            r"gpg: no valid OpenPGP data found",
            r"gpg: keyserver receive failed",
            r"Public key for (?P<package>\S+) is not installed",
            r"GPG check FAILED",
            r"Signature verification failed for (?:file|repository) '?(?P<url>[^'\s]+)",
        ),
        says=(
            "A package repository could not be trusted: its signing key {key} is missing, expired or not what was "
            "downloaded."
        ),
        means=(
            "The repository was added without its key, the key has expired, or a download of the key gave something "
            "else (a proxy's page, an empty file)."
        ),
        do=(
            "Install the repository's current key into /etc/apt/keyrings (or `rpm --import`) and name it with "
            "signed-by."
        ),
    ),
    Rule(
        code="apt-release-missing",
        category=Category.PACKAGE,
        patterns=(
            r"E: The repository '(?P<url>[^']+)' does not have a Release file",
            r"E: The repository '(?P<url>[^']+)' no longer has a Release file",
            r"E: Failed to fetch (?P<url>\S+)\s+404",
            r"Err:\d+ (?P<url>\S+) .{0,200}404\s+Not Found",
            r"changed its '(?:Suite|Codename|Label|Origin|Version)' value from",
        ),
        says="A package repository does not have what apt asked for: {url}.",
        means=(
            "The release has gone out of support and moved to an archive, the repository has no part for this "
            "release, or the lists were older than the mirror."
        ),
        do=f"{_UPDATE} If it still fails, correct the repository's address or the release's name in it.",
        statuses=(100,),
    ),
    Rule(
        code="apt-dependencies",
        category=Category.PACKAGE,
        patterns=(
            r"E: Unable to correct problems, you have held broken packages",
            r"The following packages have unmet dependencies",
            r"E: Unmet dependencies",
            r"dpkg: dependency problems prevent configuration of (?P<package>[^\s;:]+)",
            r"Depends: (?P<package>\S+) .{0,80}but it is not (?:going to be installed|installable|installed)",
            r"E: Broken packages",
        ),
        says="Packages do not fit together: dependencies cannot be met.",
        means="Packages of another release or repository were mixed in, or a version is held back.",
        do=(
            "Run `sudo apt-get update`, leave out pinned versions and foreign repositories, or `sudo apt-get -f "
            "install`."
        ),
        statuses=(1, 100),
    ),
    Rule(
        code="apt-confirmation",
        category=Category.PACKAGE,
        patterns=(
            r"Do you want to continue\? \[Y/n\] Abort",
            r"E: Packages were downgraded and -y was used without --allow-downgrades",
            r"E: Essential packages were removed and -y was used",
            r"E: Held packages were changed and -y was used",
            r"E: Trivial Only specified",
            r"Is this ok \[[yY]/[nNdD/]+\]: (?:Exiting|Operation aborted)",
            r"end of file on stdin at conffile prompt",
            r"dpkg: error processing archive .{0,200}conffile",
        ),
        says="The package manager asked a question, and nobody was there to answer.",
        means="A build has no terminal.",
        do=(
            "Give `-y` (apt: also `-o Dpkg::Options::=--force-confold`, `--allow-downgrades` where meant) and set "
            "`DEBIAN_FRONTEND=noninteractive`."
        ),
    ),
    Rule(
        code="needrestart-prompt",
        category=Category.TIMEOUT,
        patterns=(
            r"Which services should be restarted\?",
            r"Daemons using outdated libraries",
            r"^\W*Package configuration\W*$",
            r"Newer kernel available",
            r"^\s*Restarting services\.\.\.",
            r"Please select the geographic area in which you live",
            r"Configuring (?P<package>\S+)\s*\n?-{5,}",
        ),
        says="A package asked a question on a screen that nobody sees, and waited.",
        means=(
            "needrestart or debconf runs interactively: on Ubuntu 22.04 and later apt asks which services to restart."
        ),
        do=(
            "Set `DEBIAN_FRONTEND=noninteractive` and `NEEDRESTART_MODE=a` for the command: `sudo "
            "DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get …`."
        ),
        rank=Rank.VAGUE,
        hangs=True,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="dpkg-script-failed",
        category=Category.PACKAGE,
        patterns=(
            r"dpkg: error processing package (?P<package>\S+)",
            r"dpkg: error processing archive (?P<path>\S+)",
            (
                r"installed (?P<package>\S+) package (?:post-installation|pre-removal|pre-installation|post-removal) "
                r"script subprocess returned error exit status (?P<status>\d+)"
            ),
            r"subprocess installed (?:post-installation|pre-removal) script returned error exit status (?P<status>\d+)",
            r"E: Sub-process /usr/bin/dpkg returned an error code",
            r"Errors were encountered while processing:",
            r"error: %(?:pre|post)(?:in)?\((?P<package>[^)]+)\) scriptlet failed",
            r"Error in (?:PRE|POST)(?:IN|UN) scriptlet in rpm package (?P<package>\S+)",
        ),
        says="A package's own installation script failed: {package}.",
        means=(
            "Most often a service that the package starts does not start, or an earlier step left the package half "
            "configured."
        ),
        do=(
            "See the lines before: the package's script says why. In a build, services may be kept from starting with "
            "policy-rc.d."
        ),
        rank=Rank.ORDINARY,
        statuses=(1, 100),
    ),
    Rule(
        code="repository-tool-missing",
        category=Category.PACKAGE,
        patterns=(
            r"E: The method driver (?P<path>\S+) could not be found",
            r"E: Malformed (?:entry|line) \d+ in (?:list|source|sources) file (?P<path>\S+)",
            r"E: The list of sources could not be read",
            r"E: Conflicting values set for option (?P<option>\S+) regarding source",
            r"E: Type '(?P<type>[^']+)' is not known on (?:line|stanza)",
            r"E: Unsupported file (?P<path>\S+) given on commandline",
            r"E: Invalid operation (?P<command>\S+)",
            r"E: Command line option .{1,60} is not (?:understood|known)",
        ),
        says="apt's sources or its command line are not usable: {path}{option}{command}.",
        means="A file in /etc/apt/sources.list.d is malformed or doubled, or the command is misspelt.",
        do="Look at the file and line that apt names.",
        statuses=(100,),
    ),
    Rule(
        code="apt-fetch-failed",
        category=Category.NETWORK,
        patterns=(
            r"E: Failed to fetch (?P<url>\S+)",
            r"E: Unable to fetch some archives",
            r"E: Some index files failed to download",
            r"Unable to connect to (?P<host>[\w.:-]+)[: ]",
            r"Cannot initiate the connection to (?P<host>\S+)",
            r"Could not connect to (?P<host>\S+:\d+)",
        ),
        says="apt could not download from its mirror: {url}{host}.",
        means=(
            "The mirror, a proxy or a firewall did not let the build VM through, or the lists were older than the "
            "mirror."
        ),
        do=f"{_UPDATE} If it still fails, check what the build's subnet may reach (NSG, route, proxy).",
        rank=Rank.ORDINARY,
        statuses=(100,),
    ),
)
