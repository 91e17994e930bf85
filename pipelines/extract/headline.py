"""What pages write for a title → the headline, without the site's name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from pipelines.extract.learn import TITLE_SEPARATORS
from pipelines.page.text import line_key, visible_text

_LEAST_HEADLINE_CHARS = 8


def without_site(title: str, names: Collection[str], suffixes: Iterable[str]) -> str:
    """*title* without the site's name at its end or beginning.

    Args:
        title: As the page gives it.
        names: What the site is called.
        suffixes: Endings, and beginnings, known from its other pages, separator included.
    """
    text = visible_text(title)
    for suffix in suffixes:
        if len(text) - len(suffix) < _LEAST_HEADLINE_CHARS:
            continue
        if text.endswith(suffix):
            return text[: -len(suffix)].rstrip()
        if text.startswith(suffix):  # a learnt beginning, which ends with its separator
            return text[len(suffix) :].lstrip()
    called = _forms(tuple(names))
    for separator in TITLE_SEPARATORS:
        head, found, tail = text.rpartition(separator)
        if found and _is_called(tail, called) and len(head) >= _LEAST_HEADLINE_CHARS:
            return without_site(head, names, ())
        head, found, tail = text.partition(separator)
        if found and _is_called(head, called) and len(tail) >= _LEAST_HEADLINE_CHARS:
            return tail.strip()
    return text


def is_site(title: str, names: Collection[str]) -> bool:
    """Whether *title* is nothing but one of the site's names, as the main heading of some themes is."""
    return line_key(title).replace(" ", "") in _forms(tuple(names))


@lru_cache(maxsize=256)
def _forms(names: tuple[str, ...]) -> frozenset[str]:
    """The names as they are compared; the pages of a night have the same ones."""
    return frozenset(line_key(name).replace(" ", "") for name in names) - {""}


def _is_called(text: str, called: Collection[str]) -> bool:
    key = line_key(text).replace(" ", "")
    return any(key == name or (len(key) >= 4 and name.startswith(key)) for name in called)
