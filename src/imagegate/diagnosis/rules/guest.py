"""The guest's own resources, its connection, and the service's last step in it."""

from imagegate.diagnosis.rule import Rank, Rule, Scope
from imagegate.model.diagnosis import Category, Confidence

_CONNECTED = (
    "Leave sshd, port 22, WinRM, port 5986, the firewall, the network and the build user as they are until the last "
    "step; make such changes take effect at the next boot."
)

RULES = (
    Rule(
        code="disk-full",
        category=Category.DISK_FULL,
        patterns=(
            r"No space left on device",
            r"You don't have enough free space in (?P<path>\S+)",
            r"Not enough (?:free )?(?:disk )?space",
            r"needs (?P<size>\S+) more space on the (?P<path>\S+) filesystem",
            r"At least (?P<size>\S+ ?\w+) more space needed on the (?P<path>\S+) filesystem",
            r"There is not enough space on the disk",
            r"insufficient (?:disk )?space",
            r"Disk quota exceeded",
            r"ENOSPC",
            r"installing package \S+ needs (?P<size>\S+) on the (?P<path>\S+) filesystem",
            r"0x80070070",
        ),
        says="The disk is full: {path}.",
        means="The source image's disk is too small for what is installed, or logs and caches pile up.",
        do="Set vmProfile.osDiskSizeGB higher (it can only grow), or clean up in the script (`apt-get clean`).",
        scope=Scope.ANY,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="out-of-memory",
        category=Category.RESOURCES,
        patterns=(
            r"Out of memory: Kill(?:ed)? process (?P<detail>\d+ \(\S+\))",
            r"oom-kill",
            r"Cannot allocate memory",
            r"(?:^|: line \d+:\s+\d+ |\.sh: )Killed\s{2,}(?P<detail>\S.{0,80})",
            r"virtual memory exhausted",
            r"OutOfMemoryException",
            r"JavaScript heap out of memory",
            r"java\.lang\.OutOfMemoryError",
            r"insufficient memory",
            r"Insufficient system resources",
            r"^MemoryError",
            r"unable to fork:? .{0,20}memory",
            r"c\+\+: fatal error: Killed signal",
        ),
        says="The build VM ran out of memory: {detail}.",
        means="The default size of the build VM is small.",
        do="Set vmProfile.vmSize to a size with more memory, or do less at once.",
        scope=Scope.ANY,
        rank=Rank.GROUND,
        statuses=(1, 2, 12, 137),
    ),
    Rule(
        code="vm-overloaded",
        category=Category.RESOURCES,
        patterns=(r"Build '\S+' errored(?: after .{1,60})?: unexpected EOF",),
        says="The connection to the build VM broke off in the middle of a step (unexpected EOF).",
        means="The build VM had too few resources; most often Windows Update on the default size.",
        do="Set vmProfile.vmSize to a larger size.",
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="waagent-missing",
        category=Category.DEPROVISION,
        patterns=(
            r"/usr/sbin/waagent: (?:not found|No such file or directory)",
            r"waagent: command not found",
            r"tmp/DeprovisioningScript\.sh: .{0,80}(?:not found|No such file|[Pp]ermission denied|[Ss]yntax error)",
            r"chmod: cannot access '?/tmp/DeprovisioningScript\.sh",
            r"waagent.{0,120}(?:ImportError|ModuleNotFoundError|No module named)",
        ),
        says="The last step, which makes the image general, could not run the Azure agent (waagent).",
        means="A customizer removed or broke walinuxagent or its Python, or replaced /tmp/DeprovisioningScript.sh.",
        do="Keep walinuxagent and the python3 that it uses; check `waagent --version` in the last customizer.",
        scope=Scope.ANY,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="sysprep",
        category=Category.DEPROVISION,
        patterns=(
            r"IMAGE_STATE_UNDEPLOYABLE",
            r"IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE",
            r"DeprovisioningScript\.ps1:\d+ char:\d+",
            r"Deprovisioning script \[c:\\DeprovisioningScript\.ps1\] could not be found",
        ),
        says="Sysprep, which makes the image general, did not come to its end.",
        means=(
            "The guest agent was not ready yet (small VM, few customizers), a Store app stands in the way, an update "
            "waits for a restart, or an installed agent keeps sysprep from working."
        ),
        do=(
            "Add a restart and a pause before the end (PowerShell `Start-Sleep 60`), take a larger vmSize, remove "
            "Store apps; see C:\\Windows\\System32\\Sysprep\\Panther\\setupact.log."
        ),
        scope=Scope.GUEST,
        rank=Rank.VAGUE,
        hangs=True,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="sysprep-refused",
        category=Category.DEPROVISION,
        patterns=(
            r"Sysprep was not able to validate your Windows installation",
            r"A fatal error occurred while trying to sysprep the machine",
            r"SYSPRP .{0,200}(?:failed|error)",
            r"(?P<detail>\S+) was installed for a user, but not provisioned for all users",
        ),
        says="Sysprep, which makes the image general, refused: {detail}.",
        means="A Store app stands in the way, an update waits for a restart, or an installed agent keeps sysprep off.",
        do=(
            "Remove the app for all users, add a WindowsRestart before the end; see "
            "C:\\Windows\\System32\\Sysprep\\Panther\\setupact.log."
        ),
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="guest-agent-missing",
        category=Category.DEPROVISION,
        patterns=(r"Cannot find any service with service name '(?P<command>RdAgent|WindowsAzure\w+)'",),
        says="The Windows guest agent ({command}) was not there when the last step wanted to make the image general.",
        means="The customizers were over before the agent was installed, which happens on small sizes.",
        do="Take a larger vmProfile.vmSize, or add a PowerShell customizer with `Start-Sleep -Seconds 60`.",
        scope=Scope.ANY,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="connection-lost",
        category=Category.CONNECTION,
        patterns=(
            r"Remote command exited without exit status or exit signal",
            r"Communicator ended with: 2300218",
            r"exited with code: 2300218",
            r"non-zero exit status: 2300218",
            # What the WinRM library makes of a command whose connection broke.
            r"non-zero exit status: 16001",
            r"exited with code: 16001",
            r"Script disconnected unexpectedly",
            r"ssh: disconnect, reason",
            r"http response error: 401 - invalid content type",
            r"unknown error Post .{0,80}:598[56]/wsman",
            r"wsman.{0,80}(?:connection refused|i/o timeout|EOF)",
            r"Connection to (?P<host>\S+) closed by remote host",
        ),
        says="The service lost its connection to the build VM while a step was running.",
        means=(
            "The step restarted the VM or its network, enabled a firewall, changed sshd or WinRM, or removed the "
            "build user."
        ),
        do=_CONNECTED,
        scope=Scope.SERVICE,
        rank=Rank.LOST,
    ),
    Rule(
        code="ssh-never-up",
        category=Category.CONNECTION,
        patterns=(
            r"Timeout waiting for SSH",
            r"timeout waiting for SSH to become available",
            r"ssh: handshake failed: (?P<detail>.{0,160})",
            r"unable to authenticate, attempted methods",
            r"Packer experienced an authentication error when trying to connect via SSH",
            r"ssh: connect to host (?P<host>\S+) port 22",
        ),
        says="The service could not connect to the build VM by SSH.",
        means=(
            "The source image has sshd off or hardened, the VM did not boot, or an NSG between proxy and build VM "
            "closes port 22."
        ),
        do=(
            "Check that the source image lets an admin user in by SSH key; with a subnet of your own, allow the "
            "traffic of the service's proxy or container subnet."
        ),
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="winrm-never-up",
        category=Category.CONNECTION,
        patterns=(
            r"Timeout waiting for WinRM",
            r"WinRM connection err",
            r"\[ERROR\] connection error: .{0,80}wsman",
        ),
        says="The service could not connect to the build VM by WinRM.",
        means="The VM was too slow to start, port 5986 is closed, or the source image has WinRM off or hardened.",
        do=(
            "Take a larger vmSize; with a subnet of your own allow port 5986 from the service's subnet; check the "
            "source image."
        ),
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="windows-restart",
        category=Category.WINDOWS_RESTART,
        patterns=(
            r"Timeout waiting for machine to restart",
            r"Restart script exited with non-zero exit status",
            r"Timeout expired while waiting for (?:the )?machine to (?:restart|reboot)",
        ),
        says="The machine did not come back from its restart in time.",
        means="Updates were being applied during the restart, or another restart was already on its way (1190, 1115).",
        do="Set restartTimeout of the WindowsRestart customizer higher, for instance to 30m.",
        scope=Scope.ANY,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="windows-update",
        category=Category.WINDOWS_UPDATE,
        patterns=(
            r"Windows Updates?.{0,120}(?:failed|error|0x8[0-9A-Fa-f]{7})",
            r"Failed to (?:search|download|install) (?:for )?(?:the )?(?:Windows )?updates?(?P<detail>.{0,120})",
            r"0x8024(?P<detail>[0-9A-Fa-f]{4})",
            r"0x800f(?P<detail>[0-9A-Fa-f]{4})",
            r"Exception from HRESULT: (?P<detail>0x8024\w+)",
            r"windows-update.{0,80}(?:retry limit|exceeded|too many)",
        ),
        says="Windows Update did not finish: {detail}.",
        means=(
            "The update service was busy or not reachable (a policy may point it at an internal server), or the VM is "
            "too small."
        ),
        do=(
            "Take a larger vmSize, narrow searchCriteria and filters, set updateLimit, and add a WindowsRestart after "
            "it."
        ),
        scope=Scope.ANY,
        rank=Rank.VAGUE,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="windows-modules-installer",
        category=Category.WINDOWS_UPDATE,
        patterns=(r"Waiting for the Windows Modules Installer to exit",),
        says="The last that was heard of is Windows Update, waiting for the Windows Modules Installer.",
        means="Updates were still being installed; small sizes take very long for it.",
        do="Take a larger vmProfile.vmSize, and add a WindowsRestart after the updates.",
        scope=Scope.ANY,
        rank=Rank.LOST,
        hangs=True,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="restart-pending",
        category=Category.WINDOWS_RESTART,
        patterns=(
            r"A system shutdown (?:has already been scheduled|is in progress)",
            r"a reboot is required",
            r"pending (?:system )?(?:reboot|restart)",
            r"(?:exit (?:code|status):? ?|returned )3010(?P<detail>)\b.{0,10}(?:restart|reboot)",
        ),
        says="A restart was pending or already on its way.",
        means="An installer wants a restart before the next step.",
        do="Add a WindowsRestart customizer after the step that installs; list 3010 in its validExitCodes.",
        scope=Scope.ANY,
        rank=Rank.VAGUE,
        hangs=True,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="selinux",
        category=Category.GUEST_PERMISSION,
        patterns=(r"SELinux is preventing (?P<detail>.{1,120})", r"avc:\s+denied"),
        says="SELinux kept a program from its work: {detail}.",
        means="Files have the wrong context, or a policy is missing.",
        do="Run `restorecon` on the files, or install the policy; do not switch SELinux off in the image.",
        rank=Rank.VAGUE,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="cloud-init",
        category=Category.SCRIPT,
        patterns=(
            r"^\.*status: (?:error|degraded)",
            r"status: error\b.{0,80}cloud-init",
            r"cloud-init.{0,80}status: error",
            r"cloud-init status.{0,40}(?:error|degraded)",
        ),
        says="cloud-init on the build VM ended with errors.",
        means="The source image's own first-boot configuration fails.",
        do="See /var/log/cloud-init.log; `cloud-init status --wait` returns 1 or 2 then, which ends a script with -e.",
        rank=Rank.ORDINARY,
        statuses=(1, 2),
    ),
)
