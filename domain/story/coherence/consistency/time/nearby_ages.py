"""Ages that nobody who may be meant has: `he was thirty-one`, of one of two who are twenty."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.elsewhere import years_back
from domain.story.coherence.consistency.material import QUOTE, Material
from domain.story.coherence.consistency.time.ages import ages, fits, of_then, span_of
from domain.story.coherence.verdict import Finding, Severity
from domain.story.extraction.statements import Statement, tells_now
from domain.story.phrasings import Gender
from domain.story.text import marks
from domain.story.text.addressees import addressees
from domain.story.text.cast import WORD
from domain.story.text.mentions import Sentence
from domain.story.text.prose import Prose
from domain.story.text.speakers import spoken

KIND = "time_and_age"
_PARAGRAPHS = 2
"""Before an age, in which whoever it is of has been named."""
_FARTHER = 6
_TALK = 12
"""Before what somebody says of themselves, where it is not plain who says it."""
_CLAUSE_END = re.compile(r"[,.;:!?]|$")
_GENITIVE = 8
_APOSTROPHES = "'’"
_LIES = 300
"""Characters around in which a word for lies makes what is said doubtful."""
_BACK = 2
"""Sentences, this one among them, in which older times may be told of."""
_GROWN, _OLDEST = 13, 120
"""Years of age at which one may begin to work or be married, and at which all ends."""
_THEN = ("flashback", "retold", "formerly")


class _Known(NamedTuple):
    span: tuple[int, int]
    source: Statement


def nearby_ages(material: Material) -> Iterator[Finding]:
    """Ages in the draft that go with nobody's near them."""
    language, draft = material.language, material.draft
    known = _known(material)
    if not known:
        return
    named = _Named(draft.prose, material)
    least = language.patterns("aged_least")
    for speaker, sentence in named.sentences:
        for pattern in (*language.patterns("aged_any"), *least):
            for match in pattern.finditer(sentence.marked):
                span = _span(match, sentence, material)
                if span is not None and pattern in least:
                    span = span[0] + _GROWN, _OLDEST
                if span is None or _unclear(match, sentence, material) or named.lied(sentence):
                    continue
                meant = named.meant(match, speaker, sentence)
                anybody = not speaker and match["who"].lower() in language.first_person
                fitting = (
                    each for char in (known if anybody else meant) for each in known.get(char, ())
                )
                if not meant or any(_fits(span, each, material) for each in fitting):
                    continue
                sure = (
                    [meant[0], *named.rivals(meant[1:], sentence)]
                    if named.points(match["who"], sentence)
                    else meant
                )
                if any(char not in known for char in sure):
                    continue
                others = named.of_pronoun(match, sentence)
                if any(span == each.span for char in others for each in known.get(char, ())):
                    continue  # who is that old, and was spoken of earlier
                prior = known[sure[0]][-1]
                if span[0] < prior.span[0] and (
                    named.tells_of_then(sentence, match)
                    or _of_then(sentence, material)
                    or years_back(draft.prose, sentence.span.start, material)
                ):
                    continue
                yield material.finding(
                    KIND,
                    Severity.WARNING,
                    f"Nobody here is {span_of(*span)}; "
                    f"{prior.source.subject} is {span_of(*prior.span)}",
                    material.quoted(draft.number, sentence.span.of(draft.text)[:QUOTE]),
                    material.evidence(prior.source),
                )


def _known(material: Material) -> Mapping[str, list[_Known]]:
    """The ages of the story's people, as far as what came before says them."""
    found: dict[str, list[_Known]] = {}
    for statement in material.before:
        plain = statement.phrasing == "age" and statement.plain and not statement.past
        plain = plain and not of_then(statement, material)
        span = ages(statement, material) if plain else None
        char = material.cast.chars.get(statement.subject, "")
        if span is not None and char:
            found.setdefault(char, []).append(_Known(span, statement))
    return found


def _fits(now: tuple[int, int], before: _Known, material: Material) -> bool:
    return fits(now, before.span, material.years_pass)


def _span(match: re.Match[str], sentence: Sentence, material: Material) -> tuple[int, int] | None:
    groups = {name: text for name, text in match.groupdict().items() if text}
    said = Statement(
        phrasing="age",
        subject="",
        value="",
        likes=frozenset(),
        object="",
        quote=match.group(),
        start=sentence.span.start,
        chapter=material.draft.number,
        groups=groups,
    )
    return ages(said, material)


def _unclear(match: re.Match[str], sentence: Sentence, material: Material) -> bool:
    """Whether an age is guessed, asked, of another time, or of somebody who is not named."""
    find, marked = material.language.finder, sentence.marked
    start = max(marked.rfind(stop, 0, match.start() + 1) for stop in ".;:") + 1
    end = _CLAUSE_END.search(marked, match.end())
    clause = marked[start : end.start() if end else None]
    owner = marked[max(0, match.start() - _GENITIVE) : match.start()].rstrip()
    if any(each.end() == len(owner) for each in find("genitive").finditer(owner)):
        return True
    if any(each.search(marked) for each in material.language.patterns("whose_relative")):
        return True
    if "?" in marked or find("aged_guess").search(clause) or find("unreal").search(match.group()):
        return True
    return find("negation").search(match.group()) is not None and not find("below").search(
        match.group()
    )


def _of_then(sentence: Sentence, material: Material) -> bool:
    """Whether the words around an age, or around one in the sentence before, say when it was."""
    before = [
        each
        for each in material.draft.prose.sentences
        if each.paragraph == sentence.paragraph and each.span.start < sentence.span.start
    ][-1:]
    return any(
        pattern.search(each.marked)
        for pattern in material.language.patterns("age_then")
        for each in (*before, sentence)
    )


class _Named:
    """Who is named where in a text, by the narrator and in dialogue."""

    def __init__(self, prose: Prose, material: Material) -> None:
        self._prose, self._material = prose, material
        cast = material.cast
        said = [(cast.chars.get(who or "", ""), each) for who, each in spoken(prose)]
        self.sentences = [*(("", each) for each in prose.sentences), *said]
        self._at = sorted(
            (each.paragraph, char)
            for speaker, each in self.sentences
            for char in (speaker, *(mention.char for mention in each.mentions))
            if char and cast.by_char[char].kind == "person"
        )
        self._said = {each.span.start for _, each in said}

    def meant(self, age: re.Match[str], speaker: str, sentence: Sentence) -> list[str]:
        """Whom the words of an age may mean, those named last at the end; empty where that is
        anybody."""
        cast, language = self._material.cast, self._material.language
        word = age["who"].lower().rstrip(_APOSTROPHES)
        char = word.rstrip(marks.OWNER)
        people = [each for each in sentence.mentions if each.char == char]
        gender = cast.by_char[char].gender if people else self._gender(word)
        own = speaker or cast.chars.get(cast.narrator, "")
        named = char == own or any(not each.pronoun for each in people)
        if people and not named and self._strangers(sentence, age, gender):
            return []
        if people and not any(each.likely for each in people):
            return [char]
        if word in language.lists["one"] or word in language.first_person:
            if (own and sentence.span.start not in self._said) or speaker:
                return [own]
        elif word in language.second_person and (listener := self._listener(sentence)):
            return [listener]
        if not people and word not in language.first_person:
            if word.split()[-1] in language.noun_genders:  # `at fourteen a man should know`
                return self._last_before(age, gender)
            if self._strangers(sentence, age, gender):
                return []
        near = (_TALK,) if word in language.first_person else (_PARAGRAPHS, _FARTHER)
        for back in (*near, sentence.paragraph):
            start = bisect_left(self._at, (sentence.paragraph - back, ""))
            end = bisect_left(self._at, (sentence.paragraph + 2, ""))
            meant = dict.fromkeys(
                each
                for _, each in self._at[start:end]
                if each != speaker and (not gender or cast.by_char[each].gender in {gender, ""})
            )
            if meant:
                break
        return [char, *meant] if people else list(meant)

    def _gender(self, word: str) -> Gender:
        language = self._material.language
        if (pronoun := language.pronoun_table.get(word)) is not None:
            return pronoun.gender
        return language.noun_genders.get(word.rsplit(maxsplit=1)[-1], "")

    def _listener(self, sentence: Sentence) -> str:
        """Who is spoken to, where that is plain."""
        prose = self._prose
        at = bisect_left(prose.said, sentence.span.end, key=lambda each: each.span.end)
        here = at < len(prose.said) and prose.said[at].span.start <= sentence.span.start
        return addressees(prose)[at] if here else ""

    def _last_before(self, age: re.Match[str], gender: Gender) -> list[str]:
        """Who was named last in the same sentence."""
        by_char = self._material.cast.by_char
        named = [
            char
            for char in age.string[: age.start()]
            if char in by_char and by_char[char].kind == "person" and by_char[char].gender == gender
        ]
        return named[-1:]

    def lied(self, sentence: Sentence) -> bool:
        """Whether it is said where somebody may lie."""
        start, end = sentence.span
        near = self._prose.text[max(0, start - _LIES) : end + _LIES]
        said = start in self._said
        return said and self._material.language.finder("lies").search(near) is not None

    def points(self, word: str, sentence: Sentence) -> bool:
        """Whether a word is a mention, if only a likely one."""
        return any(each.char == word.rstrip(marks.OWNER) for each in sentence.mentions)

    def rivals(self, meant: Sequence[str], sentence: Sentence) -> Sequence[str]:
        """Which of some people are called by name before in the same paragraph."""
        called = {
            mention.char
            for _, each in self.sentences
            if each.paragraph == sentence.paragraph and each.span.start < sentence.span.start
            for mention in each.mentions
            if not mention.pronoun
        }
        return [char for char in meant if char in called]

    def of_pronoun(self, age: re.Match[str], sentence: Sentence) -> Sequence[str]:
        """Everybody whom `he` or `she` may mean, where an age is of one."""
        by_char = self._material.cast.by_char
        word = age["who"].lower().rstrip(_APOSTROPHES).rstrip(marks.OWNER)
        if any(each.char == word and not each.pronoun for each in sentence.mentions):
            return []
        gender = by_char[word].gender if word in by_char else self._gender(word)
        return [char for char, one in by_char.items() if gender and one.gender in {gender, ""}]

    def _strangers(self, sentence: Sentence, age: re.Match[str], gender: Gender) -> bool:
        """Whether somebody by what they are, who has no name and may be meant, is spoken of here
        or just before; or something else than people just before."""
        around = age.string[: age.start()] + " " + age.string[age.end() :]
        if self._somebody(around, gender):
            return True
        before = [
            each
            for each in self._sentences_of(sentence)
            if sentence.paragraph - 1 <= each.paragraph <= sentence.paragraph
            and each.span.start < sentence.span.start
        ]
        by_char, known = self._material.cast.by_char, False
        for each in before[: -_BACK - 1 : -1]:
            known = known or any(by_char[one.char].kind == "person" for one in each.mentions)
            if known and each.paragraph < sentence.paragraph:
                return False
            if self._somebody(each.marked, gender) or (not known and self._unknown(each, gender)):
                return True
            if known:
                return False
        return False

    def _sentences_of(self, sentence: Sentence) -> Sequence[Sentence]:
        """The narrator's sentences, or those of dialogue, as one is."""
        said = sentence.span.start in self._said
        return [each for _, each in spoken(self._prose)] if said else self._prose.sentences

    def _somebody(self, text: str, gender: Gender) -> bool:
        """Whether a text speaks of somebody by what they are, of no other gender."""
        language = self._material.language
        for word in map(str.lower, WORD.findall(text)):
            if word in language.relation_words:
                found = language.relations[language.relation_words[word]].gender
            elif word in language.noun_genders:
                found = language.noun_genders[word]
            else:
                continue
            if not gender or found in {gender, ""}:
                return True
        return False

    def _unknown(self, sentence: Sentence, gender: Gender) -> bool:
        """Whether a sentence speaks of somebody whom the story does not know by name."""
        language = self._material.language
        words = WORD.findall(sentence.marked)
        first = language.pronoun_table.get(words[0].lower()) if words else None
        if first is not None and first.gender in {gender, ""}:
            return False
        names = any(
            word[0].isupper() and word.lower() not in language.functional_words for word in words
        )
        return names or language.finder("someone").search(sentence.marked) is not None

    def tells_of_then(self, sentence: Sentence, age: re.Match[str]) -> bool:
        """Whether a sentence or the one before tells of earlier times."""
        find = self._material.language.finder
        now = sentence.span.start in self._said or tells_now(self._prose)
        end = _CLAUSE_END.search(sentence.marked, age.end())
        clause = sentence.marked[age.start() : end.start() if end else None]
        if now and find("tells_then").search(clause):
            return True
        before = [
            each
            for each in self._prose.sentences
            if each.paragraph == sentence.paragraph and each.span.start <= sentence.span.start
        ][-_BACK:]
        names = (*_THEN, "perfect") if self._narrators(age) else _THEN
        return any(find(name).search(each.marked) for each in (*before, sentence) for name in names)

    def _narrators(self, age: re.Match[str]) -> bool:
        """Whether who tells the story tells of their own age."""
        cast = self._material.cast
        word = age["who"].lower().rstrip(_APOSTROPHES)
        own = {*self._material.language.first_person, cast.chars.get(cast.narrator, "")}
        return word.rstrip(marks.OWNER) in own
