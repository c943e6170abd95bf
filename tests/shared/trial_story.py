"""`imagegate try` as a person runs it: started, waited for, read."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The one object on standard output."""
        return dict(json.loads(self.stdout))


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Starts `imagegate try` as a person with a fresh HOME does."""

    environment: dict[str, str]
    folder: Path
    within: tuple[str, ...] = ()  # a program that runs the command in surroundings of its own

    def start(self, image: Path, *arguments: str) -> subprocess.Popen[str]:
        """The running command, in a process group of its own as a shell would make it."""
        command = [*self.within, str(Path(sys.executable).parent / "imagegate"), "try", str(image), *arguments]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def run(self, image: Path, *arguments: str) -> Ended:
        """Run it to its end, as JSON."""
        with self.start(image, "--json", *arguments) as process:
            stdout, stderr = process.communicate(timeout=900)
        return Ended(exit_code=process.returncode, stdout=stdout, stderr=stderr)
