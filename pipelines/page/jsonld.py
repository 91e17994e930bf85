"""The JSON-LD of a page → its items, one flat list.

In: the page's tree. Out: every typed item of every script, those of lists, of `@graph` and of main entities
included, with references by `@id` resolved one level. What cannot be read is left out; nothing is raised.

*Why* so lenient: pages carry control characters within strings, trailing commas, comment marks and several values
in one script, and search engines read them all the same.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from pipelines.page.tree import Element

Item = Mapping[str, object]
"""One JSON object; its values are what `json.loads` makes."""

_ARTICLE = re.compile(r"(?:.*Article|.*BlogPosting|Report|LiveBlogPosting|.*Review)$")
_NO_PAGE = re.compile(r"(?:.*Comment|ClaimReview)$")
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?)\s*;?\s*$"
)
_NESTS = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")
_MAX_ITEMS = 500
_DECODER = json.JSONDecoder(strict=False)


def read_json_ld(root: Element) -> tuple[Item, ...]:
    """Every typed item of the page's JSON-LD, in document order."""
    items: list[dict[str, object]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            for value in _values(script.text):
                items.extend(_items(value))
    by_id = {item["@id"]: item for item in items if isinstance(item.get("@id"), str) and len(item) > 2}
    return tuple(_resolved(item, by_id) for item in items[:_MAX_ITEMS])


def types_of(item: Item) -> tuple[str, ...]:
    """The item's types, without the vocabulary's address."""
    return tuple(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in strings(item.get("@type")))


def is_article_type(name: str) -> bool:
    """Whether a schema.org type is one of the articles."""
    return bool(_ARTICLE.match(name)) and not _NO_PAGE.match(name)


def is_article(item: Item) -> bool:
    """Whether the item is an article of some kind."""
    return any(is_article_type(name) for name in types_of(item))


def strings(value: object) -> list[str]:
    """The strings in *value*, a string or a list of them; white space around them is dropped, and empty ones are."""
    values = value if isinstance(value, list) else [value]
    return [html.unescape(text).strip() for text in values if isinstance(text, str) and text.strip()]


def first_string(value: object) -> str | None:
    """The first string in *value*, or null."""
    return next(iter(strings(value)), None)


def dicts(value: object) -> list[Item]:
    """The objects in *value*, an object or a list of them."""
    return [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, dict)]


# JSON can spell half of a surrogate pair, which no text can hold.
_HALF_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def _values(text: str) -> Iterator[object]:
    text = text.strip()
    if text[:1] not in "{[" or text[-1:] not in "}]":
        text = _WRAPPING.sub("", text).strip().rstrip(";")
    if "\\u" in text:
        text = _HALF_CHARACTER.sub(r"\\ufffd", text)
    values, is_whole = _parse(text)
    if not is_whole:
        values, _ = _parse(_without_trailing_commas(text))
    yield from values


def _parse(text: str) -> tuple[list[object], bool]:
    """The values that stand one after the other in *text*, and whether they are all of it."""
    values: list[object] = []
    position = 0
    while position < len(text):
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return values, False
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values, True


def _without_trailing_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(lambda match: match.group(1) or "", text)


def _items(value: object) -> Iterator[dict[str, object]]:
    pending: list[object] = [value]
    seen = 0
    while pending and seen < _MAX_ITEMS:
        seen += 1
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(reversed(value))
        elif isinstance(value, dict):
            if "@type" in value:
                yield value
            pending.extend(value[key] for key in reversed(_NESTS) if isinstance(value.get(key), dict | list))


def _resolved(item: dict[str, object], by_id: Mapping[object, Item]) -> Item:
    if not by_id:
        return item
    return {key: _referred(value, by_id) for key, value in item.items()}


def _referred(value: object, by_id: Mapping[object, Item]) -> object:
    if isinstance(value, list):
        return [_referred_one(entry, by_id) for entry in value]
    return _referred_one(value, by_id)


def _referred_one(value: object, by_id: Mapping[object, Item]) -> object:
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and value["@id"] in by_id:
        return {**by_id[value["@id"]], **value}
    return value


def article_items(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items that are articles."""
    return tuple(item for item in items if is_article(item))
