"""What is said of a feature that the sentence before named: `He met her eyes. They were blue.`"""

from collections.abc import Iterable, Iterator

from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.mentions import Sentence


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


def _last(sentence: Sentence, language: Language) -> tuple[str, str]:
    """The last feature that a sentence names, with its owner; empty for none."""
    found = [match for pattern in language.featured for match in pattern.finditer(sentence.marked)]
    last = max(found, key=lambda match: match.start("noun"), default=None)
    return (last["s"], last["noun"]) if last else ("", "")
