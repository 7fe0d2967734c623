"""What the gate says of a draft."""

import hashlib
import json
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.book import Frozen

ACCEPTABLE_FROM = 7.0
"""The score from which a draft may be approved as it is."""


class Severity(StrEnum):
    """How bad a finding is."""

    BLOCKING = "blocking"
    WARNING = "warning"
    INFO = "info"


class Evidence(Frozen):
    """Words quoted from a source: `draft`, `chapter N` or `bible`."""

    source: str
    quote: str


class Finding(Frozen):
    """Something that does not go together. `kind` is a stable word."""

    analyser: str
    kind: str
    severity: Severity
    message: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def finding_id(self) -> str:
        """The same for the same finding in another check: 16 hexadecimal digits."""
        essence = [self.analyser, self.kind, *sorted(each.quote for each in self.evidence)]
        return hashlib.sha256(json.dumps(essence).encode()).hexdigest()[:16]


class Skipped(Frozen):
    """A check that could not be made; its silence is no approval."""

    check: str
    reason: str


class Verdict(Frozen):
    """The gate's answer; `score` from 0 to 10, `acceptable` from 7.0 on."""

    score: Annotated[float, Field(ge=0, le=10)]
    acceptable: bool
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
