"""Who is whose relative by a bible: its attributes, and its facts as sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set

from domain.story.bible import Bible, Named
from domain.story.keys import plain_key
from domain.story.language import Language
from domain.story.text.cast import Cast, Entity, words_of
from domain.story.text.kin import Tie
from domain.story.text.prose import read_prose

_LISTED = re.compile(r"[;,/]|\s+(?:and|&|et)\s+")
_TOLD = ("related", "pair")


def ties(bible: Bible, cast: Cast) -> tuple[Tie, ...]:
    """All that a bible says of relatives, by canonical names."""
    found = [tie for entry in bible.characters for tie in _of_attributes(entry, cast)]
    for fact in bible.facts:
        found += _told(fact.text, cast)
        owner, other = cast.named(fact.subject), cast.named(fact.object)
        word = plain_key(fact.predicate, cast.language)
        if owner and other and word in cast.language.relation_words:
            found.append(Tie(owner.name, cast.language.relation_words[word], other.name))
    return tuple(dict.fromkeys(found))


def unlisted(
    bible: Bible, known: Sequence[Entity], small: Set[str], language: Language
) -> Iterator[Entity]:
    """Relatives whom a bible's attributes name and who have no entry: `wife: Grace`. `small` are
    words that the story writes in small letters."""
    taken = {word for entity in known for name in entity.names for word in words_of(name)}
    for entry in bible.characters:
        for key, value in entry.attributes.items():
            relation = language.relation_words.get(plain_key(key, language), "")
            for part in _LISTED.split(value) if relation else ():
                name = part.split("(")[0].strip()
                words = words_of(name)
                proper = all(word[0].isupper() and word.lower() not in small for word in words)
                if (
                    not words
                    or not proper
                    or " ".join(words) != name
                    or not taken.isdisjoint(words)
                ):
                    continue
                if language.functional_words.isdisjoint(map(str.lower, words)):
                    taken.update(words)
                    gender = language.relations[relation].gender
                    yield Entity(name, "person", (name,), gender, listed=False)


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
        named = list(kin_named(key, value, cast))
        for word, name in named:
            other = cast.named(name)
            if other is not None and word in language.relation_words:
                yield Tie(entry.name, language.relation_words[word], other.name)
        if not named and language.finder("relative").search(value):
            for frame in language.frames["*"]:
                told = frame.format(name=entry.name, key=plain_key(key, language), value=value)
                yield from _told(told, cast)


def kin_named(key: str, value: str, cast: Cast) -> Iterator[tuple[str, str]]:
    """The relatives, friends and colleagues that an attribute names, each as the word for them and
    a name: `brother: Tom`, `Tom: younger brother`, `relations: Tom (brother); Eva, aunt`."""
    language, word = cast.language, plain_key(key, cast.language)
    if word in language.relation_words or word in language.tie_words:
        for part in _LISTED.split(value):
            name = part.split("(")[0].strip()
            if name and (cast.named(name) or not name[0].islower()):
                yield word, name
        return
    of_whom = rf"{language.alternatives('relative')} {language.alternatives('genitive')}"
    owned = re.compile(rf"{of_whom}|{language.possessive or '(?!)'}", re.IGNORECASE)
    for part in (f"{word}, {value}", *value.split(";")):
        found = language.finder("relative").search(part)
        if found is None or owned.search(part):
            continue  # `Eva's brother` and `aunt of Eva` say whose, not who
        rest = part[: found.start()] + part[found.end() :]
        others = [_other(each, cast) for each in (rest, *_LISTED.split(rest)) if each.strip()]
        for other in dict.fromkeys(filter(None, others)):
            yield found.group().lower(), other.name


def _other(text: str, cast: Cast) -> Entity | None:
    """Whom a text names that says nothing else."""
    light = (*cast.language.lists["kin_softeners"], *cast.language.functional_words)
    kept = [word for word in words_of(text) if word.lower() not in light or cast.named(word)]
    return cast.named(" ".join(kept))


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
