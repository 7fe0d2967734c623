"""Context: what of a story goes into a prompt, under a budget of tokens.

What changes least comes first, so that an endpoint's prompt cache hits: style and rules, the bible,
older summaries, facts, passages, and last how the text before ends.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from domain.book import Frozen
from domain.errors import UsageError
from domain.story.bible import Bible, Named
from domain.story.facts import Fact, Standing
from domain.story.memory import Told
from domain.story.names import fold, names_in
from domain.story.passages import fact_passage
from domain.story.prompts import material
from domain.story.prompts.sections import bible_text, facts_text, passages_text, style_text
from domain.story.retrieval import Found
from domain.story.text.sentences import paragraphs

_BYTES_A_TOKEN = 3.5  # a cautious guess without a tokeniser: English has about four
_FRAME = 40  # tokens of the titles and fences that a part of the context takes


class Part(StrEnum):
    """A part of the context, in the order of the prompt."""

    RULES = "rules"
    BIBLE = "bible"
    SUMMARIES = "summaries"
    FACTS = "facts"
    PASSAGES = "passages"
    RECENT = "recent"


_SHARES = {  # of what the task leaves; what a part leaves of its own goes to the others, in order
    Part.RULES: 0.1,
    Part.RECENT: 0.2,
    Part.FACTS: 0.15,
    Part.BIBLE: 0.25,
    Part.PASSAGES: 0.15,
    Part.SUMMARIES: 0.15,
}


class Placed(Frozen):
    """Something that was put in or left out, and why. `tokens` is an estimate."""

    part: Part
    what: str
    tokens: int
    included: bool
    why: str


class Context(Frozen):
    """What goes into a prompt, as `domain.story.prompts.material.Ground` takes it, and why.

    `passages` are in story order, how the text before ends comes last. `tokens` are those of all of
    it with the task, an estimate that is never more than the budget.
    """

    bible: Bible
    summaries: tuple[material.Passage, ...]
    facts: tuple[Fact, ...]
    passages: tuple[material.Passage, ...]
    tokens: int
    report: tuple[Placed, ...]


@dataclass(frozen=True)
class Offer:
    """What there is to choose from for `chapter`, whose author wants `task`.

    `summaries`, `facts` and `recent` come in story order, `passages` as they were found; `recent`
    are whole texts before the chapter, each with where it is from, such as `chapter 3`.
    """

    chapter: int
    task: str
    bible: Bible = field(default_factory=Bible)
    summaries: Sequence[Told] = ()
    facts: Sequence[Fact] = ()
    passages: Sequence[Found] = ()
    recent: Sequence[material.Passage] = ()


def tokens_of(text: str) -> int:
    """How many tokens a text has in a prompt, about."""
    fenced = len(text.encode()) + 2 * text.count("<")  # where a fence is made harmless
    return -int(-fenced // _BYTES_A_TOKEN)


def assemble(offer: Offer, budget: int) -> Context:
    """The context that fits the budget best: each part has its share, what it leaves goes round.

    Raises:
        UsageError: the task alone is beyond the budget.
    """
    room = budget - tokens_of(offer.task)
    if room < 0:
        raise UsageError(
            f"the instruction alone takes about {tokens_of(offer.task)} tokens, the context may "
            f"have {budget}: shorten it, or allow more"
        )
    recent, recent_tokens, recent_report = _recent(offer.recent, int(room * _SHARES[Part.RECENT]))
    choice = _Choice(offer, "\n\n".join(each.text for each in recent))
    spent = recent_tokens + choice.fill(room, room - recent_tokens)
    return Context(
        bible=choice.bible(),
        summaries=choice.summaries(),
        facts=choice.facts(),
        passages=(*choice.passages(), *recent),
        tokens=tokens_of(offer.task) + spent,
        report=(*choice.report(), *recent_report),
    )


class _Piece(NamedTuple):
    """Something that is put in whole or left out: number `at` of the offer's `kind`."""

    kind: str
    at: int
    what: str
    text: str
    why: str

    @property
    def tokens(self) -> int:
        return tokens_of(f"{self.text}\n\n")


class _Choice:
    """Which pieces of an offer are put in."""

    def __init__(self, offer: Offer, recent: str) -> None:
        self._offer = offer
        names = [name for entry in offer.bible.entries for name in entry.names]
        self._named = set(names_in(fold(offer.task), names))
        self._found = {each.passage.passage_id for each in offer.passages}
        self._wanted: Mapping[Part, Sequence[_Piece]] = {
            Part.RULES: list(self._rules()),
            Part.FACTS: sorted(self._facts(), key=lambda piece: (not piece.why, -piece.at)),
            Part.BIBLE: sorted(self._bible(), key=lambda piece: not piece.why),
            Part.PASSAGES: list(self._passages(recent)),
            Part.SUMMARIES: list(reversed(list(self._summaries()))),
        }
        self._chosen: dict[Part, set[_Piece]] = defaultdict(set)

    def fill(self, room: int, left: int) -> int:
        """Put in what fits into `left` tokens, by shares of `room` at first; how many it takes."""
        spent = 0
        for part, wanted in self._wanted.items():
            spent += self._put(part, wanted, min(int(room * _SHARES[part]), left - spent))
        for part, wanted in self._wanted.items():
            spent += self._put(part, wanted, left - spent)
        return spent

    def _put(self, part: Part, wanted: Sequence[_Piece], most: int) -> int:
        spent, chosen = 0, self._chosen[part]
        for piece in wanted:
            tokens = piece.tokens + (0 if chosen else _FRAME)
            if piece not in chosen and spent + tokens <= most:
                chosen.add(piece)
                spent += tokens
        return spent

    def _rules(self) -> Iterator[_Piece]:
        style = style_text(self._offer.bible.style)
        if style:
            yield _Piece("style", 0, "style", style, "how the book is written")
        for at, rule in enumerate(self._offer.bible.rules):
            yield _Piece("rules", at, rule.text[:80], rule.text, "it always holds")

    def _bible(self) -> Iterator[_Piece]:
        bible = self._offer.bible
        for at, person in enumerate(bible.characters):
            yield self._entry("characters", at, person, Bible(characters=(person,)))
        for at, place in enumerate(bible.places):
            yield self._entry("places", at, place, Bible(places=(place,)))
        for at, item in enumerate(bible.items):
            yield self._entry("items", at, item, Bible(items=(item,)))
        for at, fact in enumerate(bible.facts):
            text = bible_text(Bible(facts=(fact,)))
            yield _Piece("facts", at, text[:80], text, self._why(text))
        for at, line in enumerate(bible.timeline):
            text = bible_text(Bible(timeline=(line,)))
            yield _Piece("timeline", at, text[:80], text, self._why(text))

    def _entry(self, kind: str, at: int, entry: Named, alone: Bible) -> _Piece:
        why = "named in the task" if self._named.intersection(entry.names) else ""
        return _Piece(kind, at, entry.name, bible_text(alone), why)

    def _why(self, text: str) -> str:
        return "named in the task" if names_in(fold(text), self._named) else ""

    def _facts(self) -> Iterator[_Piece]:
        for at, fact in enumerate(self._offer.facts):
            if fact.standing is Standing.CANON:
                continue  # the bible says it
            why = self._why(f"{fact.subject}, {fact.object}")
            if fact_passage(fact).passage_id in self._found:
                why = why or "found by the task"
            text = facts_text((fact,))
            yield _Piece("story_facts", at, text[:80], text, why)

    def _summaries(self) -> Iterator[_Piece]:
        for at, told in enumerate(self._offer.summaries):
            text = passages_text((_told(told),))
            yield _Piece("summaries", at, _told(told).source, text, "what happened before")

    def _passages(self, recent: str) -> Iterator[_Piece]:
        for at, found in enumerate(self._offer.passages):
            passage = found.passage
            if not 0 < passage.chapter < self._offer.chapter or passage.passage_id.startswith(
                "fact-"
            ):
                continue
            if passage.text in recent:
                continue
            ranks = ", ".join(f"{channel} {rank}" for channel, rank in found.ranks.items())
            text = passages_text((_quoted(found),))
            yield _Piece("passages", at, passage.passage_id, text, f"found by {ranks}")

    def _of(self, kind: str) -> list[int]:
        return sorted(
            piece.at for chosen in self._chosen.values() for piece in chosen if piece.kind == kind
        )

    def bible(self) -> Bible:
        """The bible with what was chosen, in its order."""
        bible = self._offer.bible
        return Bible(
            characters=tuple(bible.characters[at] for at in self._of("characters")),
            places=tuple(bible.places[at] for at in self._of("places")),
            items=tuple(bible.items[at] for at in self._of("items")),
            rules=tuple(bible.rules[at] for at in self._of("rules")),
            timeline=tuple(bible.timeline[at] for at in self._of("timeline")),
            facts=tuple(bible.facts[at] for at in self._of("facts")),
            style=bible.style if self._of("style") else Bible().style,
        )

    def summaries(self) -> tuple[material.Passage, ...]:
        """The chosen summaries in story order."""
        return tuple(_told(self._offer.summaries[at]) for at in self._of("summaries"))

    def facts(self) -> tuple[Fact, ...]:
        """The chosen facts in story order."""
        return tuple(self._offer.facts[at] for at in self._of("story_facts"))

    def passages(self) -> tuple[material.Passage, ...]:
        """The chosen passages in story order."""
        found = [self._offer.passages[at] for at in self._of("passages")]
        return tuple(_quoted(each) for each in sorted(found, key=lambda each: each.passage.chapter))

    def report(self) -> Iterator[Placed]:
        """What was put in and what was left out, in the order of the prompt, as it was wanted."""
        for part in Part:
            for piece in self._wanted.get(part, ()):
                included = piece in self._chosen[part]
                why = piece.why or "there is room"
                yield Placed(
                    part=part,
                    what=piece.what,
                    tokens=piece.tokens,
                    included=included,
                    why=why if included else "no room",
                )


def _told(told: Told) -> material.Passage:
    chapters = f"chapter {told.first}"
    if told.last != told.first:
        chapters = f"chapters {told.first} to {told.last}"
    return material.Passage(source=chapters, text=told.text)


def _quoted(found: Found) -> material.Passage:
    return material.Passage(source=f"chapter {found.passage.chapter}", text=found.passage.text)


def _recent(
    texts: Sequence[material.Passage], most: int
) -> tuple[list[material.Passage], int, list[Placed]]:
    """The end of the texts before, from a paragraph's beginning on, in story order."""
    kept: list[material.Passage] = []
    spent, report = _FRAME, []
    for each in reversed(texts):
        frame = tokens_of(f"[{each.source}] \n\n")
        end = _end_of(each.text, most - spent - frame)
        whole = end == each.text.strip()
        tokens = tokens_of(end) + frame
        report.append(
            Placed(
                part=Part.RECENT,
                what=each.source,
                tokens=tokens if end else tokens_of(each.text),
                included=bool(end),
                why=("the text before" if whole else "how it ends") if end else "no room",
            )
        )
        if end:
            spent += tokens
            kept.insert(0, material.Passage(source=each.source, text=end))
        if not whole:
            break
    return kept, spent if kept else 0, report


def _end_of(text: str, most: int) -> str:
    """The last paragraphs that fit; of one that does not fit alone, its last words."""
    start = len(text)
    for paragraph in reversed(paragraphs(text)):
        if tokens_of(text[paragraph.start :]) > most:
            break
        start = paragraph.start
    end = text[start:].strip()
    if end or most < _FRAME:
        return end
    tail = text.rstrip().encode()[-int(most * _BYTES_A_TOKEN) // 2 :].decode(errors="ignore")
    return tail.partition(" ")[2].strip()
