"""How characters speak, in numbers: the stylometry that tells voices apart.

Two measures, each a cosine distance between z-scored relative frequencies and the centroid of a
speaker's samples, and their mean:

- *Burrows's Delta* over the most frequent words: J. Burrows, "'Delta': a measure of stylistic
  difference and a guide to likely authorship", Literary and Linguistic Computing 17 (2002). Why
  z-scores work, and other distances: S. Argamon, "Interpreting Burrows's Delta", LLC 23 (2008).
  The cosine in place of the mean difference: S. Evert et al., "Understanding and explaining Delta
  measures for authorship attribution", Digital Scholarship in the Humanities 32 (2017).
- *Character n-grams*, which also see endings and punctuation: E. Stamatatos, "A survey of modern
  authorship attribution methods", JASIST 60 (2009).

How much text it takes: M. Eder, "Does size matter? Authorship attribution, small samples, big
problem", Digital Scholarship in the Humanities 30 (2015).
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import mul, sub

SAMPLE_WORDS = 500
"""Words of dialogue below which a voice cannot be told from another."""

_FREQUENT_WORDS = 300
_FREQUENT_GRAMS = 1500
_GRAM = 3

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TOKEN = re.compile(r"[^\W\d_]+|[.,;:!?…'’\-–—]+")

Vector = list[float]
Distances = dict[str, float]
"""From each speaker, by name."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A stretch of somebody's dialogue, counted."""

    words: Counter[str]
    grams: Counter[str]

    @classmethod
    def of(cls, text: str) -> "Sample":
        """Count the words of `text` and its character n-grams."""
        lower = text.lower().replace("’", "'")
        line = f" {' '.join(_TOKEN.findall(lower))} "
        grams = map("".join, zip(*(line[start:] for start in range(_GRAM)), strict=False))
        return cls(words=Counter(_WORD.findall(lower)), grams=Counter(grams))


def cut(utterances: Sequence[str], size: int = SAMPLE_WORDS) -> list[str]:
    """The utterances as consecutive stretches of `size` words; what is left over is dropped."""
    words = [word for utterance in utterances for word in utterance.split()]
    return [
        " ".join(words[start : start + size]) for start in range(0, len(words) - size + 1, size)
    ]


class Measure:
    """One kind of feature: the speakers' centroids, z-scored over all their samples."""

    def __init__(
        self,
        samples: Mapping[str, Sequence[Sample]],
        part: Callable[[Sample], Counter[str]],
        most_frequent: int,
    ) -> None:
        self._part = part
        counts = [part(sample) for own in samples.values() for sample in own]
        total: Counter[str] = Counter()
        for each in counts:
            total.update(each)
        ranked = sorted(total, key=lambda feature: (-total[feature], feature))[:most_frequent]
        columns = list(zip(*(_frequencies(each, ranked) for each in counts), strict=True))
        means = [sum(column) / len(counts) for column in columns]
        spreads = list(map(_spread, columns, means))
        told = [place for place, spread in enumerate(spreads) if spread > 0]
        self._features = [ranked[place] for place in told]
        self._means = [means[place] for place in told]
        self._scales = [1 / spreads[place] for place in told]
        self._vectors = {name: list(map(self._vector, own)) for name, own in samples.items()}
        self._centroids = {name: _mean(own) for name, own in self._vectors.items()}

    def distances(self, sample: Sample) -> Distances:
        """How far a sample is from each speaker, from 0 (the same) to 2 (the opposite)."""
        vector = self._vector(sample)
        return {name: _cosine_distance(vector, own) for name, own in self._centroids.items()}

    def held_out(self, name: str) -> list[Distances]:
        """The same for a speaker's own samples, each against a centroid without itself."""
        own = self._vectors[name]
        if len(own) == 1:
            return []
        return [
            {
                speaker: _cosine_distance(
                    vector, centroid if speaker != name else _mean(own[:place] + own[place + 1 :])
                )
                for speaker, centroid in self._centroids.items()
            }
            for place, vector in enumerate(own)
        ]

    def leanings(self, towards: str, away_from: str) -> dict[str, float]:
        """For each feature, what its frequency says for the one speaker against the other."""
        one, other = (_direction(self._centroids[name]) for name in (towards, away_from))
        told = map(mul, map(sub, one, other), self._scales)
        return dict(zip(self._features, told, strict=True))

    def _vector(self, sample: Sample) -> Vector:
        found = _frequencies(self._part(sample), self._features)
        return list(map(mul, map(sub, found, self._means), self._scales))


class Voices:
    """The voices of two or more speakers, each of whom has one sample or more."""

    def __init__(self, samples: Mapping[str, Sequence[Sample]]) -> None:
        self.words = Measure(samples, lambda sample: sample.words, _FREQUENT_WORDS)
        self.grams = Measure(samples, lambda sample: sample.grams, _FREQUENT_GRAMS)

    def distances(self, sample: Sample) -> Distances:
        """How far a sample is from each speaker: the mean of both measures."""
        return _both(self.words.distances(sample), self.grams.distances(sample))

    def usual_margin(self, name: str) -> float:
        """The margin of the least typical of a speaker's own samples, held out.

        It is -2, the least there is, where the speaker has one sample only.
        """
        held_out = map(_both, self.words.held_out(name), self.grams.held_out(name))
        return max((margin(distances, name) for distances in held_out), default=-2.0)

    def leaning(self, towards: str, away_from: str) -> Callable[[str], float]:
        """A function: how much a text, by what it holds, speaks like the one and not the other."""
        words = self.words.leanings(towards, away_from)
        grams = self.grams.leanings(towards, away_from)

        def weigh(text: str) -> float:
            sample = Sample.of(text)
            return _weigh(sample.words, words) + _weigh(sample.grams, grams)

        return weigh

    def telling_words(self, sample: Sample, towards: str, away_from: str) -> list[str]:
        """The words of a sample, most telling first, that speak for the one and not the other."""
        leanings = self.words.leanings(towards, away_from)
        told = {word: count * leanings.get(word, 0.0) for word, count in sample.words.items()}
        return sorted((word for word in told if told[word] > 0), key=lambda word: -told[word])


def nearest_other(distances: Distances, name: str) -> str:
    """The nearest speaker but for `name`."""
    return min((other for other in distances if other != name), key=distances.__getitem__)


def margin(distances: Distances, name: str) -> float:
    """How much nearer the nearest other speaker is than `name`; below 0 where none is."""
    return distances[name] - distances[nearest_other(distances, name)]


def _both(one: Distances, other: Distances) -> Distances:
    return {name: (one[name] + other[name]) / 2 for name in one}


def _cosine_distance(one: Vector, other: Vector) -> float:
    lengths = _length(one) * _length(other)
    return 1 - sum(map(mul, one, other)) / lengths if lengths else 1.0


def _frequencies(counts: Counter[str], features: Sequence[str]) -> Vector:
    total = counts.total() or 1
    return [counts[feature] / total for feature in features]


def _spread(values: Sequence[float], mean: float) -> float:
    return sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def _mean(vectors: Sequence[Vector]) -> Vector:
    return [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]


def _length(vector: Vector) -> float:
    return sqrt(sum(map(mul, vector, vector)))


def _direction(vector: Vector) -> Vector:
    length = _length(vector) or 1.0
    return [value / length for value in vector]


def _weigh(counts: Counter[str], leanings: Mapping[str, float]) -> float:
    total = counts.total() or 1
    return sum(count * leanings.get(feature, 0.0) for feature, count in counts.items()) / total
