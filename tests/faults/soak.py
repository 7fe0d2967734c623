"""`python -m tests.faults.soak`: fault after fault under load, then a look at what is in the log.

The system runs as `python -m serving` has it. Clients repeat what they want until it is
acknowledged, and note what they were told. Each round brings one fault, and ends when everybody is
served again. In the end a checker reads the whole log.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from domain.errors import UsageError
from tests.contract.postgres_server import PostgresMissing
from tests.faults.soak_database import Database, PostgresDatabase, SqliteDatabase
from tests.faults.soak_report import Report
from tests.faults.soak_rounds import Plan, Soak
from tests.faults.soak_server import running

GOOD, BAD, BAD_USAGE, NO_DATABASE = range(4)
_SAID_EVERY = 10  # rounds, where there is no terminal to show progress on


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a soak.

    Exit status: 0 nothing was lost or duplicated, 1 something was, 2 bad usage, 3 PostgreSQL is
    asked for and not installed.
    """
    options = _parser().parse_args(arguments)
    plan = Plan(options.rounds, options.seed, options.faults)
    report = Report(options.database, options.seed)
    console = Console(stderr=options.json)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))  # not deep down: Ray's sockets are in it
    try:
        with closing(_database(options.database, folder)) as database:
            _run(plan, report, database, folder, console)
    except (PostgresMissing, UsageError) as error:
        shutil.rmtree(folder)
        console.print(f"soak: {error}", style="red")
        return NO_DATABASE if isinstance(error, PostgresMissing) else BAD_USAGE
    report.print(console)
    if options.json:
        print(report.to_json())
    if not report.is_good:
        console.print(f"soak: what Ray and the application left is in {folder}")
        return BAD
    shutil.rmtree(folder)
    return GOOD


def _database(name: str, folder: Path) -> Database:
    return PostgresDatabase() if name == "postgresql" else SqliteDatabase(folder)


def _run(plan: Plan, report: Report, database: Database, folder: Path, console: Console) -> None:
    console.print(f"soak: {plan.rounds} rounds on {report.database}; the system starts ...")
    with running(folder, database.url) as system, Progress(console=console) as progress:
        task = progress.add_task("", total=plan.rounds)

        def say(what: str) -> None:
            progress.update(task, description=what, completed=report.rounds)
            if not console.is_terminal and report.rounds % _SAID_EVERY == 0:
                console.print(f"soak: {report.rounds} rounds done; {what}")

        async def run() -> None:
            await Soak(system, database, plan, report).run(say)

        asyncio.run(run())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/soak", description="Fault after fault under load: is anything lost?"
    )
    parser.add_argument("--rounds", type=int, default=200, help="200 if not set")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1, help="another one, another order of faults")
    parser.add_argument(
        "--faults",
        type=lambda names: names.split(","),
        default=(),
        metavar="NAME,...",
        help="only these, by the names in the table",
    )
    parser.add_argument("--json", action="store_true", help="print all figures as a last line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
