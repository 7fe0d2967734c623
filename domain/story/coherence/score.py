"""From findings to a score."""

from collections.abc import Iterable

from domain.story.coherence.verdict import ACCEPTABLE_FROM, Finding, Severity

BEST = 10.0
_COSTS = {Severity.BLOCKING: 4.0, Severity.WARNING: 0.75, Severity.INFO: 0.1}


def score(findings: Iterable[Finding]) -> float:
    """10 without findings; each takes off what its severity costs. One blocking finding alone
    makes a draft unacceptable."""
    return round(max(0.0, BEST - sum(_COSTS[finding.severity] for finding in findings)), 1)


def acceptable(points: float) -> bool:
    """Whether a draft may be approved as it is."""
    return points >= ACCEPTABLE_FROM
