"""Text as the reader sees it, and the form in which lines are compared.

`visible_text` is what the archive holds: NFC, one form of white space, nothing of no width. `line_key` is for
comparing only: case, punctuation and compatibility forms are levelled.
"""

from __future__ import annotations

import html
import re
import unicodedata
from string import digits

# Zero-width space, word joiner, byte order mark, soft hyphen, object replacement. The joiners U+200C and U+200D stay:
# Indic and Persian spelling needs them.
_LITTER = re.compile("[\u00ad\u200b\u2060\ufeff\ufffc\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")

# Scripts written without spaces: every character counts as a token.
UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# Marks belong to the word: without them, words of Indic scripts would fall apart at every vowel sign.
# Nothing in it is tried twice (`++`): a word of seven million letters took 800 MB to be able to.
_TOKEN = re.compile(rf"[{UNSPACED}]|(?:[^\W{UNSPACED}]++|[\u0300-\u036f\u0900-\u0d7f\u200c\u200d]++)++")

_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "॥", "؟", "۔")

OPEN_NUMBER = "#"
"""It is in no key, as punctuation is not."""
_NUMBERED = re.compile(r"(?<!\S)[^\s\d]*+\d\S*+")

# Marks of typography, which part words as a space does: without them most Latin text is ASCII.
_TYPOGRAPHY = re.compile(
    "[\u00a0\u00ab\u00b7\u00bb\u2000-\u200a\u2010-\u2016\u2018-\u201f\u2022\u2026\u202f\u2039\u203a]"
)
# ASCII in lower case, and a space for what is no part of a word: a table is many times as fast as the expression above,
# and one of bytes twice as fast as one of characters.
_WORDS = bytes(ord(each.lower() if each.isalnum() or each == "_" else " ") for each in map(chr, range(256)))


# What content systems escape twice. Not angle brackets: an article may be about markup.
ESCAPED = re.compile(
    r"&(?!(?:lt|gt|#0*6[02]|#x0*3[ce]);)(?:[A-Za-z]{2,8}\d{0,2}|#\d{2,6}|#x[0-9A-Fa-f]{2,5});", re.IGNORECASE
)


def visible_text(raw: str) -> str:
    """*raw* in NFC with single spaces, without litter of no width; what was escaped twice is what was meant."""
    if "&" in raw:
        raw = unescaped(raw)
    text = " ".join(raw.split())
    if not text.isprintable():  # what is litter is not printable
        text = " ".join(_LITTER.sub("", raw).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def unescaped(text: str) -> str:
    """*text* without entities, which are there only where somebody escaped it twice."""
    meant = ESCAPED.sub(lambda match: html.unescape(match[0]), text)
    return meant if meant == text else unescaped(meant)


def ends_sentence(text: str) -> bool:
    """Whether *text* ends as sentences do."""
    return text.rstrip("\"'”’»)]」』）").endswith(_SENTENCE_ENDS)


def tokens(text: str) -> list[str]:
    """The words of *text*; in scripts without spaces, its characters."""
    return _TOKEN.findall(text)


def word_count(text: str) -> int:
    """How many words *text* has."""
    plain = text if text.isascii() else _TYPOGRAPHY.sub(" ", text)
    return len(_ascii_words(plain) if plain.isascii() else tokens(plain))


def pattern_of(key: str) -> str:
    """A line's key with its numbers left open, for lines that count something anew on each page: # stands for one."""
    if key.isascii() and not any(map(key.__contains__, digits)):
        return key  # nearly every line, and in a tenth of the time
    opened = _NUMBERED.sub(OPEN_NUMBER, key)
    return opened if set(opened) - {OPEN_NUMBER, " "} else key


def line_key(text: str) -> str:
    """*text* with case, punctuation and compatibility forms levelled: equal for lines that read the same."""
    plain = text if text.isascii() else _TYPOGRAPHY.sub(" ", text)
    if plain.isascii():
        return b" ".join(_ascii_words(plain)).decode("ascii")
    return " ".join(tokens(unicodedata.normalize("NFKC", plain).casefold()))


def _ascii_words(text: str) -> list[bytes]:
    """The words of an ASCII *text*, in lower case."""
    return text.encode("ascii").translate(_WORDS).split()
