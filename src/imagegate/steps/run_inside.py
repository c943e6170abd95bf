"""Asks a smoke VM from inside, by a command that Azure runs in it; nothing is exposed.

A script asks, compares, and tells what it found on one line that begins with a sentinel: the exit code alone would not
tell a script that never ran from one that failed.
"""

import json
import re
import shlex
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.probe import excerpt
from imagegate.gateway.resources import delete_resource
from imagegate.gateway.run_commands import begin_run_command, read_run_command
from imagegate.model import Attempt, HttpProbe, Probe, TcpProbe, parse_probe
from imagegate.model.smoke_vm import SmokeVm

_SENTINEL = "imagegate-probe:"
_STATUS = re.compile(r"\d{1,3}", re.ASCII)
_TIMEOUT_S = 90
_ASK_SECONDS = 40
"""How long the script itself goes on asking: a command costs Azure some 20 s, so one does several attempts."""

_EXIT_STATUS, _EXIT_BODY, _EXIT_NO_CLIENT, _EXIT_NO_ANSWER = 11, 12, 13, 14

_HTTP = """\
set -u
body=$(mktemp)
until_s=$(( $(date +%s) + {seconds} ))
command -v curl >/dev/null || {{ echo "{sentinel} none"; exit {no_client}; }}
while :; do
  status=$(curl {options} --output "$body" --write-out '%{{http_code}}' {url} 2>"$body.error")
  code=$?
  if [ "$code" = 0 ] && [ "$status" = {status} ]; then
    if grep -qF -- {contains} "$body"; then echo "{sentinel} $status"; exit 0; fi
    result={bad_body}
  elif [ "$code" = 0 ]; then result={bad_status}
  else result={no_answer}; fi
  [ "$(date +%s)" -ge "$until_s" ] && break
  sleep 2
done
echo "{sentinel} $status"
[ "$result" = {no_answer} ] && tail -n 1 "$body.error"
head -c 400 "$body"
exit "$result"
"""

_TCP = """\
set -u
until_s=$(( $(date +%s) + {seconds} ))
while :; do
  if timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' 2>/dev/null; then echo "{sentinel} 0"; exit 0; fi
  [ "$(date +%s)" -ge "$until_s" ] && break
  sleep 2
done
echo "{sentinel} 0"
exit {no_answer}
"""


def run_inside(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Put the command, unless it is there; returns at once.

    `job`: `vm`, `probe` (the form of imagegate.yaml), `name` of the command, one an attempt, and `previous`, the name
    of the one before, which is deleted: a VM takes 25 of them. Called twice it runs once.
    """
    vm = SmokeVm.from_json(job["vm"])
    if read_run_command(cloud, vm.id, job["name"]) is not None:
        return {"submitted": False}
    if job.get("previous"):
        delete_resource(cloud, vm.id.child("runCommands", job["previous"]))
    script = script_for(parse_probe(job["probe"]))
    begin_run_command(cloud, vm.id, job["name"], location=vm.region, script=script, timeout_s=_TIMEOUT_S)
    return {"submitted": True}


def await_run_inside(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Look at the command once.

    `job`: as for `run_inside`, and `number`. The answer: `ended`, and then `attempt`, an `Attempt`'s JSON, and whether
    the script `ran` to its end: where it did not, nothing was learnt about the image.
    """
    vm = SmokeVm.from_json(job["vm"])
    state = read_run_command(cloud, vm.id, job["name"])
    if state is not None and not state.ended:
        return {"ended": False}
    probe = parse_probe(job["probe"])
    if state is None:
        passed, status, detail, shown = False, None, "the command is gone: the VM was removed", ""
    else:
        passed, status, detail, shown = _judged(probe, state.exit_code, state.output, state.error or state.state)
    attempt = Attempt(
        probe=str(probe), number=job["number"], passed=passed, detail=detail, seconds=0.0, status=status,
        body_excerpt=shown,
    )  # fmt: skip
    return {"ended": True, "ran": _SENTINEL in (state.output if state else ""), "attempt": attempt.to_json()}


def script_for(probe: Probe) -> str:
    """The script for a probe; what comes from imagegate.yaml is quoted for the shell."""
    common = {"sentinel": _SENTINEL, "seconds": _ASK_SECONDS, "no_answer": _EXIT_NO_ANSWER}
    if isinstance(probe, TcpProbe):
        return _TCP.format(port=probe.port, **common)
    options = ["--silent", "--show-error", "--insecure", "--globoff", "--max-time", "15", "--max-filesize", "1048576"]
    # Wherever a redirect leads, the connection goes to this machine and the probed port.
    options += ["--connect-to", f"::127.0.0.1:{probe.port}", "--proto", f"={probe.scheme}"]
    options += ["--noproxy", "*", *(["--header", f"Host: {probe.host}"] if probe.host else [])]
    if not 300 <= probe.status < 400:
        options += ["--location", "--max-redirs", "5"]
    return _HTTP.format(
        options=shlex.join(options),
        url=shlex.quote(f"{probe.scheme}://127.0.0.1:{probe.port}{probe.path}"),
        status=probe.status,
        contains=shlex.quote(probe.contains or ""),
        bad_status=_EXIT_STATUS,
        bad_body=_EXIT_BODY,
        no_client=_EXIT_NO_CLIENT,
        **common,
    )


def _judged(probe: Probe, exit_code: int | None, output: str, error: str) -> tuple[bool, int | None, str, str]:
    """Passed, HTTP status, detail, body excerpt. Passing takes both: exit code 0 and the sentinel."""
    found = next((line for line in output.splitlines() if line.startswith(_SENTINEL)), None)
    if found is None:
        told = excerpt(error) or "no output"
        code = f"exit code {exit_code}" if exit_code is not None else "no exit code"
        return False, None, f"the command did not run to its end ({code}): {told}", ""
    word = found.removeprefix(_SENTINEL).strip()
    status = int(word) if _STATUS.fullmatch(word) and int(word) else None  # the guest may print anything
    rest = excerpt(output.split(found, 1)[1])
    if exit_code == 0:
        return True, status, f"status {status}" if status else "connected", ""
    if isinstance(probe, HttpProbe):
        details = {
            _EXIT_STATUS: f"status {status}, expected {probe.status}",
            _EXIT_BODY: f"status {status}, and the body does not contain {json.dumps(probe.contains)}",
            _EXIT_NO_CLIENT: "there is no curl in the image to ask with: add it, or use reach: public-ip",
            _EXIT_NO_ANSWER: f"no answer: {rest}",
        }
    else:
        details = {_EXIT_NO_ANSWER: "connection refused or timed out"}
    return False, status, details.get(exit_code or 0, f"exit code {exit_code}: {excerpt(error)}"), rest
