"""What relatives are called in dialogue: `Grandfather` said to an uncle, `Uncle Tom` of a
brother."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.story.coherence.consistency.material import Material, own
from domain.story.coherence.consistency.relations.kinship import close
from domain.story.coherence.consistency.relations.ties import KIND, Kin, relation
from domain.story.coherence.verdict import Finding, Severity
from domain.story.phrasings import Relation
from domain.story.text import marks
from domain.story.text.addressees import addressees
from domain.story.text.mentions import Marker, Sentence
from domain.story.text.sentences import sentences
from domain.story.text.speakers import uttered

_NEAR = 500
"""Characters around what is said in which somebody else is named who may be meant."""
_RELIGIOUS = ("parent", "sibling")
"""`Sister Ida` may be a nun."""


@dataclass(frozen=True, eq=False)
class Called:
    """Looks at what speakers call whom. `kin` is who is whose by what came before."""

    material: Material
    kin: Kin = field(repr=False)

    def findings(self) -> Iterator[Finding]:
        """What nobody would call somebody who is something else to them."""
        prose, cast = self.material.draft.prose, self.material.cast
        abbreviations = frozenset(self.material.language.abbreviations)
        text = marks.blank(prose.text)
        for (speaker, quotation), you in zip(uttered(prose), addressees(prose), strict=True):
            i = cast.chars.get(speaker or "", "")
            if not i:
                continue
            marker = Marker(cast, text, i=i, you=you)
            for span in sentences(text, quotation.span, abbreviations):
                sentence = marker.sentence(span, quotation.paragraph, 0)
                yield from self._spoken_to(sentence, i, you)
                yield from self._spoken_of(sentence, i, you)

    def _spoken_to(self, sentence: Sentence, i: str, you: str) -> Iterator[Finding]:
        known = self.kin.get(you, {}).get(i)
        if known is None:
            return
        for pattern in self.material.language.patterns("kin_called"):
            for match in pattern.finditer(sentence.marked):
                said = relation(match["word"], self.material)
                if said and not _goes_with(known[0], said) and not self._another(sentence, i, you):
                    yield self._finding(sentence, said, i, you)
                    return

    def _spoken_of(self, sentence: Sentence, i: str, you: str) -> Iterator[Finding]:
        text = self.material.draft.text
        owners = {each.end + 1: each.char for each in sentence.mentions if each.owner}
        for start, end, char, *_ in sentence.mentions:
            title, _, name = text[start:end].partition(" ")
            said, known = relation(title, self.material), self.kin.get(char, {})
            if not name or said is None or char == you or owners.get(start, i) != i:
                continue
            if said.kin in _RELIGIOUS:
                continue
            if i not in known or _goes_with(known[i][0], said):
                continue
            if all(kin != said.kin for kin, _ in known.values()):
                yield self._finding(sentence, said, i, char)

    def _another(self, sentence: Sentence, i: str, you: str) -> bool:
        """Whether somebody else is near who may be what is said, where the paragraph does not
        name who listens."""
        prose = self.material.draft.prose
        paragraph = prose.paragraphs[sentence.paragraph]
        if any(
            mention.char == you and paragraph.start <= mention.start <= paragraph.end
            for mention in prose.mentions
        ):
            return False
        start, end = sentence.span.start - _NEAR, sentence.span.end + _NEAR
        near = {each.char for each in prose.mentions if start <= each.start <= end}
        gender = self.material.cast.by_char[you].gender
        return any(
            entity.kind == "person" and entity.gender in (gender, "") and i not in theirs
            for char in near - {i, you}
            for entity, theirs in ((self.material.cast.by_char[char], self.kin.get(char, {})),)
        )

    def _finding(self, sentence: Sentence, said: Relation, i: str, char: str) -> Finding:
        speaker, other = (self.material.cast.by_char[each].name for each in (i, char))
        _, prior = self.kin[char][i]
        return self.material.finding(
            KIND,
            Severity.WARNING,
            f"{other} is called {own(speaker)} {said.words[0]} in the draft; before, "
            f"{prior.object} was {own(prior.subject)} {prior.groups.get('word', prior.value)}",
            self.material.sentence(self.material.draft, sentence),
            self.material.evidence(prior),
        )


def _goes_with(kin: str, said: Relation) -> bool:
    """Whether somebody of that kin may be called so: a mother-in-law is called Mother."""
    return close(kin, said.kin) or kin.startswith(said.kin)
