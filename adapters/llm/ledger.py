"""What calls have used: as the endpoint says or, where it does not, estimated."""

from dataclasses import dataclass
from math import ceil

from adapters.llm.prices import Price
from adapters.llm.wire import WireUsage
from domain.prompt import Usage

_REMEMBERED = 200_000.0  # tokens; older answers count half once there are more
_PLAUSIBLE = (0.5, 20.0)  # characters of a token: beyond these something else was counted too


@dataclass(frozen=True, slots=True)
class Density:
    """Characters to a token. Starts from 4, the usual figure for English."""

    characters: float = 4000.0
    tokens: float = 1000.0

    def estimate(self, characters: int) -> int:
        """About how many tokens a text of this length has."""
        return ceil(characters * self.tokens / self.characters)

    def seen(self, characters: int, tokens: int) -> "Density":
        """With one more text whose tokens were counted."""
        if not tokens or not _PLAUSIBLE[0] <= characters / tokens <= _PLAUSIBLE[1]:
            return self
        share = 0.5 if self.tokens > _REMEMBERED else 1.0
        return Density(self.characters * share + characters, self.tokens * share + tokens)


class Ledger:
    """Turns an endpoint's usage into `Usage`, and learns from it for when there is none."""

    def __init__(self, price: Price | None) -> None:
        self._price = price
        self._prompts = Density()
        self._answers = Density()

    def usage(self, told: WireUsage | None, prompt: int, completion: int) -> Usage:
        """What a call used, whose prompt and answer have so many characters."""
        if told is None:
            used = Usage(
                prompt=self._prompts.estimate(prompt),
                completion=self._answers.estimate(completion),
                estimated=True,
            )
        else:
            self._prompts = self._prompts.seen(prompt, told.prompt_tokens)
            self._answers = self._answers.seen(completion, told.completion_tokens)
            used = Usage(
                prompt=told.prompt_tokens, cached=told.cached, completion=told.completion_tokens
            )
        return used.model_copy(update={"money": self._price.of(used)}) if self._price else used
