"""Who is whose relative by a bible: its attributes, and its facts as sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence

from domain.story.bible import Bible, Named
from domain.story.language import Language
from domain.story.text.cast import Cast, Entity
from domain.story.text.kin import Tie
from domain.story.text.prose import read_prose

_LISTED = re.compile(r"[;,/]|\s+(?:and|&|et)\s+")
_KEY = re.compile(r"[\s_-]+")
_TOLD = ("related", "pair")


def ties(bible: Bible, cast: Cast) -> tuple[Tie, ...]:
    """All that a bible says of relatives, by canonical names."""
    found = [tie for entry in bible.characters for tie in _of_attributes(entry, cast)]
    for fact in bible.facts:
        found += _told(fact.text, cast)
        owner, other = cast.named(fact.subject), cast.named(fact.object)
        word = _plain(fact.predicate)
        if owner and other and word in cast.language.relation_words:
            found.append(Tie(owner.name, cast.language.relation_words[word], other.name))
    return tuple(dict.fromkeys(found))


def related(
    entities: Iterable[Entity], known: Sequence[Tie], language: Language
) -> Iterator[Entity]:
    """The same entities; whose gender nothing else says have that of the word for a relative."""
    genders = {tie.relative: language.relations[tie.relation].gender for tie in known}
    for entity in entities:
        gender = entity.gender or genders.get(entity.name, "")
        yield entity if gender == entity.gender else entity._replace(gender=gender)


def _of_attributes(entry: Named, cast: Cast) -> Iterator[Tie]:
    language = cast.language
    for key, value in entry.attributes.items():
        word = _plain(key)
        if word in language.relation_words:
            for part in _LISTED.split(value):
                other = cast.named(part.split("(")[0].strip())
                if other is not None:
                    yield Tie(entry.name, language.relation_words[word], other.name)
        elif language.finder("relative").search(value):
            for frame in language.frames["*"]:
                yield from _told(frame.format(name=entry.name, key=word, value=value), cast)


def _told(text: str, cast: Cast) -> Iterator[Tie]:
    language = cast.language
    if not language.finder("relative").search(text):
        return
    for sentence in read_prose(text, cast).sentences:
        for wording in (each for name in _TOLD for each in language.compiled[name]):
            for match in wording.pattern.finditer(sentence.marked):
                groups = match.groupdict()
                owner, other = (cast.by_char.get(groups.get(key) or "") for key in ("s", "o"))
                relation = language.relation_words.get((groups.get("word") or "").lower())
                if owner and other and relation:
                    yield Tie(owner.name, relation, other.name)


def _plain(key: str) -> str:
    return " ".join(_KEY.sub(" ", key.lower()).split())
