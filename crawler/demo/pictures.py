"""Pictures made in code: a path in, the bytes of a real PNG out.

Each is a small landscape of the bay, sky, two hills, sun and water, whose colours and shapes follow from its path.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib

SIZES: tuple[tuple[int, int], ...] = ((240, 135), (480, 270), (960, 540))
_STANDARD = (480, 270)
_NAME = re.compile(r"(?P<stem>/media/[a-z0-9/-]+)-(?P<width>\d+)x(?P<height>\d+)\.png")
_SKIES = ((250, 214, 165), (188, 216, 230), (226, 190, 200), (206, 222, 196), (244, 226, 180))
_SEAS = ((44, 82, 110), (58, 98, 98), (70, 78, 120), (34, 68, 84))
_HILLS = ((92, 112, 96), (120, 100, 110), (86, 98, 126), (128, 112, 86))

Colour = tuple[int, int, int]


def rendition(stem: str, size: tuple[int, int] = _STANDARD) -> str:
    """The path of the picture at *stem* in a size (width, height in pixels)."""
    return f"{stem}-{size[0]}x{size[1]}.png"


def picture(path: str) -> bytes | None:
    """The PNG at *path*, or null where the path names no size the site has."""
    named = _NAME.fullmatch(path)
    if named is None:
        return None
    size = (int(named["width"]), int(named["height"]))
    return _png(size, _landscape(named["stem"], *size)) if size in SIZES else None


def _landscape(stem: str, width: int, height: int) -> bytes:
    """The rows of the picture, each led by its filter byte (PNG §9.2)."""
    seed = hashlib.sha256(stem.encode()).digest()
    sky, sea, hill = _SKIES[seed[0] % 5], _SEAS[seed[1] % 4], _HILLS[seed[2] % 4]
    horizon = height * (50 + seed[3] % 16) // 100
    peaks = [(width * (10 + seed[4 + i] % 80) // 100, height * (18 + seed[6 + i] % 24) // 100) for i in (0, 1)]
    sun_x, sun_y, sun_radius = width * (15 + seed[8] % 70) // 100, height * (12 + seed[9] % 20) // 100, height // 11
    rows = []
    for y in range(height):
        if y >= horizon:
            rows.append(_shaded(sea, 26 * (y * 40 // height % 2) - 20 * (y - horizon) // height) * width)
            continue
        row = bytearray(_shaded(sky, 40 * y // horizon - 20) * width)
        reach = sun_radius**2 - (y - sun_y) ** 2
        if reach > 0:
            _paint(row, sun_x, int(reach**0.5), (255, 244, 214))
        for depth, (peak_x, peak_y) in enumerate(peaks):
            if y > peak_y:
                _paint(row, peak_x, (y - peak_y) * width // height, _colour(hill, -18 * depth))
        rows.append(bytes(row))
    return b"".join(b"\0" + row for row in rows)


def _paint(row: bytearray, centre: int, reach: int, colour: Colour) -> None:
    left, right = max(0, centre - reach), min(len(row) // 3, centre + reach)
    if left < right:
        row[3 * left : 3 * right] = bytes(colour) * (right - left)


def _shaded(colour: Colour, change: int) -> bytes:
    return bytes(_colour(colour, change))


def _colour(colour: Colour, change: int) -> Colour:
    red, green, blue = (max(0, min(255, part + change)) for part in colour)
    return red, green, blue


def _png(size: tuple[int, int], rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
