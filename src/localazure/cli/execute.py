"""`localazure exec -- COMMAND`: a local cloud for as long as one command runs."""

from __future__ import annotations

import ctypes
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from localazure.cache_folder import default_cache_folder

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_WATCHED = {*_PASSED_ON, signal.SIGCHLD}
_PR_SET_PDEATHSIG = 1
_EXIT_NO_CLOUD = 125  # as `env`, `timeout` and `docker run` say that they themselves failed
_EXIT_NOT_EXECUTABLE = 126
_EXIT_NOT_FOUND = 127
_EXAMPLES = (
    "localazure exec -- az group list",
    "localazure exec -- sh examples/az-story.sh",
    "localazure exec --state ~/cloud -- imagegate setup templates/apache-debian12",
    "localazure exec -- bash            # a shell in the cloud; leave it, and the cloud is gone",
)


@click.command(
    "exec",
    short_help="Run a command with a local cloud around it.",
    epilog="\b\nExamples:\n  " + "\n  ".join(_EXAMPLES),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "--state", type=click.Path(file_okay=False, path_type=Path), help="Keep the cloud's state. Default: thrown away."
)
@click.option("--port", default=0, help="Resource Manager's port. Default: the state's last one, or any.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Base images and layers.")
@click.option(
    "--logs", type=click.Path(file_okay=False, path_type=Path), help="Keep the cloud's and its machines' logs here."
)
@click.option(
    "--az/--no-az",
    "with_az",
    default=None,
    help="Make the cloud known to the az CLI and log it in. Default: where az is on the PATH; costs some seconds.",
)
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings and faults to start with (YAML; docs/local-cloud.md).",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(
    *,
    state: Path | None,
    port: int,
    cache: Path | None,
    logs: Path | None,
    with_az: bool | None,
    scenario: Path | None,
    command: tuple[str, ...],
) -> None:
    """Start a local cloud, run COMMAND with it in its environment, stop the cloud.

    COMMAND finds the cloud and its owner's credential where Azure's clients look: AZURE_TENANT_ID, AZURE_CLIENT_ID,
    AZURE_CLIENT_SECRET, AZURE_SUBSCRIPTION_ID, AZURE_AUTHORITY_HOST, IMAGEGATE_ARM_ENDPOINT (SDK clients take it as
    `base_url`), and the certificates to trust in REQUESTS_CA_BUNDLE, SSL_CERT_FILE, CURL_CA_BUNDLE and
    NODE_EXTRA_CA_CERTS. az finds a configuration of its own in AZURE_CONFIG_DIR, with the cloud
    registered and its owner logged in; the user's own stays untouched. What names another cloud is taken away.

    Signals go on to COMMAND, and its exit code is the exit code (128 + N where signal N ended it, 126 and 127 as in a
    shell). 125: there is no cloud.
    """
    from localazure.trial.processes import CloudDidNotStart

    with _folder(state) as folder:
        log_folder = (logs or folder / "logs").resolve()
        log_folder.mkdir(parents=True, exist_ok=True)
        try:
            exit_code = _in_a_cloud(
                command,
                folder=folder,
                temporary=state is None,
                cache=(cache or default_cache_folder()).resolve(),
                logs=log_folder,
                port=port,
                with_az=with_az,
                scenario=scenario,
            )
        except CloudDidNotStart as error:
            click.echo(str(error), err=True)
            exit_code = _EXIT_NO_CLOUD
    sys.exit(exit_code)


def _in_a_cloud(
    command: Sequence[str],
    *,
    folder: Path,
    temporary: bool,
    cache: Path,
    logs: Path,
    port: int,
    with_az: bool | None,
    scenario: Path | None,
) -> int:
    from localazure.cli.azure_cli import AzNotReady, az_environment, prepare_az
    from localazure.trial.processes import CloudProcess, ordinary_environment

    cloud = CloudProcess(
        state=folder, cache=cache, logs=logs, temporary=temporary, event_speed=1, port=port, scenario=scenario
    )
    with cloud:
        environment = trusting(ordinary_environment(cloud.environment)) | az_environment(folder)
        az = shutil.which("az", path=environment.get("PATH"))
        if with_az or (with_az is None and az):
            try:
                prepare_az(az or "az", environment)
            except AzNotReady as error:
                click.echo(str(error), err=True)
                return _EXIT_NO_CLOUD
        exit_code = run_to_its_end(command, environment)
        _let_nothing_interrupt_the_end()
    return exit_code


def trusting(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which whatever reads a bundle of certificates from it trusts the cloud, too."""
    bundle = environment["REQUESTS_CA_BUNDLE"]
    names = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    return dict(environment) | dict.fromkeys(names, bundle)


def run_to_its_end(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program on this terminal and pass on what is sent to this process; its exit code, as a shell has it.

    A terminal sends its signals to the whole foreground group, the program included: those are not passed on.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    try:
        child = subprocess.Popen(
            command,
            env=dict(environment),
            preexec_fn=_as_an_ordinary_child,  # noqa: PLW1509 - no other thread runs here
        )
        return _followed(child)
    except FileNotFoundError:
        click.echo(f"{command[0]}: not found", err=True)
        return _EXIT_NOT_FOUND
    except OSError as error:
        click.echo(f"{command[0]}: {error.strerror}", err=True)
        return _EXIT_NOT_EXECUTABLE
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _followed(child: subprocess.Popen[bytes]) -> int:
    while child.poll() is None:
        told = signal.sigwaitinfo(_WATCHED)
        sent_by_a_process = told.si_code <= 0  # sigaction(2): the kernel's own codes are positive
        if told.si_signo in _PASSED_ON and sent_by_a_process:
            child.send_signal(told.si_signo)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _let_nothing_interrupt_the_end() -> None:
    """Stopping the cloud has a deadline of its own; who is impatient would only leave something behind."""
    for number in _PASSED_ON:
        signal.signal(number, lambda *_: None)


def _as_an_ordinary_child() -> None:
    """Runs in the child before it becomes the program: hears signals, and ends when its parent is killed (prctl(2))."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def _folder(state: Path | None) -> Iterator[Path]:
    if state is not None:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield state.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="localazure-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
