"""The parts of a prompt: what changes least comes first, and other people's text is fenced."""

import re
from collections.abc import Iterable

from domain.prompt import Section
from domain.story.bible import Bible, Named, Style
from domain.story.facts import Fact
from domain.story.prompts.material import Ground, Passage
from domain.story.prompts.wording import Wording

_FENCE = re.compile(r"<(?=\s*/?\s*material)", re.IGNORECASE)


def fenced(text: str) -> str:
    """The text between marks which it cannot close itself."""
    return f"<material>\n{_FENCE.sub('‹', text.strip())}\n</material>"


def ground_sections(ground: Ground, words: Wording) -> tuple[Section, ...]:
    """Style, bible, summaries, facts, passages: those there are."""
    return _filled(
        (words.style, style_text(ground.bible.style)),
        (words.bible, bible_text(ground.bible)),
        (words.summaries, passages_text(ground.summaries)),
        (words.facts, facts_text(ground.facts)),
        (words.passages, passages_text(ground.passages)),
    )


def _filled(*parts: tuple[str, str]) -> tuple[Section, ...]:
    return tuple(Section(title=title, text=fenced(text)) for title, text in parts if text)


def style_text(style: Style) -> str:
    """The style's notes, one a line."""
    noted = (("genre", style.genre), ("person", style.person), ("tense", style.tense))
    return _lines(*(f"{key}: {value}" for key, value in noted if value), style.notes)


def bible_text(bible: Bible) -> str:
    """The bible but for its style, one entry a line."""
    return _lines(
        *(rule.text for rule in bible.rules),
        *(
            _entry(character, f"voice: {character.voice}" if character.voice else "")
            for character in bible.characters
        ),
        *(_entry(place) for place in bible.places),
        *(_entry(item) for item in bible.items),
        *(f"{each.when}: {each.text}" if each.when else each.text for each in bible.timeline),
        *(each.text or f"{each.subject} - {each.predicate}: {each.object}" for each in bible.facts),
    )


def _entry(entry: Named, *more: str) -> str:
    """`Anna (Annie): eyes: grey; age: 34`"""
    name = f"{entry.name} ({', '.join(entry.aliases)})" if entry.aliases else entry.name
    notes = [f"{key}: {value}" for key, value in entry.attributes.items()]
    notes += [each for each in more if each]
    return f"{name}: {'; '.join(notes)}" if notes else name


def facts_text(facts: Iterable[Fact]) -> str:
    """One fact a line, with its standing where it is not plainly so."""
    return _lines(*(_fact(fact) for fact in facts))


def _fact(fact: Fact) -> str:
    line = f"{fact.subject} - {fact.predicate}: {fact.object} [{fact.since.chapter}]"
    return f"{line} ({fact.believer}?)" if fact.believer else line


def passages_text(passages: Iterable[Passage]) -> str:
    """Passages with where they are from."""
    return "\n\n".join(f"[{each.source}] {each.text.strip()}" for each in passages)


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
