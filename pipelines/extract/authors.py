"""What pages write for an author → the names of people (or agencies), one by one.

In: strings such as "By Ana Diaz and Li Wei, Example News". Out: names in order, each once, without "By", addresses
and the outlet's own name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from pipelines.extract import byline_words as words
from pipelines.extract.byline_words import any_of
from pipelines.extract.dates import without_dates
from pipelines.page.text import line_key, visible_text

_OPENING = re.compile(
    rf"^(?:{any_of(words.WRITTEN)}\s+)?{any_of(words.BY, words.AUTHOR, words.TEXT)}(?:\s*:\s*|\s+)",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"{any_of(words.AUTHOR)}\b\s*:?\s*", re.IGNORECASE)
_BYLINE = re.compile(
    rf"(?:(?:{any_of(words.WRITTEN)}\s+)?{any_of(words.BY)}\b\s*:?\s*"
    rf"|{any_of(words.SIGNED)}(?:\s*[:：/]\s*|\s+)|{_LABEL.pattern})",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(rf"\s+{any_of(words.AFTERWARDS)}\s+[^'’].*$")
_HANDLE = re.compile(r"(?<!\S)@\w+")
_STAMP = re.compile(
    rf"\b(?:last\s+)?{any_of(words.STAMPED)}\b(?!\s+{any_of(words.BY, words.DONE_BY)}\b).*$", re.IGNORECASE
)
"""What a date is the date of, where it stands between a name and the date."""
_SUFFIX = re.compile(r"\b(?:jr|sr|[^\W\d_])\.$", re.IGNORECASE)
_ROLE_END = re.compile(rf"(?:[^\W\d_]+[\s-]+){{0,3}}{any_of(words.ROLES)}", re.IGNORECASE)
_PARTED = re.compile(r"\s*[|•·–—]\s*|\s-\s")
_LEAST_NAME_WORDS, _MOST_NAME_WORDS = 2, 4
# Two to four words in capital letters or beginning with one, with the small words that names have.
_PERSON = re.compile(r"[^\W\d_a-z][\w.’'-]*(?:\s+(?:de|da|del|van|von|der|den|la|le|al|bin|[^\W\d_a-z][\w.’'-]*)){1,4}")
_EASTERN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{2,8}(?:[ ·・][\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{1,8})?"
)
"""A name where names have no capital letters and often no space."""
_EASTERN_ROLE = re.compile(rf"([\uac00-\ud7a3]{{2,4}})\s?{any_of(words.REPORTER)}")
_BETWEEN = re.compile(rf"\s*(?:[;|\n•·]|\s/\s|\s{any_of(words.AND)}\s|&)\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,،、]\s*")
_ADDRESS = re.compile(r"https?://|www\.|@\w+\.|\.(?:com|org|net)/", re.IGNORECASE)
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_BRACKETED = re.compile(r"\s*[(\[].*?[)\]]\s*")
_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]")
# A role by itself: what stands where another name could.
_ROLE = re.compile(rf"(?:[^\W\d_]+\s+)?{any_of(words.ROLES, words.DESKS)}", re.IGNORECASE)
_MAX_CHARS = 80
_MAX_WORDS = 8
_NOBODY = frozenset(line_key(name).replace(" ", "") for listed in words.NOBODY.values() for name in listed)


def names(claims: Iterable[str], outlets: Collection[str]) -> tuple[str, ...]:
    """The names in *claims*, in order, each once.

    Args:
        claims: What the page gives, one author or several each.
        outlets: Names of the outlet, which are no author's.
    """
    claims = list(claims)
    if not claims:
        return ()
    barred = _barred(tuple(outlets))
    found: dict[str, str] = {}
    for claim in claims:
        if any(_compact(inner.removeprefix("www.")) in barred for inner in _IN_BRACKETS.findall(claim)):
            continue  # "The Paper (paper.example)"
        for name in _apart(claim):
            if name and _compact(name) not in barred and _is_name(name) and not _ROLE.fullmatch(name):
                found.setdefault(line_key(name), name)
    return tuple(found.values())


@lru_cache(maxsize=256)
def _barred(outlets: tuple[str, ...]) -> frozenset[str]:
    """What is no author's name, as names are compared; the pages of a night have the same outlets."""
    return frozenset(map(_compact, outlets)) | _NOBODY


def byline_names(text: str, authors: Collection[str] = ()) -> tuple[str, ...]:
    """The names in a line that is a byline and nothing else; none where it is no byline.

    Args:
        text: A whole line of a page: "By Ana Diaz", or "Ana Diaz | 20 November 2026", or both in one.
        authors: Names known from elsewhere: a line of nothing but them is a byline too.
    """
    if len(text) > _MAX_CHARS * 2 or text.startswith(("—", "–")):  # such a dash is before whom a quote is by
        return ()
    rest = without_dates(text)
    pieces = [_without_small_words(_STAMP.sub("", piece)) for piece in parted(rest)] if rest != text else parted(text)
    signed = [piece[opening.end() :] for piece in pieces if (opening := _BYLINE.match(piece))]
    if signed:
        people = [_AFTERWARDS.sub("", person) for piece in signed for person in _apart(piece) if person]
        is_named = people and all(_PERSON.fullmatch(person) or _EASTERN.fullmatch(person) for person in people)
        return tuple(people) if is_named else ()
    if rest != text:
        worded = [piece for piece in pieces if piece and not any(map(str.isdigit, piece))]
        return lone_names(worded[0]) if len(worded) == 1 else ()
    eastern = _EASTERN_ROLE.match(text)
    if eastern and len(text) - eastern.end() < _MAX_CHARS // 4:
        return (eastern[1],)
    name, comma, role = text.partition(",")
    if comma and _ROLE_END.fullmatch(role.strip()):
        return lone_names(name)
    people = [person for person in _apart(text) if person]
    known = {line_key(author) for author in authors}
    return tuple(people) if people and all(line_key(person) in known for person in people) else ()


def is_agency_line(text: str) -> bool:
    """Whether a line is a byline of somebody whose name has one word, such as an agency: "By Reuters"."""
    opening = _BYLINE.match(text)
    return opening is not None and text[opening.end() :].isalpha() and text[opening.end()].isupper()


def _without_small_words(piece: str) -> str:
    """A piece without what led to a date behind it: "By Ana Diaz on", "Ana Diaz, le"."""
    left = piece.split()
    while left and left[-1].strip(",:").islower():
        left.pop()
    return " ".join(left).rstrip(" ,:")


def parted(text: str) -> list[str]:
    """The pieces of a byline, between the bars and dots that part them."""
    return [piece for piece in _PARTED.split(text) if piece]


def has_author_label(text: str) -> bool:
    """Whether a line opens with the word for its author, as lists of facts about an article do."""
    return _LABEL.match(text) is not None


def lone_names(text: str) -> tuple[str, ...]:
    """The names in a line that reads like names of people and nothing else: "Ana Diaz/Li Wei"."""
    people = [person for piece in text.split("/") for person in _apart(piece) if person]
    is_named = people and all(
        _PERSON.fullmatch(person) and _LEAST_NAME_WORDS <= len(person.split()) <= _MOST_NAME_WORDS for person in people
    )
    return tuple(people) if is_named else ()


def _apart(claim: str) -> list[str]:
    return [person for line in claim.splitlines() if line.strip() for person in _apart_in_line(line)]


def _apart_in_line(claim: str) -> list[str]:
    text = _HANDLE.sub("", _BRACKETED.sub(" ", _EMAIL.sub("", visible_text(claim)))).strip()
    if _ADDRESS.search(text):
        return []
    people: list[str] = []
    for piece in _BETWEEN.split(_OPENING.sub("", text)):
        chunks = [chunk for chunk in _COMMA.split(piece) if chunk]
        # "Diaz, Ana" is one person, "Ana Diaz, Li Wei" two; what follows a name and is one word is a place or a title.
        people += (
            chunks
            if all(" " in chunk for chunk in chunks)
            else [chunks[0] if " " in chunks[0] else piece]
            if chunks
            else []
        )
    return [_bare(_OPENING.sub("", person)) for person in people]


def _bare(person: str) -> str:
    """A name without punctuation around it; the full stop of "Jr." is its own."""
    name = person.strip(" \t-–—:,|")
    return name if _SUFFIX.search(name) else name.strip(" \t-–—:.,|")


def _is_name(text: str) -> bool:
    return (
        len(text) <= _MAX_CHARS
        and 0 < len(text.split()) <= _MAX_WORDS
        and any(map(str.isalpha, text))
        and not text.startswith("@")
    )


def _compact(name: str) -> str:
    return line_key(name).replace(" ", "")
