"""From pixels of the turned and levelled image back to points of the upright page."""

import math
from typing import NamedTuple

from PIL import Image

from adapters.ocr.page_image import WHITE
from domain.book import Block, Line, Word

_POINTS_PER_INCH = 72
_QUARTER_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def turned(image: Image.Image, clockwise: int) -> Image.Image:
    """The image turned by a right angle (0, 90, 180 or 270), without loss."""
    return image.transpose(_QUARTER_TURNS[clockwise]) if clockwise else image


def levelled(image: Image.Image, tilt: float) -> Image.Image:
    """The image turned counter-clockwise by `tilt` degrees about its centre, size unchanged."""
    if not tilt:
        return image
    return image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=WHITE)


class Frame(NamedTuple):
    """How an upright page lies on the levelled image: size in pixels, resolution, tilt."""

    width: int
    height: int
    dpi: float
    tilt: float

    def on_page(self, blocks: list[Block]) -> list[Block]:
        """The same words with their boxes in points of the upright, unlevelled page."""
        return [
            Block(
                lines=[
                    Line(words=[self._word(word) for word in line.words]) for line in block.lines
                ]
            )
            for block in blocks
        ]

    def _word(self, word: Word) -> Word:
        scale = _POINTS_PER_INCH / self.dpi
        cosine, sine = math.cos(math.radians(self.tilt)), math.sin(math.radians(self.tilt))
        middle_x, middle_y = self.width / 2, self.height / 2
        # Only the box's centre is moved: a tilt of a few degrees hardly changes its size, and the
        # bounding box of the turned corners would make long words tall.
        x, y = (word.x0 + word.x1) / 2 - middle_x, (word.y0 + word.y1) / 2 - middle_y
        centre_x = middle_x + x * cosine - y * sine
        centre_y = middle_y + x * sine + y * cosine
        half_width, half_height = (word.x1 - word.x0) / 2, (word.y1 - word.y0) / 2
        return Word(
            word.text,
            round((centre_x - half_width) * scale, 1),
            round((centre_y - half_height) * scale, 1),
            round((centre_x + half_width) * scale, 1),
            round((centre_y + half_height) * scale, 1),
            word.confidence,
        )
