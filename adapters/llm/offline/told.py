"""What an instruction wants told, as sentences of the story."""

import re
from collections.abc import Iterable

from adapters.llm.offline.grammar import Grammar
from adapters.llm.offline.quill import Quill

_SENTENCE = re.compile(r"(?<=[.!?…])[\"”»]?\s+|\n+")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+")
_IN_QUOTES = re.compile(r"(“[^”]*”|«[^»]*»|\"[^\"]*\")")


def wishes(instruction: str, grammar: Grammar) -> list[str]:
    """An instruction's sentences, but for those about how to write."""
    direction = re.compile(grammar.instruction.direction, re.IGNORECASE)
    found = (_BULLET.sub("", part).strip() for part in _SENTENCE.split(instruction))
    return [each for each in found if re.search(r"\w", each) and not direction.match(each)]


def told(wish: str, quill: Quill, names: Iterable[str], *, present: bool) -> str | None:
    """A wish as a sentence of the story: what it states nearly word for word."""
    grammar = quill.grammar
    if bid := re.match(grammar.instruction.bidding, wish):
        return _framed(grammar.instruction.bidding_frames, bid["rest"], quill, who=bid["who"])
    for pattern in grammar.instruction.clause:
        if led := re.match(pattern, wish, re.IGNORECASE):
            return _stated(wish[led.end() :], grammar, names, present=present)
    for pattern in grammar.instruction.phrase:
        if led := re.match(pattern, wish, re.IGNORECASE):
            what = wish[led.end() :].strip().rstrip(".!?…")
            return _framed(grammar.instruction.phrase_frames, what, quill)
    return _stated(wish, grammar, names, present=present)


def _framed(frames: Iterable[str], what: str, quill: Quill, who: str = "") -> str | None:
    if not what:
        return None
    for frame in quill.ordered(frames):
        sentence = quill.phrase(frame, {"what": what, "who": who})
        if sentence is not None:
            quill.use(frame)
            return quill.finished(sentence)
    return None


def _stated(wish: str, grammar: Grammar, names: Iterable[str], *, present: bool) -> str | None:
    wish = wish.strip().rstrip(",;:")
    if not wish:
        return None
    if not present:
        wish = "".join(
            part if _IN_QUOTES.fullmatch(part) else _narrated(part, grammar, names)
            for part in _IN_QUOTES.split(wish)
        )
    ended = wish if wish[-1] in '.!?…”»"' else f"{wish}."
    return ended[0].upper() + ended[1:]


def _narrated(text: str, grammar: Grammar, names: Iterable[str]) -> str:
    """The verbs that plainly are some, in the past."""
    words = grammar.narrated.words
    if not words:
        return text
    leads = (*(name for name in names if name in text), *grammar.narrated.after)
    lead = "|".join(re.escape(each) for each in leads)
    verbs = "|".join(re.escape(each) for each in words)
    found = re.compile(rf"(^{grammar.narrated.subject}|(?<!\w)(?:{lead})|,)(\s+)({verbs})(?!\w)")
    return found.sub(lambda match: f"{match[1]}{match[2]}{words[match[3]]}", text)
