"""Features whose owner a sentence does not name: `He met her eyes. They were blue.`, `A coil of
blonde hair slipped over her shoulder.`"""

import re
from collections.abc import Iterable, Iterator

from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.mentions import Sentence

_PERSON = re.compile(marks.PERSON)
_OTHERS = ("anybody", "bystanders", "relative")


def of_features(sentences: Iterable[Sentence], language: Language) -> Iterator[Sentence]:
    """The sentences that begin with a pronoun for the last feature of the sentence before, with
    the feature and its owner in the pronoun's place."""
    again = language.patterns("feature_again")
    owner, noun = "", ""
    paragraph = -1
    for sentence in sentences:
        if noun and sentence.paragraph == paragraph:
            for pattern in again:
                if match := pattern.search(sentence.marked):
                    named = f"{owner}{marks.OWNER} {noun}"
                    yield sentence._replace(marked=named + sentence.marked[match.end() :])
        owner, noun = _last(sentence, language)
        paragraph = sentence.paragraph


def of_nobody(sentences: Iterable[Sentence], language: Language) -> Iterator[Sentence]:
    """The sentences with a feature that has no owner, as the likely one's of whom alone the
    sentence speaks, or its paragraph so far."""
    paragraph, people = -1, set[str]()
    for sentence in sentences:
        if sentence.paragraph != paragraph:
            paragraph, people = sentence.paragraph, set()
        here = set(_PERSON.findall(sentence.marked))
        others = any(language.finder(name).search(sentence.marked) for name in _OTHERS)
        people |= here | ({""} if others else set())
        owners = here or people
        if others or len(owners) != 1:
            continue
        (owner,) = owners
        for pattern in language.unowned:
            if match := pattern.search(sentence.marked):
                before, after = sentence.marked[: match.start(1)], sentence.marked[match.start(1) :]
                likely = tuple(each._replace(likely=True) for each in sentence.mentions)
                owned = f"{before}{owner}{marks.OWNER} {after}"
                yield sentence._replace(marked=owned, mentions=likely)


def _last(sentence: Sentence, language: Language) -> tuple[str, str]:
    """The last feature that a sentence names, with its owner; empty for none."""
    found = [match for pattern in language.featured for match in pattern.finditer(sentence.marked)]
    last = max(found, key=lambda match: match.start("noun"), default=None)
    return (last["s"], last["noun"]) if last else ("", "")
