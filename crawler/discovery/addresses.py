"""Addresses that stand elsewhere than in a link: in attributes of any name, in JSON within them, in inline scripts.

In: a parsed page. Out: what may be an address, as it is written, with the name it stands under and the numbers beside
it. What it leads to is not decided here; nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from crawler.discovery.json_values import read_json, walk
from crawler.discovery.paging import is_cursor_name, is_offset_name, is_page_name, place_of
from pipelines.page.tree import Element

MAX_SCRIPT_CHARS = 2_000_000
"""Of all scripts of a page together; what follows is not looked at."""
_MAX_VALUE_CHARS = 20_000
_MAX_ADDRESS_CHARS = 2_000

# An attribute that holds a slash or a question mark, of an element where an address may mean a page; images, styles and
# true links are read elsewhere.
_ATTRIBUTES = (
    "//*[not(self::link or self::meta or self::base or self::script or self::style or self::img or self::source"
    " or self::iframe or ancestor-or-self::svg)]/@*[(contains(., '/') or contains(., '?'))"
    " and not(name() = 'href' or name() = 'src' or name() = 'srcset' or name() = 'style' or name() = 'class'"
    " or name() = 'title' or name() = 'alt' or name() = 'action' or name() = 'itemtype' or name() = 'typeof')]"
)
_ADDRESS = re.compile(r"(?:https?:/|/|\?|\./|[\w.-]+[/?])[^\s\"'`<>\\]*", re.IGNORECASE)
# A quoted address in a script, and whether something is added to it there.
_QUOTED = re.compile(
    r"""(["'`])((?:https?:\\?/|\\?/|\?)(?:[^"'`\s<>\\$]|\$(?!\{)|\\[/u&]|\$\{[^}]{0,80}\})*)\1(\s*\+)?""", re.IGNORECASE
)
_SPACED_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_NAME_BEFORE = re.compile(r"([\w$-]{1,60})[\"']?\s*[:=(,]\s*$")
_NUMBER_NEAR = re.compile(r"[\"']?\b(\w{1,40})[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b")
_NEAR_CHARS = 300
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class SeenAddress:
    """What may be an address, as a page has it."""

    text: str
    names: frozenset[str]
    """The words of the name that it stands under."""
    is_continued: bool = False
    """Whether a script adds something to its end."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Page numbers, offsets and cursors that stand beside it, by name."""
    element: Element | None = None
    """The element whose attribute it is."""


def seen_addresses(root: Element) -> Iterator[SeenAddress]:
    """Everything in attributes and inline scripts that may be an address, in that order."""
    found = root.xpath(_ATTRIBUTES)
    for value in found if isinstance(found, list) else ():
        # lxml's strings know where they come from.
        if isinstance(value, etree._ElementUnicodeResult) and len(value) <= _MAX_VALUE_CHARS:  # noqa: SLF001
            element, name = value.getparent(), value.attrname
            if element is not None and name is not None:
                yield from _in_attribute(element, str(name), str(value))
    left = MAX_SCRIPT_CHARS
    for script in root.iter("script"):
        text = script.text or ""
        yield from _in_script(text[:left])
        left -= len(text)
        if left <= 0:
            return


def words_of(name: str) -> frozenset[str]:
    """The words of a name, however they are joined."""
    return frozenset(word.lower() for word in _WORD.findall(name))


def _in_attribute(element: Element, name: str, value: str) -> Iterator[SeenAddress]:
    value = _SPACED_PLACE.sub(r"{{\1}}", value.strip())
    if value[:1] in ("{", "["):
        yield from _in_json(read_json(value), words_of(name), element)
    elif len(value) <= _MAX_ADDRESS_CHARS and _ADDRESS.fullmatch(value):
        beside = {
            _plain_name(str(key)): str(each) for key, each in element.items() if key != name and _counts(str(key), each)
        }
        yield SeenAddress(value, words_of(name), beside=beside, element=element)
    elif "'" in value or '"' in value:
        for each in _in_script(value):
            yield SeenAddress(each.text, each.names | words_of(name), each.is_continued, each.beside, element)


def _in_json(value: object, names: frozenset[str], element: Element) -> Iterator[SeenAddress]:
    for _, each in walk(value):
        if isinstance(each, dict):
            beside = {str(key): str(inner) for key, inner in each.items() if _counts(str(key), inner)}
            for key, inner in each.items():
                if isinstance(inner, str) and len(inner) <= _MAX_ADDRESS_CHARS and _ADDRESS.fullmatch(inner.strip()):
                    yield SeenAddress(inner.strip(), names | words_of(str(key)), beside=beside, element=element)


def _in_script(text: str) -> Iterator[SeenAddress]:
    for match in _QUOTED.finditer(text):
        address = match[2].replace("\\/", "/").replace("\\u002F", "/").replace("\\u002f", "/").replace("\\u0026", "&")
        if not 2 <= len(address) <= _MAX_ADDRESS_CHARS or "\\" in address:
            continue
        before = _NAME_BEFORE.search(text, max(0, match.start() - 80), match.start())
        is_continued = bool(match[3])
        beside: dict[str, str] = {}
        if is_continued or place_of(address) is not None:
            near = text[max(0, match.start() - _NEAR_CHARS) : match.end() + _NEAR_CHARS]
            beside = {
                name: number
                for name, number in _NUMBER_NEAR.findall(near)
                if is_page_name(name) or is_offset_name(name)
            }
        names = words_of(before[1]) if before else frozenset()
        yield SeenAddress(address, names, is_continued, beside)


def _counts(name: str, value: object) -> bool:
    name = _plain_name(name)
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        return False
    if str(value).strip().isdecimal():
        return len(str(value)) <= 6 and (is_page_name(name) or is_offset_name(name) or is_cursor_name(name))
    return is_cursor_name(name) and len(str(value)) <= 200 and " " not in str(value)


def _plain_name(name: str) -> str:
    return name.lower().removeprefix("data-").removeprefix("next-").removeprefix("current-")
