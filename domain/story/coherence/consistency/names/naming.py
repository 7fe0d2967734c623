"""Names as a draft has them, beside those that people are known by."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.verdict import Evidence, Finding, Severity
from domain.story.extraction.told import Told
from domain.story.text.cast import WORD, Entity, words_of
from domain.story.text.sentences import Span

KIND = "name"
SHORTEST = 4
"""Letters of a name that another may be a slip for."""


class Named(NamedTuple):
    """A run of capitalised words in the draft."""

    words: tuple[str, ...]
    title: str
    span: Span


@dataclass(frozen=True)
class Naming:
    """A case's names."""

    material: Material = field(repr=False)

    @cached_property
    def known(self) -> Counter[str]:
        """Capitalised words of the bible and the earlier chapters."""
        bible = self.material.case.bible
        counts: Counter[str] = Counter()
        for word, count in self.material.of_earlier(_capitalised):
            counts[word] += count
        texts = [
            text for each in bible.entries for text in (*each.names, *each.attributes.values())
        ]
        texts += [rule.text for rule in bible.rules]
        texts += [f"{fact.text} {fact.subject} {fact.object}" for fact in bible.facts]
        texts += [line.text for line in bible.timeline]
        counts.update(word for text in texts for word in WORD.findall(text))
        return counts

    @cached_property
    def _small(self) -> AbstractSet[str]:
        small = set(self.material.of_earlier(_uncapitalised))
        return small.union(self.material.of_chapter(self.material.draft, _uncapitalised))

    def ordinary(self, word: str) -> bool:
        """Whether the story has it as a word that is no name."""
        return word.lower() in self._small

    @cached_property
    def _small_stems(self) -> AbstractSet[str]:
        return {self.material.language.stem(word) for word in self._small}

    def inflected(self, word: str) -> bool:
        """Whether the story has another form of it as a word that is no name: `asked`, for
        `Ask Hask`."""
        return self.material.language.stem(word) in self._small_stems

    @cached_property
    def people(self) -> Sequence[Entity]:
        """Those whom the bible or an earlier chapter has, but for whom it only describes: `the
        Cat`."""
        unnamed = self.material.language.functional_words
        return [
            entity
            for entity in self.material.cast.entities
            if entity.kind == "person"
            and not any(word.lower() in unnamed for word in words_of(entity.name)[:1])
            and (entity.listed or any(entity.name in told.text for told in self.material.earlier))
        ]

    def bare(self, name: str) -> tuple[str, ...]:
        """A name's words without its titles."""
        words = words_of(name)
        while words and words[0].lower() in self.material.language.titles:
            words = words[1:]
        return words

    def runs(self) -> Iterator[Named]:
        """Capitalised words of the draft that stand together, with the title before them."""
        language, text = self.material.language, self.material.draft.text
        tokens = list(WORD.finditer(text))
        lower = {token.group() for token in tokens if token.group()[0].islower()}
        at = 0
        while at < len(tokens):
            words: list[str] = []
            title = ""
            start, particles = tokens[at].start(), 0
            while at < len(tokens):
                if words and self._joins(tokens[at : at + 2]):
                    at, particles = at + 1, particles + 1
                word = tokens[at].group()
                low = word.lower()
                adjoining = not words or text[tokens[at - 1].end() : tokens[at].start()] in " \n"
                if not word[0].isupper() or not adjoining or len(word) < 2:
                    break
                if low in language.functional_words or low in lower:
                    break
                if low in language.titles and not words:
                    title = low
                else:
                    words.append(word)
                at += 1
                if title and not words and text[tokens[at - 1].end() :][:2].strip(". "):
                    break
            if words:
                first = at - len(words) - particles
                before = tokens[first - 1].group().lower() if first > 0 else ""
                if not title and before in language.titles:
                    title = before
                yield Named(tuple(words), title, Span(start, tokens[at - 1].end()))
            elif not title:
                at += 1

    def _joins(self, tokens: Sequence[re.Match[str]]) -> bool:
        """Whether a particle stands before a surname that has one: `de Lorme`."""
        small = self.material.language.functional_words
        return (
            len(tokens) > 1
            and tokens[0].group().lower() in small
            and tokens[1].group() in self._with_particles
        )

    @cached_property
    def _with_particles(self) -> AbstractSet[str]:
        small = self.material.language.functional_words
        return {
            word
            for entity in self.people
            for name in entity.names
            for before, word in pairwise(self.bare(name)[1:])
            if before.lower() in small and word[0].isupper()
        }

    def finding(self, run: Named, entity: Entity, right: str, wrong: str) -> Finding:
        """That somebody is called otherwise than before."""
        material, text = self.material, self.material.draft.text
        start = max(text.rfind("\n", 0, run.span.start) + 1, run.span.start - 60)
        quote = text[start : min(len(text), run.span.end + 60)].split("\n\n")[0]
        return material.finding(
            KIND,
            Severity.WARNING,
            f"{entity.name} is called {wrong} in the draft, not {right}",
            material.quoted(material.draft.number, quote),
            *self._earlier(entity, right),
        )

    def _earlier(self, entity: Entity, right: str) -> Iterator[Evidence]:
        if entity.listed:
            named = next((name for name in entity.names if right in name), entity.name)
            yield self.material.quoted(0, named)
            return
        for told in self.material.earlier:
            for words in (right, entity.names[0]):
                if (at := told.text.find(words)) >= 0:
                    yield self.material.quoted(told.number, told.text[at : at + len(words)])
                    return


def _capitalised(told: Told, _: Material) -> Iterable[tuple[str, int]]:
    return Counter(word for word in WORD.findall(told.text) if word[0].isupper()).items()


def _uncapitalised(told: Told, _: Material) -> Iterable[str]:
    return {word for word in WORD.findall(told.text) if word[0].islower()}
