"""Relatives of whoever is near: `her mother Ida`, `your brother Paul`, `Uncle Tom`, where nobody
has Ida for a mother, and somebody near has her for a sister."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.story.coherence.consistency.material import Material, own
from domain.story.coherence.consistency.relations.kinship import besides, close
from domain.story.coherence.consistency.relations.ties import KIND, Kin
from domain.story.coherence.verdict import Finding, Severity
from domain.story.phrasings import Gender, Relation
from domain.story.text.mentions import Sentence

_NEAR = 600
"""Characters before and after a sentence in which its owner is named."""


@dataclass(frozen=True, eq=False)
class Unowned:
    """Looks at sentences whose relatives have no plain owner. `kin` is who is whose by what came
    before."""

    material: Material
    kin: Kin = field(repr=False)

    def findings(self, sentence: Sentence, speaker: str = "") -> Iterator[Finding]:
        """What no relation of anybody near allows; `speaker` is who says it, by character."""
        language = self.material.language
        if language.finder("unreal").search(sentence.marked):
            return
        for name in ("kin_of_whom", "kin_to_whom"):
            for pattern in language.patterns(name):
                for match in pattern.finditer(sentence.marked):
                    groups = match.groupdict()
                    said = language.relations[language.relation_words[groups["word"].lower()]]
                    whose = (groups.get("whose") or "").lower()
                    if whose in language.first_person and not speaker:
                        continue
                    pronoun = language.pronoun_table.get(whose)
                    gender = pronoun.gender if pronoun else ""
                    yield from self._checked(sentence, match["o"], said, gender, speaker)

    def _checked(
        self, sentence: Sentence, char: str, said: Relation, gender: Gender, speaker: str
    ) -> Iterator[Finding]:
        who = self.material.cast.by_char[char]
        if said.gender and who.gender not in ("", said.gender):
            return
        known = self.kin.get(char, {})
        if not known or any(
            close(kin, said.kin) or besides(kin, said.kin) for kin, _ in known.values()
        ):
            return
        near = self._near(sentence) - {char, speaker}
        fitting = [
            (owner, prior)
            for owner, (_, prior) in known.items()
            if owner in near
            and (not gender or self.material.cast.by_char[owner].gender in (gender, ""))
        ]
        for owner, prior in fitting[:1]:
            name = self.material.cast.by_char[owner].name
            yield self.material.finding(
                KIND,
                Severity.WARNING,
                f"{who.name} is nobody's {said.words[0]} by what came before; {own(name)} "
                f"{prior.groups.get('word', prior.value)} perhaps",
                self.material.sentence(self.material.draft, sentence),
                self.material.evidence(prior),
            )

    def _near(self, sentence: Sentence) -> frozenset[str]:
        """Who is mentioned near a sentence, by name or not."""
        prose = self.material.draft.prose
        start, end = sentence.span.start - _NEAR, sentence.span.end + _NEAR
        return frozenset(each.char for each in prose.mentions if start <= each.start <= end)
