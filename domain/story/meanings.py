"""What words are compared by: their stem, and the concepts that they may stand for."""

from collections.abc import Mapping

_WORDS_KEPT = 20_000


class Meanings:
    """The stems and concepts of one language's words."""

    def __init__(
        self,
        endings: tuple[str, ...],
        forms: Mapping[str, tuple[str, ...]],
        concepts: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`endings` are cut off; `forms` are irregular; `concepts` have several words each."""
        self._endings = endings
        self._bases = {form: base for base, all_forms in forms.items() for form in all_forms}
        found: dict[str, set[str]] = {}
        for concept, words in concepts.items():
            for word in words:
                found.setdefault(word, set()).add(f"={concept}")
        self._concepts = {word: frozenset(names) for word, names in found.items()}
        self._known: dict[str, frozenset[str]] = {}

    def of(self, word: str) -> frozenset[str]:
        """A lower-case word's stem, and the concepts that it may stand for."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _WORDS_KEPT:
                self._known.clear()
            known = self._known[word] = self._meanings(word)
        return known

    def _meanings(self, word: str) -> frozenset[str]:
        singular = word[:-1] if len(word) > 4 and word.endswith("s") else word
        found = self._concepts.get(word) or self._concepts.get(singular, frozenset())
        return found | {self.stem(word), self.stem(singular)}

    def stem(self, word: str) -> str:
        """A word without its ending, good enough to compare; of an irregular form, its word's."""
        low = word.lower()
        low = self._bases.get(low, low)
        for ending in self._endings:
            if low.endswith(ending) and len(low) - len(ending) >= 3:
                return low[: -len(ending)]
        return low
