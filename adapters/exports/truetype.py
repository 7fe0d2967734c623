"""The smallest TrueType program a PDF may embed: one box-shaped glyph, many times over.

Table layouts are those of the OpenType specification. Runs of zeros are dates, hints and carets.
"""

import struct

EM = 1000
"""Font units in the height of a glyph."""
WIDTH = 500
"""Font units in the width of a glyph."""

_VERSION = 0x00010000
_MAGIC = 0x5F0F3CF5
_CHECKSUM_TARGET = 0xB1B0AFBA


def box_font(glyphs: int) -> bytes:
    """A program with that many equal glyphs (1 to 65,535), standing on the baseline.

    The glyphs are boxes and not empty because readers take from their outlines where a character
    is, to mark what was found or selected.
    """
    box = _box()
    head = _head()
    return _assembled(
        {
            b"glyf": box * glyphs,
            b"head": head,
            b"hhea": struct.pack(
                ">I3hH3h8hH", _VERSION, EM, 0, 0, WIDTH, 0, 0, WIDTH, 1, *[0] * 7, 1
            ),
            b"hmtx": struct.pack(">H", WIDTH) + bytes(2 * glyphs),
            b"loca": struct.pack(f">{glyphs + 1}I", *range(0, len(box) * (glyphs + 1), len(box))),
            b"maxp": struct.pack(">I14H", _VERSION, glyphs, 4, 1, 0, 0, 2, *[0] * 8),
        }
    )


def _box() -> bytes:
    """One contour of four points, walked clockwise in steps from the origin."""
    frame = struct.pack(">5h2H", 1, 0, 0, WIDTH, EM, 3, 0)
    on_curve = bytes([1] * 4)
    steps_right = struct.pack(">4h", 0, 0, WIDTH, 0)
    steps_up = struct.pack(">4h", 0, EM, 0, -EM)
    return frame + on_curve + steps_right + steps_up


def _head() -> bytes:
    start = struct.pack(">4I2H", _VERSION, _VERSION, 0, _MAGIC, 0, EM)
    dates = bytes(16)
    bounds = struct.pack(">4h", 0, 0, WIDTH, EM)
    long_offsets = 1
    return start + dates + bounds + struct.pack(">2H3h", 0, 8, 2, long_offsets, 0)


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    """The tables behind their directory, with checksums."""
    directory = struct.pack(">I4H", _VERSION, len(tables), 64, 2, 16 * len(tables) - 64)
    body = b""
    for tag, table in sorted(tables.items()):
        offset = 12 + 16 * len(tables) + len(body)
        directory += struct.pack(">4s3I", tag, _checksum(table), offset, len(table))
        body += table + bytes(-len(table) % 4)
    adjustment = (_CHECKSUM_TARGET - _checksum(directory + body)) % 2**32
    at = body.index(tables[b"head"]) + 8
    return directory + body[:at] + struct.pack(">I", adjustment) + body[at + 4 :]


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) % 2**32
