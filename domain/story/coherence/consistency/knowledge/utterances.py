"""Who says, or is said to know, what in a draft."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.story.coherence.consistency.knowledge.company import (
    TOGETHER,
    involved,
    speeches,
    spelled_out,
)
from domain.story.coherence.consistency.knowledge.secrets import people_in
from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.relations.kin_said import sentences_said
from domain.story.coherence.consistency.relations.kinsfolk import Kinsfolk
from domain.story.phrasings import Gender
from domain.story.text import marks
from domain.story.text.cast import WORD
from domain.story.text.mentions import Sentence
from domain.story.text.quotations import Quotation

_BACK, _ON = 3, 1
"""Paragraphs before and after in which whoever speaks is named."""
_FARTHER = 12
"""Paragraphs before, where only one is named in those."""
_TAG = 30
"""Characters after what is said in which a pronoun may stand for who says it, and words."""
_WORDS = 4
_SHORTLY = 5
"""Characters after `knew` in which that is denied: `did not know`, `ne savait pas`."""


class Utterance(NamedTuple):
    """Who says or knows what: the words around, those to be quoted, and where they begin."""

    who: frozenset[str]
    """Those of whom one says it."""
    around: str
    quote: str
    start: int
    since: int
    """Where the words around begin."""
    people: frozenset[str] = frozenset()
    """Who is mentioned."""
    spoken: bool = True
    guessed: bool = False
    """Whether nothing beside it says who it is."""
    before: str = ""
    """What was said right before."""


def utterances(material: Material) -> Iterator[Utterance]:
    """What is said, and what somebody is said to know."""
    yield from _said(material)
    yield from _known(material)


def _said(material: Material) -> Iterator[Utterance]:
    text = material.draft.text
    before: Sequence[Sentence] = ()
    turn: Sequence[Sentence] = ()
    for (who, plain), sentences in speeches(_spoken(material)):
        if len(sentences) == 1:
            before, turn = turn, sentences
        turn = sentences
        last, sentence = sentences[-TOGETHER:], sentences[-1]
        people = frozenset[str]().union(*(people_in(each, material) for each in last))
        named = (people_in(each, material, sure=True) for each in last)
        whose = who.difference(*named) if len(who) > 1 else who
        if whose:
            asked = [each for each in before if sentence.paragraph - each.paragraph == 1]
            yield Utterance(
                whose,
                spelled_out(last, text),
                sentence.span.of(text),
                sentence.span.start,
                last[0].span.start,
                people | whose if len(whose) == 1 else people,
                guessed=not plain,
                before=text[asked[0].span.start : asked[-1].span.end] if asked else "",
            )


def _spoken(material: Material) -> Iterator[tuple[tuple[frozenset[str], bool], Sentence]]:
    """Who may say each sentence, and whether something beside it says who."""
    for speaker, sentence in sentences_said(material):
        tag = _tagged(sentence, material)
        who = _narrator(sentence, material) or _speakers(speaker, tag, sentence, material)
        yield (who, speaker is not None or tag is not None), sentence


def _narrator(sentence: Sentence, material: Material) -> frozenset[str]:
    """Who says I, where `ai-je répondu` stands among what is said."""
    narrator, prose = material.cast.narrator, material.draft.prose
    subjects = [word for word, role in material.language.first_person.items() if role == "subject"]
    inverted = re.compile(rf"\w-(?:{'|'.join(map(re.escape, subjects))})\b")
    said = any(
        inverted.search(each.span.of(prose.text))
        for each in prose.said
        if each.paragraph == sentence.paragraph
    )
    return frozenset((narrator,)) if narrator and said else frozenset()


def _speakers(
    speaker: str | None, tag: Gender | None, sentence: Sentence, material: Material
) -> frozenset[str]:
    """Who says a sentence, or who may be the one that does, where that is not plain."""
    genders = {each.name: each.gender for each in material.cast.entities if each.kind == "person"}
    if speaker is not None and (tag is None or tag in (genders.get(speaker, ""), "")):
        return frozenset((speaker,))
    if speaker is not None and not genders.get(speaker):
        return frozenset((speaker,))
    paragraphs = material.draft.prose.paragraphs
    near = _near(sentence, _BACK, material)
    if tag is None:  # where two talk, who listens is no less near
        near = near if len(near) > 1 else _near(sentence, _FARTHER, material)
        return near if len(near) > 1 else frozenset()
    here = involved(material.draft, 0, len(material.draft.text), material)
    own = involved(material.draft, *paragraphs[sentence.paragraph], material)
    names = (_of_gender(each, tag, material) for each in (own, near, here))
    return next(filter(None, names), frozenset())


def _near(sentence: Sentence, back: int, material: Material) -> frozenset[str]:
    """Who has to do with a sentence or some paragraphs before."""
    paragraphs = material.draft.prose.paragraphs
    start = paragraphs[max(0, sentence.paragraph - back)].start
    end = paragraphs[min(len(paragraphs) - 1, sentence.paragraph + _ON)].end
    return involved(material.draft, start, end, material)


def _of_gender(names: frozenset[str], gender: Gender, material: Material) -> frozenset[str]:
    """Who may be meant by a pronoun of the third person."""
    genders = {each.name: each.gender for each in material.cast.entities}
    return frozenset(
        name
        for name in names - {material.cast.narrator}
        if not gender or genders.get(name, "") in (gender, "")
    )


def _tagged(sentence: Sentence, material: Material) -> Gender | None:
    """The gender of the pronoun beside what is said, if there is one: `he said`, `dit-elle`."""
    prose = material.draft.prose
    beside = [each for each in prose.said if each.paragraph == sentence.paragraph]
    return next((tag for each in beside if (tag := _tag(each, material)) is not None), None)


def _tag(said: Quotation, material: Material) -> Gender | None:
    narrated, language = material.draft.prose.narrated, material.language
    after = narrated[said.outer.end : said.outer.end + _TAG].split(marks.SPOKEN)[0]
    after = after.split("\n")[0]
    inside = language.aside.search(said.span.of(material.draft.text))
    after = inside.group() if inside else after
    if language.finder("speech").search(after) is None:
        return None
    words = [part.lower() for word in WORD.findall(after)[:_WORDS] for part in word.split("-")]
    pronouns = (language.pronoun_table.get(word) for word in words)
    return next((each.gender for each in pronouns if each and each.role == "subject"), None)


def _known(material: Material) -> Iterator[Utterance]:
    kinsfolk = Kinsfolk(material)
    knowing, denied = map(material.language.finder, ("knowing", "negation"))
    for sentence in material.draft.prose.sentences:
        people = [
            mention
            for mention in sentence.mentions
            if material.cast.by_char[mention.char].kind == "person"
            and not (mention.likely or mention.owner)
        ]
        knows = knowing.search(sentence.marked) if people else None
        if knows and not denied.search(sentence.marked, 0, knows.end() + _SHORTLY):
            yield Utterance(
                frozenset((material.cast.by_char[people[0].char].name,)),
                sentence.span.of(material.draft.prose.narrated).replace(marks.SPOKEN, ""),
                sentence.span.of(material.draft.text),
                sentence.span.start,
                sentence.span.start,
                people_in(sentence, material) | _relatives(sentence, kinsfolk, material),
                spoken=False,
            )


def _relatives(sentence: Sentence, kinsfolk: Kinsfolk, material: Material) -> frozenset[str]:
    """Whom `her sister` means in a sentence."""
    restated = kinsfolk.restated(sentence)
    by_char = material.cast.by_char
    return frozenset(
        by_char[char].name for char in (restated.marked if restated else "") if char in by_char
    )
