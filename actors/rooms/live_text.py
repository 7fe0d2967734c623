"""A chapter's text on its way: a bounded buffer that can be followed while it grows."""

import asyncio
from collections import deque
from typing import NamedTuple

_PIECE = 500  # characters that pieces nobody has asked for yet are joined up to


class Piece(NamedTuple):
    """Some text of a scene (from 1). `is_new`: the scene begins here, perhaps once more, and what
    was told of it before is void."""

    scene: int
    text: str
    is_new: bool = False


class Followed(NamedTuple):
    """What came after a place, and the place to ask from next.

    `missed` says that something in between is not kept any more, or was of an earlier run.
    `is_done`: this run has ended; where the chapter stands is for its project to say.
    """

    pieces: tuple[Piece, ...]
    after: str
    is_done: bool = False
    missed: bool = False


class LiveText:
    """What one run writes, in pieces; of more than `most` characters the oldest are forgotten.

    A place is `<run>:<number of the next piece>`; one of another run stands for the beginning.
    """

    def __init__(self, run: str, most: int) -> None:
        self.changed = asyncio.Event()
        """Set at the next change, and then replaced by another."""
        self.is_done = False
        self._run = run
        self._most = most
        self._pieces: deque[Piece] = deque()
        self._characters = 0
        self._next = 0
        self._told = 0  # pieces before this number have been handed out

    def begin(self, scene: int) -> None:
        """A scene begins, or begins anew."""
        self._append(Piece(scene, "", is_new=True))

    def add(self, text: str) -> None:
        """More text of the scene that was begun last."""
        last = self._pieces[-1] if self._pieces else Piece(0, "")
        if self._pieces and self._told < self._next and len(last.text) + len(text) <= _PIECE:
            self._pieces[-1] = last._replace(text=last.text + text)
            self._characters += len(text)
            self._announce()
        else:
            self._append(Piece(last.scene, text))

    def end(self) -> None:
        """Nothing more will come."""
        self.is_done = True
        self._announce()

    def since(self, after: str) -> Followed:
        """What there is after a place."""
        run, _, number = after.rpartition(":")
        same = run == self._run and number.isdecimal()
        wanted = min(int(number), self._next) if same else 0
        oldest = self._next - len(self._pieces)
        first = max(wanted, oldest)
        pieces = tuple(self._pieces)[first - oldest :]
        self._told = self._next
        return Followed(
            pieces,
            f"{self._run}:{self._next}",
            is_done=self.is_done,
            missed=first > wanted or bool(after and not same),
        )

    def has_ended_at(self, after: str) -> bool:
        """Whether nothing will ever come after a place."""
        return self.is_done and after == f"{self._run}:{self._next}"

    def _append(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._next += 1
        self._characters += len(piece.text)
        # Every piece takes some memory, also an empty one.
        while len(self._pieces) > 1 and self._characters + len(self._pieces) > self._most:
            self._characters -= len(self._pieces.popleft().text)
        self._announce()

    def _announce(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
