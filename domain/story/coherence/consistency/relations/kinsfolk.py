"""Whom `her father`, `my dad` or `Papa` means, where the story says who that is."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domain.story.coherence.consistency.material import Material
from domain.story.phrasings import Gender, Relation
from domain.story.text import marks
from domain.story.text.mentions import Sentence

_RELATED = ("related", "pair", "wed", "only_kin")


@dataclass(frozen=True, eq=False)
class Kinsfolk:
    """Who is whose what."""

    material: Material
    unnamed: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Owners, kinds and genders of relatives with no name, to their characters."""

    @cached_property
    def _known(self) -> Mapping[tuple[str, str], frozenset[tuple[str, Gender]]]:
        """Owner and kind of kin to the relatives, by character, each with their gender."""
        cast = self.material.cast
        found: dict[tuple[str, str], set[tuple[str, Gender]]] = defaultdict(set)
        for each in self.material.before:
            named = self.relation(each.groups.get("word", "") or each.value)
            owner, other = cast.chars.get(each.subject, ""), cast.chars.get(each.object, "")
            if each.phrasing not in _RELATED or not each.plain or named is None:
                continue
            if owner and other and owner != other:
                gender = cast.by_char[other].gender or named.gender
                found[owner, named.kin].add((other, gender))
                found[other, named.inverse].add((owner, cast.by_char[owner].gender))
        return {key: frozenset(relatives) for key, relatives in found.items()}

    def relation(self, word: str) -> Relation | None:
        """The relation that a word names."""
        name = self.material.language.relation_words.get(word.lower())
        return self.material.language.relations[name] if name else None

    def relative(self, owner: str, word: str) -> str:
        """The character of an owner's only relative of that name, empty where that is not plain."""
        named = self.relation(word)
        if named is None:
            return ""
        fitting = {
            char
            for char, gender in self._known.get((owner, named.kin), ())
            if not named.gender or gender in (named.gender, "")
        }
        if fitting:
            return next(iter(fitting)) if len(fitting) == 1 else ""
        unnamed = (self.unnamed.get((owner, named.kin, each)) for each in (named.gender, ""))
        return next(filter(None, unnamed), "")

    def restated(self, sentence: Sentence, speaker: str = "") -> Sentence | None:
        """A sentence with the relatives it means in place of the words for them, if there are
        any. `speaker` is the character whose `Papa` is meant."""
        changed = sentence.marked
        if speaker:
            ours = f"{speaker}{marks.OWNER}"
            changed = self.material.language.finder("ours").sub(ours, changed)
        for pattern in self.owned:
            changed = pattern.sub(self._put, changed)
        if speaker:
            changed = self._called.sub(
                lambda match: self.relative(speaker, match["word"]) or match.group(), changed
            )
        if changed == sentence.marked:
            return None
        return sentence._replace(marked=self._is.sub(r"\1 is", changed))

    def _put(self, match: re.Match[str]) -> str:
        found = self.relative(match["s"], match["word"])
        if found in self.unnamed.values():
            return found
        return found + (match.groupdict().get("name") or "") if found else match.group()

    @cached_property
    def owned(self) -> Sequence[re.Pattern[str]]:
        """Find a relative (group `word`) beside whose they are (`s`), with a name after that."""
        softened = self.material.language.alternatives("softeners")
        owner = f"(?P<s>{marks.PERSON}){marks.OWNER}"
        before = re.compile(
            rf"{owner}\s+(?:{softened}\s+)?(?P<word>{self._words})\b(?!['’]s (?!\w+ing\b))"
            r"(?P<name>,? (?-i:[A-ZÀ-Ý][a-zà-ÿ]+)\b,?(?! (?-i:[A-ZÀ-Ý])))?",
            re.IGNORECASE,
        )
        return (before, *self.material.language.patterns("kin_of"))

    @cached_property
    def _called(self) -> re.Pattern[str]:
        words = "|".join(map(re.escape, self.material.language.lists["called_kin"]))
        return re.compile(rf"(?<![\w{marks.OWNER}’'-])(?P<word>{words})\b(?! [A-ZÀ-Ý])")

    @cached_property
    def _words(self) -> str:
        words = sorted(self.material.language.relation_words, key=len, reverse=True)
        return "|".join(map(re.escape, words))

    @cached_property
    def _is(self) -> re.Pattern[str]:
        return re.compile(rf"({marks.PERSON})['’]s(?= (?:[a-z]+ )?[a-z]+ing\b)")
