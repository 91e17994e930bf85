"""A session's id in every link: in the query, in a path parameter, in a path segment.

Every page can be had under any id and under none. A well-known id stays with who brings it, as it does where servers
keep sessions; the others are new in each answer, as where every request counts for a new visitor.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer
from crawler.demo.vices.rewrite import own_target, relinked, rewritten
from crawler.demo.vices.vice import Ask, Site, Vice


@dataclass(frozen=True, slots=True)
class _Session:
    """Where a link carries its session."""

    given: re.Pattern[str]
    """Finds it in path and query; the group `id` is the id, and the whole match is what to take out."""
    put: Callable[[str, str], str]
    """Path and query with the session of this id."""
    stays: bool


def with_sessions(session: _Session) -> Callable[[Site], Site]:
    """Links on all pages carry a session."""

    def around(site: Site) -> Site:
        def answer(edition: Edition, ask: Ask) -> Answer:
            given = session.given.search(ask.target)
            path, _, query = session.given.sub("", ask.target).replace("?&", "?").partition("?")
            bare = replace(ask, path=path or "/", query=query)
            found = site(edition, bare)
            told = given["id"] if given and session.stays else _id(ask)
            if found.location:
                target = own_target(edition, bare, found.location)
                location = edition.absolute(session.put(target, told)) if target else found.location
                found = replace(found, location=location)
            return rewritten(found, lambda html: relinked(html, lambda href: _put(edition, bare, href, told)))

        return answer

    def _put(edition: Edition, ask: Ask, href: str, told: str) -> str:
        target = own_target(edition, ask, href)
        if target is None or href.startswith("#"):
            return href
        return session.put(target, told).replace("&", "&amp;")

    return around


def _id(ask: Ask) -> str:
    return hashlib.sha256(f"session {ask.number}".encode()).hexdigest()[:20]


def _in_query(name: str) -> Callable[[str, str], str]:
    return lambda target, told: f"{target}{'&' if '?' in target else '?'}{name}={told}"


def _in_path(target: str, told: str) -> str:
    path, mark, query = target.partition("?")
    return f"{path};jsessionid={told}{mark}{query}"


SESSIONS = (
    Vice(
        "session_query",
        "Every link carries ?PHPSESSID=, the id that the client brought or a new one.",
        with_sessions(_Session(re.compile(r"(?<=[?&])PHPSESSID=(?P<id>\w+)&?"), _in_query("PHPSESSID"), stays=True)),
    ),
    Vice(
        "session_unknown",
        "Every link carries ?visit=, an id that is new in each answer.",
        with_sessions(_Session(re.compile(r"(?<=[?&])visit=(?P<id>\w+)&?"), _in_query("visit"), stays=False)),
    ),
    Vice(
        "session_parameter",
        "Every link's path ends in ;jsessionid=, the id that the client brought or a new one.",
        with_sessions(_Session(re.compile(r";jsessionid=(?P<id>\w+)"), _in_path, stays=True)),
    ),
    Vice(
        "session_path",
        "Every link's path begins with /s-, an id that is new in each answer.",
        with_sessions(
            _Session(re.compile(r"^/s-(?P<id>\w+)(?=/)"), lambda target, told: f"/s-{told}{target}", stays=False)
        ),
    ),
)
