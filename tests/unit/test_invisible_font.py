"""The font of the invisible words, as other programs see it."""

import struct

import pymupdf
import pytest
from PIL import Image, ImageChops

from adapters.exports.invisible_font import InvisibleFont
from adapters.exports.pdf_page import append_content
from adapters.exports.text_layer import text_layer
from adapters.exports.truetype import box_font
from domain.book import Block, Line, Word


def written(font: InvisibleFont, operators: bytes) -> pymupdf.Document:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    append_content(document, page, operators, {"F": font.embed(document)})
    return pymupdf.open("pdf", document.tobytes())


def test_hundreds_of_characters_come_back() -> None:
    text = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 350))
    word = Word(text, 10, 100, 390, 110, 0.9)
    font = InvisibleFont(text)
    with written(font, text_layer([Block(lines=[Line(words=[word])])], font, "F")) as document:
        assert document[0].get_text().strip() == text


def test_a_character_it_was_not_made_for_is_left_out() -> None:
    assert InvisibleFont("ab").encode("abz") == "000100020000"


def test_the_glyphs_fill_the_words_box() -> None:
    word = Word("word", 50, 100, 110, 120, 0.9)
    font = InvisibleFont(word.text)
    operators = text_layer([Block(lines=[Line(words=[word])])], font, "F")
    with written(font, operators.replace(b"3 Tr", b"0 Tr")) as document:
        pixmap = document[0].get_pixmap(colorspace=pymupdf.csGRAY)
        shown = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
        assert ImageChops.invert(shown).getbbox() == (50, 100, 110, 120)


@pytest.mark.parametrize("glyphs", [1, 2, 300])
def test_the_font_program_has_the_checksum_of_every_truetype_font(glyphs: int) -> None:
    program = box_font(glyphs)
    assert sum(struct.unpack(f">{len(program) // 4}I", program)) % 2**32 == 0xB1B0AFBA


def test_the_largest_font_program_is_accepted() -> None:
    assert pymupdf.Font(fontbuffer=box_font(0xFFFF)).glyph_count == 0xFFFF
