"""What words are compared by: their stem, and the concepts that they may stand for."""

from collections.abc import Iterable, Mapping

_WORDS_KEPT = 20_000


class Meanings:
    """The stems and concepts of one language's words."""

    def __init__(
        self,
        endings: tuple[str, ...],
        forms: Mapping[str, tuple[str, ...]],
        concepts: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`endings` are cut off; `forms` are irregular; `concepts` have several words each, and are
        called by those that name them."""
        self._endings = endings
        self._bases = {form: base for base, all_forms in forms.items() for form in all_forms}
        self._concepts = self._by_stem((key, (*key.split("/"), *concepts[key])) for key in concepts)
        self._named = self._by_stem((key, key.split("/")) for key in concepts)
        self._known: dict[str, frozenset[str]] = {}

    def of(self, word: str) -> frozenset[str]:
        """A lower-case word's stem, and the concepts that it may stand for."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _WORDS_KEPT:
                self._known.clear()
            known = self._known[word] = self._in(word, self._concepts)
        return known

    def wanted(self, word: str) -> frozenset[str]:
        """What a text may have for a lower-case word of a rule or secret: its stem, and the
        concepts that it names; a `ship` is a vessel, not every vessel a ship."""
        return self._in(word, self._named)

    def _in(self, word: str, concepts: Mapping[str, frozenset[str]]) -> frozenset[str]:
        singular = word[:-1] if len(word) > 4 and word.endswith("s") else word
        stems = frozenset((self.stem(word), self.stem(singular)))
        return stems.union(*(concepts.get(stem, ()) for stem in stems))

    def _by_stem(self, named: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for concept, words in named:
            for word in words:
                found.setdefault(self.stem(word), set()).add(f"={concept}")
        return {stem: frozenset(names) for stem, names in found.items()}

    def stem(self, word: str) -> str:
        """A word without its ending, good enough to compare; of an irregular form, its word's."""
        low = word.lower()
        low = self._bases.get(low, low)
        for ending in self._endings:
            if low.endswith(ending) and len(low) - len(ending) >= 3:
                return low[: -len(ending)]
        return low
