"""A font for text that is never seen, only searched and copied.

Ordinary fonts know some scripts and bring megabytes. Here every character of a book gets a glyph
of its own, all of one shape, and a table back to Unicode, which is what search and copying use.
"""

from collections.abc import Iterable

import pymupdf

from adapters.exports.pdf_page import add_object
from adapters.exports.truetype import EM, WIDTH, box_font

_MOST_CHARACTERS = 0xFFFE  # glyph numbers have 16 bits, and 0 is for characters left out
_CMAP_BLOCK = 100  # entries; PDF's limit
_CMAP_START = """\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange"""
_CMAP_END = """\
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


class InvisibleFont:
    """Glyphs for a set of characters. At size 1 a character is 1 high and `advance` wide."""

    advance = WIDTH / EM

    def __init__(self, characters: Iterable[str]) -> None:
        self._characters = sorted(set(characters))[:_MOST_CHARACTERS]
        self._glyphs = {character: glyph for glyph, character in enumerate(self._characters, 1)}

    def encode(self, text: str) -> str:
        """`text` as the hexadecimal string that a PDF's text operators take."""
        return "".join(f"{self._glyphs.get(character, 0):04X}" for character in text)

    def embed(self, document: pymupdf.Document) -> int:
        """Add the font to a PDF; returns its object number."""
        program = add_object(document, "<<>>", box_font(len(self._characters) + 1))
        to_unicode = add_object(document, "<<>>", self._to_unicode())
        descriptor = add_object(
            document,
            "<</Type/FontDescriptor/FontName/Invisible/Flags 5/ItalicAngle 0/StemV 80"
            f"/FontBBox[0 0 {WIDTH} {EM}]/Ascent {EM}/Descent 0/CapHeight {EM}"
            f"/FontFile2 {program} 0 R>>",
        )
        descendant = add_object(
            document,
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/Invisible/DW {WIDTH}"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/CIDToGIDMap/Identity/FontDescriptor {descriptor} 0 R>>",
        )
        return add_object(
            document,
            "<</Type/Font/Subtype/Type0/BaseFont/Invisible/Encoding/Identity-H"
            f"/DescendantFonts[{descendant} 0 R]/ToUnicode {to_unicode} 0 R>>",
        )

    def _to_unicode(self) -> bytes:
        entries = [
            f"<{self.encode(character)}> <{character.encode('utf-16-be').hex()}>"
            for character in self._characters
        ]
        lines = [_CMAP_START]
        for start in range(0, len(entries), _CMAP_BLOCK):
            block = entries[start : start + _CMAP_BLOCK]
            lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
        return "\n".join([*lines, _CMAP_END]).encode("ascii")
