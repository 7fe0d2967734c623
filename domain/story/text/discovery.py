"""Who a story speaks of though no bible lists them: names found by how they are written."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.story.bible import Bible
from domain.story.language import Language
from domain.story.phrasings import Gender
from domain.story.text.cast import WORD, Cast, Entity, listed, words_of
from domain.story.text.genders import by_own_pronouns, described, gender_of, plain
from domain.story.text.narrator import Voices, narrator, voices
from domain.story.text.quotations import narration, quotations
from domain.story.text.relatives import related, ties, unlisted

_REACH = 25
"""Words after a name in which a pronoun may be its own."""

_MOST = 2000
"""Names a story may have beside the bible's."""


@dataclass
class Seen:
    """How a run of capitalised words has been used."""

    count: int = 0
    acting: int = 0
    placed: int = 0
    titled: int = 0
    pronouns: Counter[Gender] = field(default_factory=Counter)

    def add(self, more: "Seen") -> None:
        """Counts what another text has, too."""
        self.count += more.count
        self.acting += more.acting
        self.placed += more.placed
        self.titled += more.titled
        self.pronouns.update(more.pronouns)


class Looked(NamedTuple):
    """What one text has of names: runs of capitalised words and their use, the words in
    small letters, and what tells who the narrator is."""

    seen: Mapping[tuple[str, ...], Seen]
    lower: Set[str]
    voices: Voices


Look = Callable[[str, Language], Looked]
"""Looks through one text; see `look`."""


def look(text: str, language: Language) -> Looked:
    """How one text uses names, in what its narrator tells."""
    seen: dict[tuple[str, ...], Seen] = defaultdict(Seen)
    lower: set[str] = set()
    said = quotations(text, language)
    narrated = narration(text, said)
    _look(narrated, language, seen, lower)
    return Looked(seen, lower, voices(text, narrated, said, language))


def discover(bible: Bible, texts: Iterable[str], language: Language, look: Look = look) -> Cast:
    """The cast of a story: the bible's entries, then whom and what the texts name."""
    known = listed(bible, language)
    taken = {words_of(name) for entity in known for name in entity.names}
    parts = {word for words in taken for word in words if word[0].isupper()}
    seen: dict[tuple[str, ...], Seen] = defaultdict(Seen)
    lower: set[str] = set()
    heard = Voices()
    for text in texts:
        looked = look(text, language)
        heard.add(looked.voices)
        for words, use in looked.seen.items():
            seen[words].add(use)
        lower |= looked.lower
    people = {
        words: use
        for words, use in seen.items()
        if not parts.intersection(words) and _is_person(words, use, lower)
    }
    people |= {
        words: use
        for words, use in seen.items()
        if len(words) > 1 and words[:1] in people and not use.placed
    }
    places = [
        words
        for words, use in seen.items()
        if words not in people and not parts.intersection(words) and _is_place(words, use, lower)
    ]
    named = (*_merged(people, language), *_as_places(places))
    named = (*named, *unlisted(bible, (*known, *named), lower, language))
    found = (*named, *_mourned(bible, (*known, *named), language))
    known_ties = ties(bible, Cast((*known, *found), language))
    known = list(_gendered(list(related(known, known_ties, language)), seen, bible, language))
    entities = (*known, *found)
    return Cast(entities, language, narrator(bible, heard, entities, language), known_ties)


def _look(
    text: str, language: Language, seen: dict[tuple[str, ...], Seen], lower: set[str]
) -> None:
    verbs = frozenset(language.lists["acts"]) | frozenset(language.lists["present_speech"])
    before = frozenset(language.lists["present_speech"])
    prepositions = frozenset(language.lists["place_prepositions"])
    tokens = list(WORD.finditer(text))
    lower.update(token.group() for token in tokens if token.group()[0].islower())
    at = 0
    while at < len(tokens):
        run = _run(text, tokens, at, language)
        if not run:
            at += 1
            continue
        words = tuple(token.group() for token in tokens[at : at + run])
        use = seen[words]
        use.count += 1
        start, end = tokens[at].start(), tokens[at + run - 1].end()
        previous = tokens[at - 1].group().lower() if at else ""
        following = tokens[at + run].group().lower() if at + run < len(tokens) else ""
        adjoining = at + run < len(tokens) and not text[end : tokens[at + run].start()].strip()
        use.acting += (adjoining and following in verbs) or (
            previous in before and not text[tokens[at - 1].end() : start].strip()
        )
        use.placed += previous in prepositions and not text[tokens[at - 1].end() : start].strip()
        use.titled += previous in language.titles
        gender = _followed_by(text, tokens[at + run : at + run + _REACH], language)
        if gender:
            use.pronouns[gender] += 1
        at += run


def _followed_by(text: str, tokens: Sequence[re.Match[str]], language: Language) -> Gender:
    """The gender of the first pronoun that follows a name in its paragraph, with no other name
    between. What may be an object says nothing, nor does who thinks of them: `Tom, she thought`."""
    for at, token in enumerate(tokens):
        if not at and text[: token.start()].endswith(", "):
            continue
        if at and "\n\n" in text[tokens[at - 1].end() : token.start()]:
            break
        word = token.group()
        pronoun = language.pronoun_table.get(word.lower())
        if pronoun is not None and pronoun.gender and pronoun.role != "object":
            return pronoun.gender
        known = word.lower() in language.functional_words or _starts_sentence(text, token.start())
        if word[0].isupper() and not known:
            break
    return ""


def _run(text: str, tokens: Sequence[re.Match[str]], at: int, language: Language) -> int:
    """How many capitalised words stand together here."""
    count = 0
    for token in tokens[at : at + 4]:
        word = token.group()
        if not word[0].isupper() or (len(word) > 3 and word.isupper()) or len(word) < 2:
            break
        if word.lower() in language.functional_words or (
            not count and word.lower() in language.titles
        ):
            break
        if count and text[tokens[at + count - 1].end() : token.start()] not in (" ", "\n"):
            break
        count += 1
    return count


def _starts_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 6) : start].rstrip(" \n\t\r\"“”«»'‘’_—–-")
    return not before or before[-1] in ".!?…:"


def _is_person(words: tuple[str, ...], use: Seen, lower: set[str]) -> bool:
    if len(words) == 1 and words[0].lower() in lower:
        return False
    if use.titled and use.count >= 2:
        return True
    return use.acting > 0 and use.count >= 2 and use.acting * 4 >= use.placed


def _is_place(words: tuple[str, ...], use: Seen, lower: set[str]) -> bool:
    return use.placed >= 2 and not (len(words) == 1 and words[0].lower() in lower)


def _gendered(
    known: Sequence[Entity], seen: Mapping[tuple[str, ...], Seen], bible: Bible, language: Language
) -> Iterator[Entity]:
    """The bible's people; those of no gender so far with the one that words for them have."""
    entries = {entry.name: entry for entry in bible.characters}
    for entity in known:
        if entity.kind != "person" or entity.gender:
            yield entity
            continue
        entry = entries[entity.name]
        pronouns: Counter[Gender] = Counter()
        for name in entity.names:
            for words in {words_of(name), words_of(name)[:1], words_of(name)[-1:]}:
                pronouns += seen[words].pronouns if words in seen else Counter()
        yield entity._replace(
            gender=described(entry, language)
            or plain(pronouns, 1)
            or by_own_pronouns(entry, language)
        )


def _merged(people: dict[tuple[str, ...], Seen], language: Language) -> Iterator[Entity]:
    """One entity a person: short forms go with the one longer name that has them."""
    longer = {word for words in people if len(words) > 1 for word in words}
    for words, use in list(people.items())[:_MOST]:
        if len(words) == 1 and words[0] in longer:
            continue
        pronouns = Counter(use.pronouns)
        for word in words if len(words) > 1 else ():
            if (word,) in people:
                pronouns += people[(word,)].pronouns
        gender = gender_of(words, language) or plain(pronouns, 2)
        yield Entity(" ".join(words), "person", (" ".join(words),), gender, listed=False)


def _mourned(bible: Bible, known: Sequence[Entity], language: Language) -> Iterator[Entity]:
    """Of whom a fact of the bible begins to tell that they died, and who is nobody's entry."""
    names = {words_of(name) for entity in known for name in entity.names}
    firsts = {words[0] for words in names if words}
    for fact in bible.facts[:_MOST]:
        tokens = list(WORD.finditer(fact.text))
        words = tuple(token.group() for token in tokens[: _run(fact.text, tokens, 0, language)])
        if words and words[0] not in firsts and language.finder("has_died").search(fact.text):
            firsts.add(words[0])
            name = " ".join(words)
            yield Entity(name, "person", (name,), gender_of(words, language), listed=False)


def _as_places(places: Sequence[tuple[str, ...]]) -> Iterator[Entity]:
    for words in places[:_MOST]:
        yield Entity(" ".join(words), "place", (" ".join(words),), "", listed=False)
