"""The rules of what is paid: a call is written down before it is made, and once it is paid."""

from collections.abc import Mapping

from domain.entities.project.commands import BeginCall, RecordCall
from domain.entities.project.events import CallBegun, CallPaid
from domain.entities.project.limits import LEDGER_LINES, OPEN_CALLS
from domain.entities.project.lookup import chapter_of
from domain.entities.project.state import RUNNING, Call, Expense, LostCalls, ProjectState
from domain.entity import Event
from domain.errors import CommandRefused

_OTHERS = "others"


def begin_call(state: ProjectState, command: BeginCall) -> list[Event]:
    """A call may be made while its run goes on and the budget is not used up."""
    if command.call_id in state.calls:
        return []
    if command.chapter_id is not None:
        chapter = chapter_of(state, command.chapter_id)
        is_current = command.attempt == chapter.attempt and chapter.status in RUNNING
        if command.attempt is not None and not is_current:
            raise CommandRefused("attempt_over", f"chapter {chapter.number} needs the call no more")
    if state.budget is not None and state.paid >= state.budget:
        raise CommandRefused("over_budget", f"the budget of {state.budget:g} is used up")
    return [
        CallBegun(
            call_id=command.call_id,
            chapter_id=command.chapter_id,
            purpose=command.purpose,
            attempt=command.attempt,
        )
    ]


def record_call(state: ProjectState, command: RecordCall) -> list[Event]:
    """What was begun is paid, whatever has become of its run."""
    call = state.calls.get(command.call_id)
    if call is None:
        raise CommandRefused("unknown_call", "no such call is open")
    return [
        CallPaid(
            call_id=command.call_id,
            chapter_id=call.chapter_id,
            purpose=call.purpose,
            usage=command.usage,
            origin=command.origin,
        )
    ]


def begun(state: ProjectState, event: CallBegun) -> dict[str, object]:
    """What is open with one call more; beyond its bound, the oldest is given up: it is counted, and
    stays of unknown cost."""
    call = Call(chapter_id=event.chapter_id, purpose=event.purpose)
    calls, lost = {**state.calls, event.call_id: call}, dict(state.lost)
    while len(calls) > OPEN_CALLS:
        lost = _with_lost(lost, calls.pop(next(iter(calls))), 1)
    return {"calls": calls, "lost": lost}


def _with_lost(lost: Mapping[str, LostCalls], call: Call, number: int) -> dict[str, LostCalls]:
    key = "\n".join((call.chapter_id or "", call.purpose))
    known = lost[key].calls if key in lost else 0
    return {**lost, key: LostCalls(**dict(call), calls=known + number)}


def entered(state: ProjectState, paid: CallPaid) -> dict[str, object]:
    """What is paid with one call more; beyond its bound, models share a line of the ledger. The
    answers that were lost before it are of unknown cost."""
    provider, model = paid.origin.provider, paid.origin.model
    key = _key(paid, provider, model)
    if key not in state.ledger and len(state.ledger) >= LEDGER_LINES:
        provider = model = _OTHERS
        key = _key(paid, provider, model)
    usage = paid.usage
    line = state.ledger.get(key) or Expense(
        chapter_id=paid.chapter_id, purpose=paid.purpose, provider=provider, model=model
    )
    line = line.model_copy(
        update={
            "calls": line.calls + 1,
            "prompt": line.prompt + max(usage.prompt, 0),
            "cached": line.cached + max(usage.cached, 0),
            "completion": line.completion + max(usage.completion, 0),
            "money": line.money + max(usage.money or 0.0, 0.0),
            "unpriced": line.unpriced + (usage.money is None),
            "estimated": line.estimated + usage.estimated,
        }
    )
    change: dict[str, object] = {"ledger": {**state.ledger, key: line}}
    if usage.lost > 0:
        call = Call(chapter_id=paid.chapter_id, purpose=paid.purpose)
        change["lost"] = _with_lost(state.lost, call, usage.lost)
    return change


def _key(paid: CallPaid, provider: str, model: str) -> str:
    return "\n".join((paid.chapter_id or "", paid.purpose, provider, model))
