"""Serial logs of machines that are gone: kept beside the cloud's own log, where a trial or a person wants them."""

from __future__ import annotations

import shutil
from pathlib import Path

from localazure.cloud import Cloud
from localazure.store import Document


def keep_serial_log(cloud: Cloud, vm: Document) -> None:
    """Copy a machine's serial log into the cloud's folder of kept logs, if there is such a folder and such a log."""
    source = Path(str(vm.internal.get("serial_log") or ""))
    if cloud.kept_logs is None or not source.is_file():
        return
    cloud.kept_logs.mkdir(parents=True, exist_ok=True)
    target = cloud.kept_logs / f"{vm.id.name}.serial.log"
    target.touch(mode=0o600)  # a guest may print anything on its console
    shutil.copyfile(source, target)
