"""What a check says of a draft, after a chapter or a bible's attribute."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.material import Material, gather
from domain.story.coherence.consistency.rules.rules import rules
from domain.story.coherence.gate import prepare
from domain.story.coherence.verdict import Finding
from domain.story.reading import ChapterText

Check = Callable[[Material], Iterator[Finding]]
Laid = str | tuple[str, str, str]
"""An earlier chapter's text, or an attribute: of whom or what, its key, its value."""

_PEOPLE = {"Tom Hask": "m", "Nora Vane": "f", "Ida Brandt": "f", "Paul Sorel": "m"}
_SEX = {"en": "sex", "fr": "sexe"}


def contradictions(check: Check, language: str, laid: Laid, draft: str) -> Sequence[Finding]:
    """The findings of one check."""
    attributes = {name: {_SEX[language]: sex} for name, sex in _PEOPLE.items()}
    items = []
    if not isinstance(laid, str):
        name, key, value = laid
        if name in attributes:
            attributes[name][key] = value
        else:
            items.append({"name": name, "attributes": {key: value}})
    people = [
        {"name": name, "aliases": [name.split()[0]], "attributes": theirs}
        for name, theirs in attributes.items()
    ]
    bible = Bible.model_validate({"characters": people, "items": items})
    earlier = (ChapterText(number=1, text=laid),) if isinstance(laid, str) else ()
    case = prepare(load_language(language), bible, earlier, ChapterText(number=2, text=draft))
    return list(check(gather(case)))


def broken_rules(
    people: Sequence[Mapping[str, object]], rule: str, draft: str, language: str
) -> Sequence[str]:
    """The sentences of a draft that go against a rule."""
    bible = Bible.model_validate({"characters": people, "rules": [rule]})
    case = prepare(load_language(language), bible, (), ChapterText(number=1, text=draft))
    return [finding.evidence[0].quote for finding in rules(gather(case))]
