"""What shells, PowerShell and interpreters say when a script of a customizer fails."""

from imagegate.diagnosis.rule import Rank, Rule
from imagegate.model.diagnosis import Category

RULES = (
    Rule(
        code="command-not-found",
        category=Category.COMMAND_MISSING,
        patterns=(
            r"(?P<command>[\w./+-]+): command not found",
            r"sudo: (?P<command>[^\s:]+): command not found",
            r": (?:line )?\d+: (?P<command>[\w./+-]+): not found",
            r"env: ['\"]?(?P<command>[\w./+-]+)['\"]?: No such file or directory",
            r"The term '(?P<command>[^']+)' is not recognized as",
            r"'(?P<command>[^']+)' is not recognized as an internal or external command",
            r"exec: \"(?P<command>[^\"]+)\": executable file not found",
            r"No module named '?(?P<command>[\w.]+)",
            r"(?P<command>[\w.-]+): Unit (?:not found|could not be found)",
            r"Unit (?P<command>[\w@.-]+) (?:not found|could not be found|does not exist)",
            r"Failed to (?:start|enable|restart|stop|reload) (?P<command>[\w@.-]+): Unit .{0,80}not found",
            r"update-rc\.d: error: (?P<command>.{0,60})",
            r"Error: No such command '?(?P<command>[^'\n]+)",
        ),
        says="A command does not exist on the image: {command}.",
        means="Its package is not installed (yet), it is not on the PATH of this user, or it is misspelt.",
        do=(
            "Install its package in an earlier step, or give the full path; PATH changes of one customizer do not "
            "reach the next."
        ),
        rank=Rank.SPECIFIC,
        statuses=(1, 5, 127),
    ),
    Rule(
        code="bashism",
        category=Category.SCRIPT,
        patterns=(
            r": (?:\[\[|source|declare|shopt|pushd|popd|mapfile|readarray): not found",
            r"set: Illegal option -o pipefail",
            r"Bad substitution",
            r"Syntax error: \"\(\" unexpected",
            r"Syntax error: redirection unexpected",
        ),
        says="The script uses what only bash has, and was run by another shell.",
        means="Inline commands run with `/bin/sh -e`, which is dash on Debian and Ubuntu.",
        do="Put the commands into a script file with `#!/bin/bash` and give it by scriptUri, or write them for sh.",
        rank=Rank.DEFINITE,
        statuses=(1, 2, 127),
    ),
    Rule(
        code="line-ends",
        category=Category.SCRIPT,
        patterns=(
            r"bad interpreter: (?P<detail>.{0,80})",
            r"/usr/bin/env: '(?P<detail>[^']*\\r)'",
            r"\$'\\r': command not found",
            r"env: '(?P<detail>\w+\\r)",
            r"cannot execute: required file not found",
            r"Exec format error",
        ),
        says="The script could not be started: its interpreter was not found ({detail}).",
        means="The file has Windows line ends (CRLF) or a first line that names an absent program.",
        do="Store the script with LF line ends (`*.sh text eol=lf` in .gitattributes) and check its first line.",
        rank=Rank.DEFINITE,
        statuses=(2, 126, 127),
    ),
    Rule(
        code="shell-syntax",
        category=Category.SCRIPT,
        patterns=(
            r"syntax error near unexpected token (?P<detail>.{0,60})",
            r"syntax error: (?P<detail>unexpected end of file|.{0,60})",
            r"Syntax error: (?P<detail>.{0,80})",
            r"unexpected EOF while looking for matching (?P<detail>.{0,12})",
            r"[Uu]nterminated quoted string(?P<detail>)",
            r": (?P<detail>\w+): unbound variable",
            r": (?P<detail>\w+): parameter not set",
            r": (?P<detail>\w+): parameter null or not set",
            r"\[: (?P<detail>.{0,60}): (?:unary|binary|integer expression) (?:operator )?expected",
            r"\[: missing (?P<detail>.{0,20})",
            r": not a valid identifier(?P<detail>)",
        ),
        says="The script itself is at fault: {detail}.",
        means="A quote, a bracket or a keyword is missing, or a variable is used that nobody set.",
        do=(
            "Run it through `bash -n` and shellcheck; every customizer is a process of its own, variables do not "
            "travel between them."
        ),
        rank=Rank.SPECIFIC,
        statuses=(1, 2, 127),
    ),
    Rule(
        code="guest-permission",
        category=Category.GUEST_PERMISSION,
        patterns=(
            r"(?P<path>/[\w./+-]+)['\"]?: Permission denied",
            r"[Pp]ermission denied",
            r"E: Could not open lock file (?P<path>\S+) - open \(13",
            r"are you root\?",
            r"[Oo]peration not permitted",
            r"must be (?:run as |the )?root",
            r"(?:root|superuser|administrator|elevated) privileges",
            r"(?:root|superuser|administrator|elevated) permissions",
            r"This command has to be run (?:under the root user|with superuser privileges)",
            r"[Rr]oot privileges are required",
            r"Access to the path '(?P<path>[^']+)' is denied",
            r"Access is denied",
            r"Interactive authentication required",
            r"Requested registry access is not allowed",
            r"The requested operation requires elevation",
            r"cannot be loaded because running scripts is disabled on this system",
            r"Read-only file system",
        ),
        says="The script was not allowed to do it: {path}.",
        means=(
            "Customizers run as an ordinary user. Redirections (`sudo echo x > /etc/y`) are made by that user, not by "
            "sudo."
        ),
        do=(
            "Put sudo before the command (`… | sudo tee /etc/file`); on Windows set runElevated, and runAsSystem "
            "where needed."
        ),
        rank=Rank.ORDINARY,
        statuses=(1, 2, 4, 23, 100, 126),
    ),
    Rule(
        code="sudo-refused",
        category=Category.GUEST_PERMISSION,
        patterns=(
            r"sudo: a terminal is required to read the password",
            r"sudo: no tty present and no askpass program specified",
            r"sudo: a password is required",
            r"is not in the sudoers file",
            r"sudo: parse error in (?P<path>\S+)",
            r"sudo: (?P<path>\S+) is owned by uid",
            r"sudo: no valid sudoers sources found",
            r"sudo: (?P<path>\S+): bad permissions",
            r"sudo: sorry, you must have a tty to run sudo",
            r"sudo: error initializing audit plugin",
        ),
        says="sudo refused: {path}.",
        means=(
            "An earlier step changed /etc/sudoers, its permissions or the build user's groups; or the image demands a "
            "password or a terminal."
        ),
        do=(
            "Leave the build user's NOPASSWD entry alone (it goes away at deprovisioning), and check sudoers files "
            "with `visudo -cf`."
        ),
        rank=Rank.DEFINITE,
        statuses=(1,),
    ),
    Rule(
        code="file-missing",
        category=Category.SCRIPT,
        patterns=(
            (
                r"cannot (?:stat|open|access|create regular file|create directory|move|touch|remove) "
                r"['\"]?(?P<path>[^'\":]+)['\"]?: No such file or directory"
            ),
            r"(?P<path>/[\w./+*-]+)['\"]?: No such file or directory",
            r"can't open (?:file )?'?(?P<path>[^':\s]+)'?: \[Errno 2\]",
            r"(?:sh|dash|bash): 0: [Cc](?:an't|annot) open (?P<path>\S+)",
            r"FileNotFoundError: .{0,40}No such file or directory: '(?P<path>[^']+)'",
            r"Cannot find path '(?P<path>[^']+)' because it does not exist",
            r"Could not find (?:a part of the path|file) '(?P<path>[^']+)'",
            r"The system cannot find the (?:file|path) specified",
            r"No such file or directory",
            r"(?:is a|not a) directory: '?(?P<path>\S+)",
            r"The argument '(?P<path>[^']+)' (?:to the -File parameter )?does not exist",
        ),
        says="A file or folder is not there: {path}.",
        means="The path is wrong, an earlier step did not make it, or /tmp was emptied by a restart.",
        do=(
            "Bring the file in with a File customizer before this step (on Linux to /tmp), and check the path's "
            "spelling."
        ),
        rank=Rank.VAGUE,
        statuses=(1, 2, 127),
    ),
    Rule(
        code="service-not-started",
        category=Category.SCRIPT,
        patterns=(
            r"Job for (?P<command>[\w@.-]+) failed because",
            r"Failed to start (?P<command>[\w@.-]+)(?: - |\.|:|$)",
            r"Failed to connect to bus",
            r"System has not been booted with systemd",
            r"(?P<command>[\w@.-]+)\.service: (?:Main process exited|Failed with result)",
            r"Start-Service : Failed to start service '(?P<command>[^']+)'",
            r"Service '(?P<command>[^']+)' cannot be started",
            r"Cannot find any service with service name '(?P<command>[^']+)'",
            r"nginx: \[emerg\] (?P<detail>.{0,160})",
            r"AH\d{5}: .{0,20}could not bind to (?P<detail>.{0,80})",
            r"apache2: Syntax error on line (?P<detail>.{0,160})",
            r"[Aa]ddress already in use",
            r"Action 'configtest' failed",
        ),
        says="A service did not start: {command}{detail}.",
        means="Its configuration is wrong, a port is taken, or something that it needs is missing.",
        do="Show its journal in the script: `systemctl status --no-pager UNIT; journalctl -u UNIT --no-pager -n 50`.",
        rank=Rank.SPECIFIC,
        statuses=(1, 3, 5),
    ),
    Rule(
        code="own-service-down",
        category=Category.SCRIPT,
        patterns=(
            # The VM itself, by its address or its usual name.
            r"Failed to connect to (?:local(?:h)ost|127\.0\.0\.1|\[?::1\]?) port (?P<port>\d+)",
            r"connect to (?:local(?:h)ost|127\.0\.0\.1|\[?::1\]?)[: ](?:port )?(?P<port>\d+).{0,40}(?:failed|refused)",
        ),
        says="Nothing answered on the build VM's own port {port}.",
        means="The service that the script asked had not started, not yet, or listens elsewhere.",
        do="Wait for it (`curl --retry 10 --retry-connrefused`), and show its journal when it does not come.",
        rank=Rank.GROUND,
        statuses=(1, 4, 7),
    ),
    Rule(
        code="user-or-group",
        category=Category.SCRIPT,
        patterns=(
            r"chown: invalid (?:user|group|spec): '(?P<detail>[^']+)",
            r"usermod: (?P<detail>.{0,80}) does not exist",
            r"useradd: (?P<detail>.{0,80}) already exists",
            r"groupadd: (?P<detail>.{0,80}) already exists",
            r"no such user(?::? ?'?(?P<detail>[\w.-]*))",
        ),
        says="A user or group is not as the script expects: {detail}.",
        means="It exists already on the source image, or not yet.",
        do="Make the step repeatable: `id -u NAME || sudo useradd NAME`.",
        rank=Rank.SPECIFIC,
        statuses=(1, 6, 9),
    ),
    Rule(
        code="powershell-error",
        category=Category.SCRIPT,
        patterns=(
            r"FullyQualifiedErrorId : (?P<detail>[\w.,-]{1,160})",
            r"A parameter cannot be found that matches parameter name '(?P<detail>[^']+)'",
            r"Cannot bind (?:argument to )?parameter '(?P<detail>[^']+)'",
            r"CategoryInfo\s+: (?P<detail>[\w]+): \(",
            r"Unexpected token '(?P<detail>[^']+)' in expression",
            r"Missing closing '(?P<detail>[^']+)'",
            r"ParserError: ",
            r"TerminatingError\((?P<detail>[^)]*)\)",
        ),
        says="A PowerShell command failed: {detail}.",
        means="The lines above it name the command, the script's line and the reason.",
        do='Start scripts with `$ErrorActionPreference = "Stop"`, so that the first error ends the step.',
        rank=Rank.VAGUE,
        statuses=(1,),
    ),
    Rule(
        code="python-error",
        category=Category.SCRIPT,
        patterns=(
            r"Traceback \(most recent call last\)",
            r"SyntaxError: (?P<detail>.{1,100})",
        ),
        says="A Python program ended with an error.",
        means="The last line of the traceback says what and where.",
        do="Read the traceback in the lines that matter.",
        rank=Rank.VAGUE,
        statuses=(1,),
    ),
    Rule(
        code="ansible-failed",
        category=Category.SCRIPT,
        patterns=(
            r"fatal: \[(?P<detail>[^\]]+)\]: (?:FAILED|UNREACHABLE)!",
            r"ERROR! (?P<detail>.{1,160})",
        ),
        says="An Ansible task failed: {detail}.",
        means="The `msg` of the task says why; the TASK line above names it.",
        do="Read the task's message in the lines that matter.",
        rank=Rank.ORDINARY,
        statuses=(1, 2, 4),
    ),
    Rule(
        code="compile-failed",
        category=Category.SCRIPT,
        patterns=(
            r"make(?:\[\d+\])?: \*\*\* (?P<detail>.{1,120})",
            r"configure: error: (?P<detail>.{1,160})",
            r"CMake Error(?P<detail>.{0,120})",
            r"gcc: fatal error: (?P<detail>.{1,120})",
            r"collect2: error: ld returned (?P<detail>\d+)",
        ),
        says="Something did not compile: {detail}.",
        means="A compiler, a header file or a library is missing, or memory ran out.",
        do="Install what the first error names (build-essential, lib…-dev).",
        rank=Rank.ORDINARY,
        statuses=(1, 2, 77),
    ),
    Rule(
        code="docker-failed",
        category=Category.SCRIPT,
        patterns=(
            r"Cannot connect to the Docker daemon at (?P<detail>\S+?)\.",
            r"docker: Error response from daemon: (?P<detail>.{1,160})",
            r"Error response from daemon: (?P<detail>.{1,160})",
        ),
        says="Docker refused: {detail}.",
        means="The daemon does not run, the build user is not in its group, or the image does not exist.",
        do=(
            "Start the daemon in the script and call docker with sudo; a new group counts only from the next "
            "customizer on."
        ),
        rank=Rank.SPECIFIC,
        statuses=(1, 125),
    ),
)
