"""What a draft's speakers state of themselves, of who listens, and of whom they have just named."""

from collections.abc import Iterator
from dataclasses import replace

from domain.story.coherence.consistency.material import Material
from domain.story.coherence.consistency.relations.kinsfolk import Kinsfolk
from domain.story.coherence.consistency.relations.kinship import composed_kin
from domain.story.extraction.statements import UNKNOWN, Statement, of_sentence
from domain.story.text import marks
from domain.story.text.addressees import addressees
from domain.story.text.mentions import Marker, Sentence
from domain.story.text.sentences import sentences
from domain.story.text.speakers import uttered

_LIES = 300


def said(material: Material) -> Iterator[Statement]:
    """What the draft's speakers state, also of somebody they have just named: `Ida comes at
    noon, with her husband`; and of who listens."""
    yield from material.credible
    known = {(each.phrasing, each.subject, each.start) for each in material.credible}
    prose, cast = material.draft.prose, material.cast
    lies = material.language.finder("lies")
    for speaker, sentence in sentences_said(material):
        start, end = sentence.span
        if lies.search(prose.text[max(0, start - _LIES) : end + _LIES]):
            continue
        for statement in of_sentence(sentence, prose.text, cast, material.draft.number):
            if (statement.phrasing, statement.subject, statement.start) not in known:
                yield replace(statement, speaker=speaker or UNKNOWN)


def sentences_said(material: Material) -> Iterator[tuple[str | None, Sentence]]:
    """What is said, with `you` and `her` marked; fragments such as `My wife.` with whom the
    sentence before has named; and the same with whom `Mum` means."""
    prose, cast = material.draft.prose, material.cast
    kinsfolk = Kinsfolk(material)
    abbreviations = frozenset(material.language.abbreviations)
    text = marks.blank(prose.text)
    turn, named, marker = (-1, "", ""), "", Marker(cast, text)
    for (speaker, quotation), you in zip(uttered(prose), addressees(prose), strict=True):
        i = cast.chars.get(speaker or "", "")
        if (quotation.paragraph, i, you) != turn:
            turn, named = (quotation.paragraph, i, you), ""
            marker = Marker(cast, text, i=i, you=you)
        for span in sentences(text, quotation.span, abbreviations):
            sentence = marker.sentence(span, quotation.paragraph, 0)
            sentence = composed_kin(sentence, material.language)
            if named and any(
                each.search(sentence.marked) for each in material.language.patterns("kin_alone")
            ):
                sentence = sentence._replace(marked=f"{named}, {sentence.marked}")
            elif not any(mention.pronoun for mention in sentence.mentions):
                sentence = kinsfolk.restated(sentence, i) or sentence
            yield speaker, sentence
            people = {mention.char for mention in sentence.mentions if not mention.pronoun}
            named = people.pop() if len(people) == 1 else ""
            restated = kinsfolk.restated(sentence, i)
            if restated is not None:
                yield speaker, restated
