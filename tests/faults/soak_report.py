"""What a soak has to say in the end."""

import json
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.table import Table

from tests.faults.soak_check import Findings
from tests.faults.soak_ledger import Ledger

_SHOWN = 20


@dataclass
class Endured:
    """The rounds with one fault, and the most seconds that they cost: a client until it was
    acknowledged, all of them until everything, also the effects, was as before."""

    rounds: int = 0
    longest_outage: float = 0.0
    longest_recovery: float = 0.0


@dataclass
class Report:
    """The figures of a soak."""

    database: str
    seed: int
    rounds: int = 0
    seconds: float = 0.0
    faults: dict[str, Endured] = field(default_factory=dict)
    commands: int = 0
    requests: int = 0
    refused: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    def note(self, fault: str, outage: float, recovery: float) -> None:
        """A round has passed."""
        self.rounds += 1
        endured = self.faults.setdefault(fault, Endured())
        endured.rounds += 1
        endured.longest_outage = max(endured.longest_outage, outage)
        endured.longest_recovery = max(endured.longest_recovery, recovery)

    def conclude(self, ledger: Ledger, findings: Findings, refused: int) -> None:
        """The clients have stopped and the log was checked."""
        self.commands = len(set(ledger.acknowledged))
        self.requests, self.answers, self.refused = ledger.requests, dict(ledger.answers), refused
        self.findings = findings
        findings.problems += ledger.problems

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, duplicated or otherwise wrong."""
        found = self.findings
        return not (found.lost or found.duplicated or found.problems)

    def to_json(self) -> str:
        """All of it, on one line."""
        return json.dumps(asdict(self))

    def print(self, console: Console) -> None:
        """The table, and what is wrong if anything is."""
        found = self.findings
        table = Table(title=f"{self.rounds} rounds on {self.database}, seed {self.seed}")
        table.add_column("fault")
        for name in ("rounds", "longest outage", "until all was well"):
            table.add_column(name, justify="right")
        for fault, endured in sorted(self.faults.items()):
            table.add_row(
                fault,
                str(endured.rounds),
                f"{endured.longest_outage:.1f} s",
                f"{endured.longest_recovery:.1f} s",
            )
        table.add_section()
        outages = [endured.longest_outage for endured in self.faults.values()]
        figures = {
            "minutes": f"{self.seconds / 60:.1f}",
            "events in the log": f"{found.events:,}",
            "commands acknowledged": f"{self.commands:,}",
            "HTTP requests acknowledged": f"{self.requests:,}",
            "effects": f"{found.effects:,}",
            "void claims refused": f"{self.refused:,}",
            "lost": str(len(found.lost)),
            "duplicated": str(len(found.duplicated)),
            "other problems": str(len(found.problems)),
            "longest outage seen by a client": f"{max(outages, default=0.0):.1f} s",
        }
        for name, figure in figures.items():
            table.add_row(name, figure)
        table.add_section()
        for answer, times in sorted(self.answers.items()):
            table.add_row(f"HTTP: {answer}", f"{times:,}")
        console.print(table)
        for kind in ("lost", "duplicated", "problems"):
            for each in getattr(found, kind)[:_SHOWN]:
                console.print(f"{kind}: {each}", style="red", highlight=False, markup=False)
