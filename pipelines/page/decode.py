"""The bytes of a page → its text, and how the charset was found.

In: a captured page, its content codings removed. Out: its text without NULs, the charset's name, where it was learnt
from, and whether a declaration had to be overruled. Single bytes that make no sense become U+FFFD.

*Why* a declaration of Latin-1 is not believed of a text in which most letters are above 127: it is what servers say by
default, and no language that it is for looks like that.

*Why* valid UTF-8 overrules every declaration: text in another charset that holds bytes above 127 is almost never
valid UTF-8 by accident, while servers that put the wrong charset into a header are common.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from pipelines.errors import UndecodableBody
from pipelines.page.tree import NO_CHARACTERS
from pipelines.values import Page

# The share of broken sequences among the non-ASCII characters up to which a UTF-8 page is UTF-8 with a few bad bytes.
_TOLERATED_BROKEN = 0.02

# HTML standard §13.2.3.2, the suggested default encoding by the language of the page.
_BY_LANGUAGE = {
    "ar": "cp1256",
    "bg": "cp1251",
    "cs": "cp1250",
    "el": "iso8859-7",
    "et": "cp1257",
    "fa": "cp1256",
    "he": "cp1255",
    "hr": "cp1250",
    "hu": "iso8859-2",
    "ja": "cp932",
    "ko": "cp949",
    "lt": "cp1257",
    "lv": "cp1257",
    "mk": "cp1251",
    "pl": "iso8859-2",
    "ru": "cp1251",
    "sk": "cp1250",
    "sl": "iso8859-2",
    "sr": "cp1251",
    "th": "cp874",
    "tr": "cp1254",
    "uk": "cp1251",
    "vi": "cp1258",
    "zh": "gb18030",
}
_LANGUAGE = re.compile(rb"<html[^>]{0,400}?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?\bcharset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{3,30})", re.IGNORECASE)
_TAG = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SAMPLE_BYTES = 200_000
_PIECE_BYTES = 16_384
_HIGH = bytes(range(128, 256))
# What servers declare that have not been told what they serve.
_WESTERN = frozenset(("cp1252", "iso8859-1", "latin-1", "iso8859-15"))
_PERHAPS_FOREIGN, _SURELY_FOREIGN = 1 / 6, 1 / 3
"""Shares of bytes above 127."""
_NO_TEXT = bytes((*range(0x01, 0x09), *range(0x0E, 0x20), 0x7F))
"""Bytes that no text holds, in any charset that contains ASCII."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as text."""

    markup: str | bytes
    """What a tree is made of: the body itself where that is UTF-8, without `NO_CHARACTERS`; else the text."""
    charset: str
    """Python's name of the codec that was used."""
    source: str
    """bom, header, meta, utf-8 (the bytes prove it), language or detected."""
    is_guessed: bool
    """Whether the declared charset was absent or wrong, and the text is not plain ASCII."""

    @property
    def html(self) -> str:
        """The text, without NULs; made anew each time, as few ask for it."""
        return self.markup if isinstance(self.markup, str) else self.markup.replace(b"\x00", b"").decode("utf-8")


def decode(page: Page) -> Decoded:
    """Decode *page* by its byte order mark, its declarations, or what its bytes look like.

    Raises:
        UndecodableBody: It is no text: pictures, archives, or a content coding that was not removed.
    """
    decoded, sample = _decode(page), page.body[:_SAMPLE_BYTES]
    text = decoded.markup if isinstance(decoded.markup, str) else sample.decode("utf-8", "ignore")
    strange = len(sample) - len(sample.translate(None, _NO_TEXT)) + text.count("\ufffd", 0, _SAMPLE_BYTES)
    if strange > len(sample) * _TOLERATED_BROKEN and not decoded.charset.startswith(("utf-16", "utf-32")):
        raise UndecodableBody("the body is no text", where=page.url)
    return decoded


def _decode(page: Page) -> Decoded:
    body = page.body
    bom_charset, bom = read_bom(body)
    if bom_charset and bom:
        return _decoded(body[len(bom) :], bom_charset, "bom")
    declared = _declarations(page)
    if body.isascii() and not any(charset.startswith(("iso2022", "hz", "utf-7")) for charset, _ in declared):
        charset, source = declared[0] if declared else ("utf-8", "utf-8")
        return Decoded(body, charset, source, is_guessed=False)
    for charset, source in declared:
        if charset.startswith(("utf-16", "utf-32")) and b"\x00" in body[:200]:
            return _decoded(body, charset, source)
    markup = _as_utf8(body)
    if markup is not None:
        source = next((source for charset, source in declared if charset == "utf-8"), "utf-8")
        is_guessed = not declared or declared[0][0] != "utf-8"
        return Decoded(markup, "utf-8", source, is_guessed)
    high_share = _high_share(body)
    for rank, (charset, source) in enumerate(declared):
        if charset != "utf-8" and _fits(body, charset) and (high_share < _SURELY_FOREIGN or charset not in _WESTERN):
            return _decoded(body, charset, source, is_guessed=rank > 0)
    charset, source = _guess(body, is_western=high_share < _PERHAPS_FOREIGN)
    return _decoded(body, charset, source, is_guessed=True)


def _declarations(page: Page) -> list[tuple[str, str]]:
    """Codec and source of each declaration, the strongest first; unknown names and UTF-16 in ASCII are left out."""
    found = [
        (http_content_type_encoding(page.header("content-type")), "header"),
        (html_body_declared_encoding(page.body) or _late_declaration(page.body), "meta"),
    ]
    return [(resolved, source) for name, source in found if name and (resolved := resolve_encoding(name))]


def _late_declaration(body: bytes) -> str | None:
    """The charset of a meta element that comes later than browsers look for it."""
    found = _META_CHARSET.search(body[:_SAMPLE_BYTES])
    return found.group(1).decode("ascii") if found else None


def _as_utf8(body: bytes) -> str | bytes | None:
    """A body that is UTF-8, as `Decoded.markup`; a few of its bytes may be bad. Null where it is not."""
    # Piece by piece: as one string of wide characters, a page is many times as large and takes many times as long.
    pieces = (body[start : start + _PIECE_BYTES] for start in range(0, len(body), _PIECE_BYTES))
    try:
        unfit = [text for text in codecs.iterdecode(pieces, "utf-8") if any(map(text.__contains__, NO_CHARACTERS))]
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        others = len(text) - len(text.encode("ascii", "ignore"))
        # A cut page may end within a character, which says nothing about the rest.
        return _clean(text) if others > broken and broken - 1 <= others * _TOLERATED_BROKEN else None
    return body.replace(b"\x00", b"").decode("utf-8") if unfit else body


def _fits(body: bytes, charset: str) -> bool:
    try:
        return body.decode(charset, "replace").count("\ufffd") <= len(body) // 1000
    except LookupError:
        return False


def _high_share(body: bytes) -> float:
    """Which share of a text's bytes is above 127: in western languages few, elsewhere those of nearly every letter."""
    sample = _sample(body)
    return (len(sample) - len(sample.translate(None, _HIGH))) / len(sample) if sample else 0.0


def _sample(body: bytes) -> bytes:
    """The beginning of the text between the tags."""
    return _TAG.sub(b" ", body[:_SAMPLE_BYTES])


def _guess(body: bytes, *, is_western: bool) -> tuple[str, str]:
    """The charset of bytes that no declaration explains: by language, else windows-1252 or what they look like."""
    found = _LANGUAGE.search(body[:5000])
    language = found.group(1).decode().lower() if found else None
    if language and (is_western or language in _BY_LANGUAGE):
        return _BY_LANGUAGE.get(language, "cp1252"), "language"
    if is_western:
        return "cp1252", "detected"
    best = from_bytes(_sample(body)).best()
    return (codecs.lookup(best.encoding).name if best else "cp1252"), "detected"


def _decoded(body: bytes, charset: str, source: str, *, is_guessed: bool = False) -> Decoded:
    return Decoded(_clean(body.decode(charset, "replace")), charset, source, is_guessed)


def _clean(text: str) -> str:
    return text.replace("\x00", "") if "\x00" in text else text
