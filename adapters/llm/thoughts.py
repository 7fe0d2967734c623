"""Thinking aloud: some endpoints put a model's thoughts before its answer, between marks."""

_OPEN, _CLOSE = "<think>", "</think>"


class Spoken:
    """Lets through what is said, in pieces, without thoughts and white space at its beginning."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking = False
        self._is_speaking = False

    def hear(self, piece: str) -> str:
        """What of the answer is known to be said with this piece."""
        if self._is_speaking:
            return piece
        self._held = (self._held + piece).lstrip()
        self._is_thinking = self._is_thinking or self._held.startswith(_OPEN)
        if self._is_thinking:
            thought, closed, said = self._held.partition(_CLOSE)
            # Of a thought only the end is kept, where its closing mark may have begun.
            self._held = said if closed else thought[-len(_CLOSE) :]
            self._is_thinking = not closed
            return self.hear("") if closed else ""
        if _OPEN.startswith(self._held):
            return ""
        self._is_speaking = True
        return self.end()

    def end(self) -> str:
        """What was held back in case it should become a thought."""
        said, self._held = "" if self._is_thinking else self._held, ""
        return said
