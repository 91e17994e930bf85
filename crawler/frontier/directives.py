"""What a page asks of robots in its head: `X-Robots-Tag` fields and `<meta name="robots">`, read for our product token.

Both say the same words (<https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag>, which is all the
standard there is): directives in a list, of which a header field may name the robot that it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.frontier.robots import PRODUCT

NOFOLLOW = "nofollow"
"""Links of the page are not to be followed."""

# These have a value behind a colon; any other word before a colon names a robot.
_VALUED = frozenset(("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"))
_WORD = re.compile(r"[A-Za-z_-]+|\*")
_EVERYONE = frozenset(("*", "robots", PRODUCT))


def robots_directives(x_robots_tag: Iterable[str] = (), meta: Iterable[tuple[str, str]] = ()) -> frozenset[str]:
    """The directives that hold for us, in lower case and without values; `none` is told as noindex and nofollow.

    What is said to all robots and what is said to ours hold together: where they differ, the stricter one counts.

    Args:
        x_robots_tag: The value of each X-Robots-Tag field.
        meta: Name and content of each `<meta>` element; those that are not about robots are passed over.
    """
    found: set[str] = set()
    for value in x_robots_tag:
        found |= _of_field(value)
    for name, content in meta:
        if name.strip().lower() in _EVERYONE:
            found.update(_directive(part) for part in content.split(","))
    if "none" in found:
        found |= {"noindex", NOFOLLOW}
    return frozenset(found - {"", "none"})


def _of_field(value: str) -> set[str]:
    found: set[str] = set()
    is_for_us = True
    for part in value.split(","):
        said = part
        robot, colon, rest = part.partition(":")
        if colon and robot.strip().lower() not in _VALUED:
            if not _WORD.fullmatch(robot.strip()):
                continue  # the rest of a date
            is_for_us = robot.strip().lower() in _EVERYONE
            said = rest
        if is_for_us:
            found.add(_directive(said))
    return found


def _directive(part: str) -> str:
    return part.partition(":")[0].strip().lower()
