"""Writing sentences from a grammar: each one new, what was used least first."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from random import Random

from adapters.llm.offline.grammar import Grammar
from domain.story.length import count_words

_SLOT = re.compile(r"\{(\w+)\}|\[([^|\]]*)\|([^|\]]*)\]")
_START = re.compile(r"(^|[.!?…]\s+)([“«\"]\s?)?([^\W\d_])")
_STOP = re.compile(r"(?<=[.!?…])(?:\s*[”»\"])?\s+")
_SAID = re.compile(r"[“«\"]([^“”«»\"]+)[”»\"]")
_GAP = "\ue000"
"""A space within a name, where nothing is to be mended."""

_TRIES = 4
"""How often a template is filled in before the next one is taken."""


def seeded(*parts: str) -> Random:
    """Dice that fall the same way for the same parts, in every process."""
    digest = blake2b("\0".join(parts).encode(), digest_size=16).digest()
    return Random(int.from_bytes(digest))  # noqa: S311 - for variety, not for secrets


def pieces(text: str) -> Iterator[str]:
    """The sentences of a text, without case and marks: what must not come twice."""
    for piece in _STOP.split(text):
        if words := re.sub(r"[\W_]+", " ", piece).strip().lower():
            yield words


class Quill:
    """Writes sentences. What `so_far` holds is not written again, and comes late."""

    def __init__(
        self,
        grammar: Grammar,
        dice: Random,
        *,
        rules: Mapping[str, Sequence[str]],
        so_far: str,
        present: bool,
    ) -> None:
        self.grammar = grammar
        self.dice = dice
        self._rules = {**grammar.rules, **rules}
        self._present = present
        self._so_far = so_far
        self._written = {
            *pieces(so_far),
            *(p for said in _SAID.findall(so_far) for p in pieces(said)),
        }
        self._uses: Counter[str] = Counter()
        self._weighed: set[str] = set()

    def take(self, sentence: str) -> None:
        """Count a sentence as written."""
        self._written.update(pieces(sentence))

    def is_new(self, sentence: str) -> bool:
        """Whether no part of it has been written."""
        found = list(pieces(sentence))
        return len(set(found)) == len(found) and self._written.isdisjoint(found)

    def ordered(self, alternatives: Iterable[str]) -> list[str]:
        """Alternatives, the least used first, else in an order of the dice."""
        shuffled = list(alternatives)
        self.dice.shuffle(shuffled)
        for each in shuffled:
            if each not in self._weighed:
                self._weighed.add(each)
                self._uses[each] += self._so_far.count(self._plainest(each))
        return sorted(shuffled, key=self._uses.__getitem__)

    def use(self, alternative: str) -> None:
        """Count an alternative as used."""
        self._uses[alternative] += 1

    def sentence(
        self,
        rule: str,
        names: Mapping[str, str],
        longest: int,
        templates: Sequence[str] | None = None,
    ) -> str | None:
        """A new sentence of a rule, or of these templates, with at most so many words; taken.

        None where there is none.
        """
        for template in self.ordered(self._rules.get(rule, ()) if templates is None else templates):
            for sentence in self.drafts(template, names):
                if count_words(sentence) <= longest:
                    self.use(template)
                    self.take(sentence)
                    return sentence
        return None

    def nearest(self, rules: Collection[str], names: Mapping[str, str], words: int) -> str | None:
        """The new sentence of these rules whose length is nearest to so many words; taken."""
        found = [
            sentence
            for rule in rules
            for template in self.ordered(self._rules.get(rule, ()))
            for sentence in self.drafts(template, names)
        ]
        best = min(found, key=lambda each: abs(count_words(each) - words), default=None)
        if best is not None:
            self.take(best)
        return best

    def drafts(self, template: str, names: Mapping[str, str]) -> Iterator[str]:
        """Ways to fill in a template that have not been written."""
        for _ in range(_TRIES):
            filled = self._filled(template, names, set())
            if filled is None:
                return
            sentence = self.finished(filled)
            if self.is_new(sentence):
                yield sentence

    def phrase(self, template: str, names: Mapping[str, str]) -> str | None:
        """A template filled in, yet to be `finished`. None where something for it is missing."""
        return self._filled(template, names, set())

    def finished(self, text: str) -> str:
        """Mended, and with capitals where sentences start."""
        return _START.sub(_capital, self.grammar.mended(text)).replace(_GAP, " ")

    def _filled(self, template: str, names: Mapping[str, str], taken: set[str]) -> str | None:
        parts, at = [], 0
        for slot in _SLOT.finditer(template):
            parts.append(template[at : slot.start()])
            at = slot.end()
            if slot[1] is None:
                parts.append(slot[3] if self._present else slot[2])
                continue
            named = slot[1] in names
            put = _kept(names[slot[1]]) if named else self._chosen(slot[1], names, taken)
            if put is None:
                return None
            parts.append(put)
        return "".join((*parts, template[at:]))

    def _chosen(self, rule: str, names: Mapping[str, str], taken: set[str]) -> str | None:
        """One alternative of a rule, filled in; none twice within a sentence."""
        for alternative in self.ordered(self._rules.get(rule, ())):
            if alternative in taken:
                continue
            filled = self._filled(alternative, names, taken)
            if filled is not None:
                taken.add(alternative)
                self.use(alternative)
                return filled
        return None

    def _plainest(self, alternative: str) -> str:
        """The longest stretch of a template that stands in every text made from it."""
        return max(_SLOT.sub("\0", alternative).split("\0"), key=len).strip() or "\0"


def _capital(start: re.Match[str]) -> str:
    return f"{start[1]}{start[2] or ''}{start[3].upper()}"


def _kept(name: str) -> str:
    """A name as it is; an article before it may still run into what precedes."""
    article, space, rest = name.partition(" ") if name[:1].islower() else ("", "", name)
    return f"{article}{space}{rest.replace(' ', _GAP)}"
