"""Who says what: as it is written beside the words, or as two who talk take turns."""

from collections.abc import Iterator, Sequence

from domain.story.text import marks
from domain.story.text.mentions import Marker, Sentence
from domain.story.text.prose import Prose
from domain.story.text.quotations import Quotation
from domain.story.text.sentences import covering, sentences

_BESIDE = 160
"""Characters beside the words in which a speaker is looked for."""


def speakers(prose: Prose) -> list[str | None]:
    """The speaker of each quotation, by canonical name; None where it is not plain."""
    found: list[str | None] = []
    for index, quotation in enumerate(prose.said):
        resumed = found[index - 1] if quotation.resumed and index else None
        found.append(resumed or _beside(prose, index, found))
    _share(prose, found)
    _take_turns(prose, found)
    return found


def _beside(prose: Prose, index: int, found: Sequence[str | None]) -> str | None:
    """Whom the narrator names beside a quotation, in its paragraph."""
    said = prose.said
    here = said[index]
    paragraph = covering(prose.paragraphs, here.outer.start)
    if paragraph is None:
        return None
    goes_on = bool(index) and said[index - 1].paragraph == here.paragraph
    previous = said[index - 1].outer.end if goes_on else 0
    following = (
        said[index + 1].outer.start
        if index + 1 < len(said) and said[index + 1].paragraph == here.paragraph
        else paragraph.end
    )
    after = prose.marked(here.outer.end, min(following, here.outer.end + _BESIDE, paragraph.end))
    name = _named(prose, "said_after", after)
    if name is not None and not (goes_on and _ended(prose, here)):
        return name
    start = max(previous, here.outer.start - _BESIDE, paragraph.start)
    before = prose.marked(start, here.outer.start)
    if (told := _named(prose, "said_before", before)) is not None:
        return told
    return (goes_on and _only_told(prose, before, found[index - 1])) or name


def _ended(prose: Prose, quotation: Quotation) -> bool:
    """Whether what is said ends as a sentence does, so that the next one need not say whose it
    is."""
    words = quotation.span.of(prose.text).rstrip()
    return words.endswith(".") and not words.endswith("..")


def _only_told(prose: Prose, between: str, speaker: str | None) -> str | None:
    """Who has just been said to speak, where the narrator has turned to nobody else since."""
    if speaker is None or _named(prose, "said_after", between) != speaker:
        return None
    people = {char for char in between if char in prose.cast.by_char}
    people = {char for char in people if prose.cast.by_char[char].kind == "person"}
    return speaker if people == {prose.cast.chars[speaker]} else None


def _named(prose: Prose, phrasing: str, beside: str) -> str | None:
    for wording in prose.cast.language.compiled[phrasing]:
        if (match := wording.pattern.search(beside)) is not None:
            return prose.cast.by_char[match.group("s")].name
    return None


def _share(prose: Prose, found: list[str | None]) -> None:
    """Words of one paragraph are one person's; so are those that go on from the last one. Where
    the narrator speaks of one person only, it is theirs."""
    groups: dict[int, list[int]] = {}
    for index, quotation in enumerate(prose.said):
        groups.setdefault(quotation.paragraph, []).append(index)
    for indices in groups.values():
        names = {found[index] for index in indices} - {None}
        name = next(iter(names)) if len(names) == 1 else None
        if not names:
            name = _only_one(prose, prose.said[indices[0]])
        if len(names) <= 1:
            for index in indices:
                found[index] = name
    for index, quotation in enumerate(prose.said):
        if quotation.continued and index:
            if found[index] is None:
                found[index] = found[index - 1]
            else:
                back = index
                while prose.said[back].continued and back and found[back - 1] is None:
                    back -= 1
                    found[back] = found[index]


def _only_one(prose: Prose, quotation: Quotation) -> str | None:
    paragraph = prose.paragraphs[quotation.paragraph]
    marked = prose.marked(paragraph.start, paragraph.end).replace(marks.SPOKEN, "")
    if len(marked) > 400:
        return None
    people = {char for char in marked if char in prose.cast.by_char}
    people = {char for char in people if prose.cast.by_char[char].kind == "person"}
    starts = marked.lstrip(" \"“”«»'‘’—–-\n\t")[:1]
    if len(people) == 1 and starts in people:
        return prose.cast.by_char[starts].name
    return None


def _bare(prose: Prose, quotation: Quotation) -> bool:
    """Whether a paragraph holds nothing but words said."""
    paragraph = prose.paragraphs[quotation.paragraph]
    rest = prose.narrated[paragraph.start : paragraph.end].replace(marks.SPOKEN, "")
    return not any(letter.isalnum() for letter in rest)


def _take_turns(prose: Prose, found: list[str | None]) -> None:
    """In adjoining paragraphs of bare dialogue two known speakers alternate."""
    turns: list[tuple[int, list[int]]] = []
    for index, quotation in enumerate(prose.said):
        if turns and turns[-1][0] == quotation.paragraph:
            turns[-1][1].append(index)
        else:
            turns.append((quotation.paragraph, [index]))
    for at in range(2, len(turns)):
        paragraph, indices = turns[at]
        if found[indices[0]] is not None or not _bare(prose, prose.said[indices[0]]):
            continue
        if paragraph - turns[at - 1][0] != 1 or turns[at - 1][0] - turns[at - 2][0] != 1:
            continue
        before, last = found[turns[at - 2][1][0]], found[turns[at - 1][1][0]]
        if before is not None and last is not None and before != last:
            for index in indices:
                found[index] = before


def uttered(prose: Prose) -> Sequence[tuple[str | None, Quotation]]:
    """Quotations with their speakers."""
    return prose.once(uttered, lambda: list(zip(speakers(prose), prose.said, strict=True)))


def spoken(prose: Prose) -> Sequence[tuple[str | None, Sentence]]:
    """The sentences of dialogue with their speakers. Names and the speaker's `I` are marked."""
    return prose.once(spoken, lambda: list(_spoken(prose)))


def every_sentence(prose: Prose) -> Sequence[Sentence]:
    """The narrator's sentences, then the spoken ones."""
    return (*prose.sentences, *(sentence for _, sentence in spoken(prose)))


def _spoken(prose: Prose) -> Iterator[tuple[str | None, Sentence]]:
    abbreviations = frozenset(prose.cast.language.abbreviations)
    text = marks.blank(prose.text)
    for speaker, quotation in uttered(prose):
        i = prose.cast.chars.get(speaker or "", "")
        marker = Marker(prose.cast, text, i=i, third=False)
        for span in sentences(text, quotation.span, abbreviations):
            yield speaker, marker.sentence(span, quotation.paragraph, 0)
