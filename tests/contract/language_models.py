"""Language models at the fake endpoint, watched."""

from collections import Counter
from collections.abc import Callable

from pydantic import SecretStr

from adapters.llm.endpoint import Endpoint, Limits
from adapters.llm.metrics import BreakerState, Tally
from adapters.llm.openai_model import OpenAiModel
from domain.prompt import Prompt, Purpose, Section

KEY = "sk-aKeyThatNobodyMaySee"

MakeModel = Callable[..., OpenAiModel]


class Figures:
    """`ModelMetrics` that are looked at."""

    def __init__(self) -> None:
        self.counts: Counter[Tally] = Counter()
        self.states: list[BreakerState] = [BreakerState.CLOSED]

    def count(self, what: Tally, purpose: Purpose, number: int = 1) -> None:
        assert number > 0
        self.counts[what] += number

    def set_breaker(self, state: BreakerState) -> None:
        if state is not self.states[-1]:
            self.states.append(state)


class FakeTime:
    """Passes only when somebody sleeps, or is told to. Stands for a clock and for module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


def an_endpoint(url: str, limits: Limits, figures: Figures, clock: FakeTime) -> Endpoint:
    return Endpoint(url, SecretStr(KEY), limits, figures, sleep=clock.sleep, clock=clock.time)


def a_prompt(task: str = "Write on.", *, max_tokens: int = 60) -> Prompt:
    return Prompt(
        purpose=Purpose.SCENE,
        system="You are the author.",
        sections=(
            Section(title="Rules", text="Magic costs a memory."),
            Section(title="People", text="Ines keeps the ferry."),
        ),
        task=task,
        max_tokens=max_tokens,
    )
