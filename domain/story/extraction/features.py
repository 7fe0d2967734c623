"""What is said of a feature that the sentence before named: `He met her eyes. They were blue.`"""

from collections.abc import Iterable, Iterator

from domain.story.language import Language
from domain.story.text.mentions import Sentence


def of_features(sentences: Iterable[Sentence], language: Language) -> Iterator[Sentence]:
    """The sentences that begin with a pronoun for the last feature of the sentence before, with
    the feature and its owner in the pronoun's place."""
    again = language.patterns("feature_again")
    before: Sentence | None = None
    for sentence in sentences:
        if before is not None and before.paragraph == sentence.paragraph:
            for pattern in again:
                match = pattern.search(sentence.marked)
                named = list(language.feature.finditer(before.marked)) if match else []
                if match and named:
                    words = named[-1].group() + sentence.marked[match.end() :]
                    yield sentence._replace(marked=words)
        before = sentence
