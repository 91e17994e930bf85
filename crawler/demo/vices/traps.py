"""Pages without end, linked from pages that have one: calendars, facets, reply and share links, paths that nest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.theme.listing import stories_page
from crawler.demo.theme.shell import written_date
from crawler.demo.vices.rewrite import is_page, rewritten, with_links
from crawler.demo.vices.vice import Ask, Site, Vice

_MONTH = re.compile(r"/calendar/(?P<year>\d{4})/(?P<month>\d\d)/(?:(?P<day>\d\d)/)?")
_NESTED = re.compile(r"/(?:more/)+")
_FACETS = {
    "sort": ("newest", "oldest", "popular", "longest"),
    "color": ("red", "green", "blue", "grey"),
    "view": ("grid", "list", "cards"),
    "from": ("100", "200", "300"),
    "author": ("any", "staff", "guest"),
}
_NETWORKS = ("twitter", "facebook", "mail", "print")
_COMMENTS = 6

Links = list[tuple[str, str]]


def with_calendar(site: Site) -> Site:
    """Every page links to this month's archive, and every month and day to those before and after it, for ever."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        if found := _MONTH.fullmatch(ask.path):
            try:
                first = date(int(found["year"]), int(found["month"]), int(found["day"] or 1))
            except ValueError:
                return site(edition, ask)
            return _archive(edition, ask.path, first, is_month=found["day"] is None)
        newest = edition.articles[0].published_at.date()
        return _linked(site(edition, ask), "Archive", [(_month_path(newest), f"{newest:%m %Y}")])

    return answer


def _archive(edition: Edition, path: str, first: date, *, is_month: bool) -> Answer:
    """The archive page of a month or a day, with the articles that appeared then."""
    last = _next_month(first) - timedelta(days=1) if is_month else first
    shown = [article for article in edition.articles if first <= article.published_at.date() <= last]
    links = _neighbours(first, last, is_month=is_month)
    html = stories_page(edition, f"Stories of {written_date(first)}", path, shown)
    return Answer(200, with_links(html, "Calendar", links).encode(), kind=Kind.TRAP)


def _neighbours(first: date, last: date, *, is_month: bool) -> Links:
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    if not is_month:
        return [(_day_path(before), "Day before"), (_day_path(after), "Day after"), (_month_path(first), "Month")]
    days = [first + timedelta(days=day) for day in range(last.day)]
    months = [(_month_path(before), "Month before"), (_month_path(after), "Month after")]
    return [*months, *((_day_path(day), str(day.day)) for day in days)]


def _next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def _month_path(day: date) -> str:
    return f"/calendar/{day:%Y/%m}/"


def _day_path(day: date) -> str:
    return f"/calendar/{day:%Y/%m/%d}/"


def with_facets(site: Site) -> Site:
    """Listings can be sorted, coloured and viewed in every order of every choice, each a link to more of them."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is not Kind.LISTING or ask.path == "/":
            return found
        chosen = [(name, value) for name, value in parse_qsl(ask.query) if name in _FACETS]
        links = [
            (f"{ask.path}?{urlencode([*chosen, (name, value)])}", f"{name}: {value}")
            for name, values in _FACETS.items()
            for value in values
            if (name, value) not in chosen[-1:]
        ]
        return _linked(replace(found, kind=Kind.TRAP) if chosen else found, "Filter", links)

    return answer


def with_replies(site: Site) -> Site:
    """Article pages carry comments, each with a link that only opens the form below it."""
    return _with_queries(site, "Comments", "replytocom", [str(20_000 + number) for number in range(_COMMENTS)], "Reply")


def with_share_links(site: Site) -> Site:
    """Article pages carry links to themselves, by which the server counts who shares them."""
    return _with_queries(site, "Share this", "share", list(_NETWORKS), "Share on")


def _with_queries(site: Site, title: str, name: str, values: list[str], words: str) -> Site:
    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is not Kind.ARTICLE:
            return found
        query = [pair for pair in parse_qsl(ask.query) if pair[0] != name]
        links = [(f"{ask.path}?{urlencode([*query, (name, value)])}", f"{words} {value}") for value in values]
        is_asked = len(query) < len(parse_qsl(ask.query))
        return _linked(replace(found, kind=Kind.TRAP) if is_asked else found, title, links)

    return answer


def with_endless_path(site: Site) -> Site:
    """Pages link to `more/`, relative to themselves, and so does what is there."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        if _NESTED.fullmatch(ask.path):
            html = stories_page(edition, "More of the same", ask.path, edition.articles[:10])
            return Answer(200, with_links(html, "More", [("more/", "Even more")]).encode(), kind=Kind.TRAP)
        return _linked(site(edition, ask), "More", [("/more/", "More of the same")])

    return answer


def _linked(found: Answer, title: str, links: Links) -> Answer:
    return rewritten(found, lambda html: with_links(html, title, links)) if is_page(found) else found


TRAPS = (
    Vice("calendar", "Every page links to a calendar that goes on for ever in both directions.", with_calendar),
    Vice("facets", "Listings link to endless combinations of sorting and filtering, in any order.", with_facets),
    Vice("replytocom", "Articles link to themselves once for each comment (?replytocom=).", with_replies),
    Vice("share_links", "Articles link to themselves once for each network (?share=).", with_share_links),
    Vice("endless_path", "Every page links to more/, which links to more/ below itself.", with_endless_path),
)
