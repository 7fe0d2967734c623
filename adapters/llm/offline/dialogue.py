"""Dialogue: remarks and answers between marks, each with who says it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from adapters.llm.offline.quill import Quill
from adapters.llm.offline.stage import Player
from domain.story.length import count_words

_FIRST_SENTENCE = re.compile(r"(.+?[.!?…])\s+(.+)", re.DOTALL)


class Tone(NamedTuple):
    """The rules by which remarks, answers and questions are attributed."""

    said: str
    answered: str
    asked: str


CALM = Tone("said", "answered", "asked")
HEATED = Tone("said_hard", "said_hard", "asked_hard")


class Utterance(NamedTuple):
    """Words said, and the sentence that has them."""

    line: str
    sentence: str


class Conversation:
    """Writes what people say in a scene; nobody says what has been said."""

    def __init__(self, quill: Quill, scenery: Mapping[str, str]) -> None:
        self._quill = quill
        self._scenery = scenery

    def exchange(
        self, first: Player, second: Player, *, heated: bool, longest: int
    ) -> tuple[str, ...]:
        """A remark and its answer, of so many words together at most; nothing if there is none."""
        talk, tone = self._quill.grammar.talk, HEATED if heated else CALM
        answers = dict(talk.quarrels if heated else talk.exchanges)
        for remark in self._quill.ordered(answers):
            asks = next(self._spoken(first, remark, tone.said, tone.asked), None)
            replies = next(self._spoken(second, answers[remark], tone.answered, tone.asked), None)
            if asks is None or replies is None:
                continue
            if count_words(f"{asks.sentence} {replies.sentence}") <= longest:
                self._quill.use(remark)
                return self._taken(asks, replies)
        return ()

    def remark(self, speaker: Player, longest: int) -> tuple[str, ...]:
        """Something in the speaker's own manner, the words they are known for first."""
        own = self._quill.grammar.remarks[speaker.voice]
        return self._one([*speaker.sayings, *self._quill.ordered(own)], speaker, longest)

    def alone(self, speaker: Player, longest: int) -> tuple[str, ...]:
        """Something that is said to nobody."""
        return self._one(self._quill.ordered(self._quill.grammar.talk.alone), speaker, longest)

    def _one(self, lines: Sequence[str], speaker: Player, longest: int) -> tuple[str, ...]:
        for line in lines:
            said = next(self._spoken(speaker, line, CALM.said, CALM.asked), None)
            if said is not None and count_words(said.sentence) <= longest:
                self._quill.use(line)
                return self._taken(said)
        return ()

    def _taken(self, *utterances: Utterance) -> tuple[str, ...]:
        for each in utterances:
            self._quill.take(each.line)
            self._quill.take(each.sentence)
        return tuple(each.sentence for each in utterances)

    def _spoken(self, speaker: Player, line: str, said: str, asked: str) -> Iterator[Utterance]:
        """New ways to put a line; `said` and `asked` are rules."""
        quill, marks = self._quill, self._quill.grammar.dialogue
        names = {**self._scenery, "a": speaker.name}
        filled = quill.phrase(line, names)
        if filled is None or not quill.is_new(quill.finished(filled)):
            return
        split = _FIRST_SENTENCE.fullmatch(filled)
        first, rest = split.groups() if split else (filled, "")
        stop = first[-1]
        if stop == ".":
            first, frame = first[:-1], marks.split if rest else marks.statement
        else:
            frame = marks.question_split if rest else marks.question
        for verb in quill.ordered(quill.grammar.rules[asked if stop == "?" else said]):
            attributed = quill.phrase(verb, names)
            if attributed is None:
                continue
            sentence = quill.finished(frame.format(line=first, rest=rest, said=attributed))
            if quill.is_new(sentence):
                quill.use(verb)
                yield Utterance(quill.finished(filled), sentence)
