"""A local cloud for an acceptance run: what it is asked, it answers by its own beliefs."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from acceptance.options import Options
from acceptance.refusal import Refused
from localazure.cache_folder import default_cache_folder
from localazure.engine.engine import Engine
from localazure.trial.cloud_session import CloudSession
from localazure.trial.command import not_able
from localazure.trial.observer import Observer
from localazure.trial.processes import CloudProcess, ordinary_environment


@contextmanager
def local_options(options: Options, *, say: Callable[[str], None]) -> Iterator[tuple[Options, Mapping[str, str]]]:
    """Start a local cloud with its engine; the options that name it, and the environment of its owner.

    Raises:
        Refused: the machine cannot build images.
    """
    with tempfile.TemporaryDirectory(prefix="verify-azure-cloud-", ignore_cleanup_errors=True) as folder:
        if missing := Engine(cache_dir=default_cache_folder(), work_dir=Path(folder)).missing():
            raise Refused(not_able(missing))
        state, logs = Path(folder) / "state", Path(folder) / "logs"
        for made in (state, logs):
            made.mkdir()
        say("Starting the local cloud")
        with CloudProcess(state=state, cache=default_cache_folder(), logs=logs) as cloud:
            yield as_local(options, cloud.environment), ordinary_environment(cloud.environment)


def as_local(options: Options, environment: Mapping[str, str]) -> Options:
    """The options for a local cloud: any application may log in there, and nothing takes long."""
    return replace(
        options,
        subscription=environment["AZURE_SUBSCRIPTION_ID"],
        arm_endpoint=environment["IMAGEGATE_ARM_ENDPOINT"],
        location=options.location or "westeurope",
        prefix=options.prefix or "acceptance",
        least_client_id=options.least_client_id or str(uuid.uuid4()),
        least_client_secret=options.least_client_secret or "any secret",
        local=True,
        yes=True,
        patience_s=120.0,
        interval_s=0.5,
    )


def observed(environment: Mapping[str, str], site: str) -> list[dict[str, Any]]:
    """The events that a function app of the local cloud has received."""
    with CloudSession(environment) as session:
        return Observer(session, site).look().events
