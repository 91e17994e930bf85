"""robots.txt (RFC 9309): what an answer means, what it allows, and which of its lines says so.

An answer of 2xx is read, 4xx means that there are no rules, and 5xx, 429 or no answer at all mean: stay away.

*Why two readers.* Which lines are meant for us is decided here, to the letter of §2.2.1: groups are merged, product
tokens are compared whole and without regard to case, and records that the standard does not know end no group. (Protego
takes a group for `press` as one for `pressarc`.) What the lines match is protego's to say: it implements §2.2.2 and
§2.2.3, and is lenient with misspelt fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlsplit

from protego import Protego

from pipelines.http.url import absolute_url
from pipelines.reasons import Reason
from pipelines.values import RecordRef

PRODUCT = "pressarc"
"""The product token that robots.txt groups are matched with (§2.2.1)."""

MAX_BYTES = 512 * 1024
"""At least 500 KiB must be parsed (§2.5)."""

MAX_REDIRECTS = 5
"""At least five redirects must be followed (§2.3.1.2)."""

MAX_AGE_S = 24 * 3600.0
"""What was read may be used for a day (§2.4)."""

# The spellings of a field that protego takes, too.
_AGENT = re.compile(r"user[- ]?agent\s*[:\s]\s*(.*)", re.IGNORECASE | re.DOTALL)
_RULE = re.compile(r"(allow|di[as]{1,3}l{1,2}[oa]w)\b", re.IGNORECASE)
_SIGNAL = re.compile(r"(content-(usage|signal)|license)\s*:", re.IGNORECASE)
_TOKEN = re.compile(r"\*(?=\s|$)|[A-Za-z_-]+")

_LINE_END = re.compile(r"\r\n|\r|\n")
"""EOL of §2.2; protego splits at whatever Python takes for the end of a line, so those are escaped before."""
_NO_LINE_ENDS = str.maketrans({each: quote(each) for each in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"})


@dataclass(frozen=True)
class Robots:
    """The rules of one origin (scheme, host and port)."""

    rules: Protego | None
    """Null where no rules apply, or where all is refused."""
    refusal: Reason | None = None
    """Why nothing may be fetched, where that is so."""
    detail: str | None = None
    """More about the refusal, in words."""
    crawl_delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()
    """The absolute URLs of its Sitemap lines, each once."""
    signals: tuple[str, ...] = ()
    """Its Content-Usage, Content-Signal and License lines, as they stand, that are meant for us or for all."""
    lines: tuple[str, ...] = ()
    """The lines that are meant for us, without comments."""
    address: str = ""
    """Where it was asked for."""
    record: RecordRef | None = None
    """The record of the answer; null where there was none."""

    def verdict(self, url: str) -> Reason | None:
        """Why *url* may not be fetched, or null if it may."""
        if self.refusal is not None:
            return self.refusal
        if self.rules is None or _may(self.rules, url):
            return None
        return Reason.ROBOTS_DISALLOW

    def matching_rule(self, url: str) -> str | None:
        """The line that decides about *url*, such as `Disallow: /private/`; null where none does."""
        if self.rules is None:
            return None
        if _may(self.rules, url):
            return next((line for line, alone in self._permitting if _may(alone, url)), None)
        return next((line for line, alone in self._refusing if not _may(alone, url)), None)

    def basis(self, url: str) -> str:
        """What a decision about *url* rests on, in words: the rule or the failure, the file, and its record."""
        said = self.detail or self.matching_rule(url)
        named = ", ".join((self.address, *((self.record.record_id,) if self.record else ())))
        return f"{said} ({named})" if said else named

    @cached_property
    def _refusing(self) -> list[tuple[str, Protego]]:
        """Each line, as the only one that there is; longest pattern first."""
        return [(line, _rules_of((line,))) for line in self._longest_first]

    @cached_property
    def _permitting(self) -> list[tuple[str, Protego]]:
        """Each line that allows, as the only one besides one that disallows everything; longest pattern first."""
        allowing = (line for line in self._longest_first if line[:5].lower() == "allow")
        return [(line, _rules_of(("Disallow: /", line))) for line in allowing]

    @property
    def _longest_first(self) -> list[str]:
        rules = (line for line in self.lines if _RULE.match(line))
        return sorted(rules, key=lambda line: len(line.partition(":")[2].strip()), reverse=True)


NO_RULES = Robots(None)

# Where these keep robots.txt from us, they keep every page of the host from us, and say it better.
_OF_THE_HOST = frozenset((Reason.ADDRESS_REFUSED, Reason.HOST_UNREACHABLE, Reason.TLS_FAILED))


def unreachable(why: Reason, detail: str, *, address: str = "", record: RecordRef | None = None) -> Robots:
    """What it means that robots.txt could not be had: nothing of the host may be fetched (§2.3.1.4)."""
    reason = why if why in _OF_THE_HOST else Reason.ROBOTS_UNREACHABLE
    return Robots(None, reason, detail, address=address, record=record)


def read_robots(status: int, body: bytes, *, address: str = "", record: RecordRef | None = None) -> Robots:
    """The rules that an answer to a request for robots.txt means (§2.3.1).

    Args:
        status: Of the answer.
        body: Its body, decoded of all codings; of more than `MAX_BYTES` the rest is left out.
        address: Where it was asked for: relative addresses of sitemaps are read from there.
        record: Of the answer.
    """
    if status == 429 or status >= 500:
        return unreachable(Reason.SERVER_ERROR, f"robots.txt answered {status}", address=address, record=record)
    if not 200 <= status < 300:
        return Robots(None, address=address, record=record)
    if len(body) > MAX_BYTES:
        body = body[: max(body.rfind(b"\n", 0, MAX_BYTES), body.rfind(b"\r", 0, MAX_BYTES)) + 1]  # no half a line
    text = body.decode("utf-8", "replace").lstrip("\ufeff").translate(_NO_LINE_ENDS)
    lines = [line.partition("#")[0].strip() for line in _LINE_END.split(text)]
    ours, outside = _meant_for_us(lines)
    rules = _rules_of(ours)
    delay = rules.crawl_delay(PRODUCT)
    named = (absolute_url(address, each) for each in Protego.parse("\n".join(lines)).sitemaps)
    return Robots(
        rules,
        crawl_delay_s=None if delay is None else float(delay),
        sitemaps=tuple(dict.fromkeys(each for each in named if each is not None)),
        signals=tuple(line for line in (*outside, *ours) if _SIGNAL.match(line)),
        lines=tuple(ours),
        address=address,
        record=record,
    )


def robots_url(url: str) -> str:
    """Where the rules for *url* are (§2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def _meant_for_us(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """The lines of all groups of our product token, else of all groups for everyone; and those outside of groups."""
    grouped: dict[str, list[str]] = {}
    outside: list[str] = []
    agents: set[str] = set()
    is_begun = False
    has_rules = False
    for line in lines:
        agent = _AGENT.fullmatch(line)
        if agent is not None:
            if has_rules:
                agents, has_rules = set(), False
            is_begun = True
            token = _TOKEN.match(agent[1])
            if token is not None:
                agents.add(token[0].lower())
                grouped.setdefault(token[0].lower(), [])
            continue
        # Only rules end the list of user agents that a group begins with; other records must not interfere (§2.2.4).
        has_rules = has_rules or _RULE.match(line) is not None
        for each in agents:
            grouped[each].append(line)
        if not is_begun:
            outside.append(line)
    return grouped.get(PRODUCT, grouped.get("*", [])), outside


def _rules_of(lines: Iterable[str]) -> Protego:
    return Protego.parse("\n".join(("User-agent: *", *map(_comparable, lines))))


def _may(rules: Protego, url: str) -> bool:
    return rules.can_fetch(_comparable(url), PRODUCT)


def _comparable(text: str) -> str:
    """*text*, a URL or a line, with the slashes of its query as such: §2.2.2 has them equal to encoded ones."""
    path, mark, query = text.partition("?")
    return path + mark + query.replace("%2F", "/").replace("%2f", "/")
