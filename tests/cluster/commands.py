"""Commands as a user types them, run to their end."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import jobs
from jobs.ingestion.tally import RunReport

REPOSITORY = Path(jobs.__file__).parents[1]
SECONDS = 100
"""Far more than any command needs: it is there to end one that hangs."""


class Finished(NamedTuple):
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def last_line(self) -> str:
        """The last line of standard output."""
        return self.stdout.splitlines()[-1]

    @property
    def report(self) -> RunReport:
        """The report of a command called with `--json`."""
        return RunReport.model_validate_json(self.last_line)


def clean_environment() -> dict[str, str]:
    """This environment without settings, and with the tests' own Python first on the path."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RAY_", "SCRIPTORIUM_", "AWS_"))
    }
    # Tables are as wide as their terminal; here they need not be broken.
    return ours | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{ours.get('PATH', os.defpath)}",
        "COLUMNS": "250",
    }


def run(*command: str, environment: Mapping[str, str]) -> Finished:
    """Run a command in the repository."""
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)
