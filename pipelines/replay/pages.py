"""The pages that lead into the replay: sites, the days of a site, the articles of a day. Values in, HTML out.

A page needs nothing but itself, and can be read on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from urllib.parse import quote

_STYLE = """
:root{color-scheme:light dark;--quiet:#5c6670;--line:#d5dae0;--link:#0b57a4}
@media(prefers-color-scheme:dark){:root{--quiet:#9aa5b1;--line:#3a424b;--link:#7db7f5}}
body{font:17px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0 1rem}
a{color:var(--link);text-decoration:none}a:hover,a:focus{text-decoration:underline}
nav{color:var(--quiet);font-size:.9rem}
ul{list-style:none;margin:0;padding:0}
li{border-top:1px solid var(--line);padding:.65rem 0}
li a{display:block;overflow-wrap:anywhere}
small{color:var(--quiet);font-size:.82rem}
"""


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """A site of the archive."""

    name: str
    home: str | None
    """Its home page, where its configuration names one."""
    runs: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class DayEntry:
    """A day on which something of a site was captured."""

    on: date
    has_articles: bool


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """A line of the archive."""

    headline: str | None
    """Null where the article was removed by its site, or taken out of the archive."""
    url: str
    """Of the page that carried it."""
    at: datetime
    event: str
    revision: int
    language: str | None = None


def replay_path(url: str, at: datetime | date) -> str:
    """Where pywb shows *url* as it was at that time, behind its own address."""
    return f"/archive/{at:%Y%m%d%H%M%S}/{url}"


def sites_page(archive: str, sites: Sequence[SiteEntry]) -> str:
    """The first page."""
    items = [
        _item(f"/site/{each.name}/", each.name, f"{_count(each.runs, 'run')}, the last on {each.last_at:%Y-%m-%d}")
        for each in sites
    ]
    return _page("Archive", [f"<nav>{escape(archive)}</nav>", "<h1>Sites</h1>", _list(items, "no site yet")])


def site_page(site: SiteEntry, days: Sequence[DayEntry], replay: str) -> str:
    """The days of *site*, newest first.

    Args:
        site: Which.
        days: Its days.
        replay: The address of the replay.
    """
    items = []
    for each in sorted(days, key=lambda day: day.on, reverse=True):
        note = "" if each.has_articles else "nothing new"
        items.append(_item(f"/site/{site.name}/{each.on}/", f"{each.on:%A}, {each.on}", note))
    home = ""
    if site.home is not None:
        target = replay + replay_path(site.home, site.last_at)
        home = f'<p><a href="{escape(_safe(target))}">The home page as of {site.last_at:%Y-%m-%d}</a></p>'
    crumbs = '<nav><a href="/">Sites</a></nav>'
    return _page(site.name, [crumbs, f"<h1>{escape(site.name)}</h1>", home, _list(items, "no day yet")])


def day_page(site: str, on: date, articles: Sequence[ArticleEntry], replay: str) -> str:
    """The articles of a day, by time, each leading to its page as it was."""
    items = []
    for each in sorted(articles, key=lambda article: (article.at, article.url)):
        at = each.at.astimezone(UTC)
        note = f"{at:%H:%M} UTC · {each.event}" + (f" · revision {each.revision}" if each.revision > 1 else "")
        target = _safe(replay + replay_path(each.url, at))
        items.append(_item(target, each.headline or each.url, note, each.language))
    crumbs = f'<nav><a href="/">Sites</a> / <a href="/site/{site}/">{escape(site)}</a></nav>'
    heading = f"<h1>{escape(site)}, {on}</h1>"
    return _page(f"{site}, {on}", [crumbs, heading, _list(items, "no article was new, changed or removed")])


def missing_page() -> str:
    """What is shown where there is nothing."""
    return _page("Not here", ["<h1>Nothing is here</h1>", '<p><a href="/">The sites of this archive</a></p>'])


def _safe(url: str) -> str:
    """*url* with what is no ASCII, blanks and quotes escaped, and all else as it is."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


def _item(target: str, words: str, note: str, language: str | None = None) -> str:
    spoken = f' lang="{escape(language)}"' if language else ""
    small = f"<small>{escape(note)}</small>" if note else ""
    return f'<li><a href="{escape(target)}"{spoken}>{escape(words)}</a>{small}</li>'


def _list(items: Sequence[str], nothing: str) -> str:
    return f"<ul>{''.join(items)}</ul>" if items else f"<p>There is {nothing}.</p>"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _page(title: str, parts: Sequence[str]) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{_STYLE}</style></head><body>'
        f"{''.join(parts)}</body></html>\n"
    )
