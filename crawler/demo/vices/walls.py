"""Pages that stand where articles ought to: not found with status 200, consent, login, challenge, the home page.

One article in nine is behind each wall, by its number: whoever has no cookie, account or script sees the wall alone,
so these articles are no part of the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.site import DemoArticle
from crawler.demo.theme.shell import Sheet, document
from crawler.demo.vices.vice import Ask, Site, Vice

_ONE_IN = 9


def with_soft_404(site: Site) -> Site:
    """Whatever is not there is answered with 200 and an apology."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        return replace(found, status=200) if found.kind is Kind.MISSING else found

    return answer


def with_moved_home(site: Site) -> Site:
    """Whatever is not there moves to the home page."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        found = site(edition, ask)
        if found.kind is not Kind.MISSING:
            return found
        return Answer(302, location=edition.base_url, kind=Kind.MOVED)

    return answer


def _is_behind(rest: int) -> Callable[[DemoArticle], bool]:
    return lambda article: article.number // 3 % _ONE_IN == rest


def _walled(rest: int, wall: Callable[[Edition, DemoArticle], Answer]) -> Callable[[Site], Site]:
    """The wall instead of every article whose number leaves *rest*."""
    is_behind = _is_behind(rest)

    def around(site: Site) -> Site:
        def answer(edition: Edition, ask: Ask) -> Answer:
            found = site(edition, ask)
            if found.article is None or not is_behind(found.article):
                return found
            return wall(edition, found.article)

        return answer

    return around


def _consent(edition: Edition, article: DemoArticle) -> Answer:
    return _wall(
        edition, article.path, "Before you continue",
        "<p>We and our 843 partners store and access information on your device, such as cookies, to show you "
        "advertisements that we measure. You may accept, reject, or manage your choices at any time.</p>"
        '<form method="post" action="/private/consent/"><button name="consent" value="all">Accept all</button> '
        '<button name="consent" value="none">Reject all</button> <a href="/terms/">Privacy policy</a></form>',
    )  # fmt: skip


def _login(edition: Edition, article: DemoArticle) -> Answer:
    return _wall(
        edition, article.path, "Log in to read on",
        "<p>This story is for subscribers. Log in with your account, or subscribe for one crown a month.</p>"
        '<form method="post" action="/private/login/"><label>E-mail <input type="email" name="user"></label> '
        '<label>Password <input type="password" name="password"></label> <button>Log in</button></form>'
        '<p><a href="/private/subscribe/">Subscribe now</a></p>',
    )  # fmt: skip


def _challenge(edition: Edition, article: DemoArticle) -> Answer:
    html = (
        '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
        '<meta http-equiv="refresh" content="390"><meta name="robots" content="noindex,nofollow"></head><body>'
        f"<h1>{urlsplit(edition.base_url).hostname}</h1><p>Checking your browser before accessing the site.</p>"
        "<noscript>Enable JavaScript and cookies to continue</noscript>"
        f'<script>window._challenge = {{"path": "{article.path}"}};</script></body></html>\n'
    )
    fields = (("Cache-Control", "private, no-store"), ("cf-mitigated", "challenge"))
    return Answer(403, html.encode(), kind=Kind.WALL, fields=fields)


def _wall(edition: Edition, path: str, title: str, main: str) -> Answer:
    sheet = Sheet(title, f'<div class="tide-wall"><h1>{title}</h1>{main}</div>', path, "wall", has_sidebar=False)
    html = document(edition, sheet)
    return Answer(200, html.encode(), kind=Kind.WALL)


WALLS = (
    Vice("soft_404", "Missing pages and removed articles are answered with 200 and an apology.", with_soft_404),
    Vice("moved_home", "Missing pages and removed articles redirect to the home page.", with_moved_home),
    Vice(
        "consent_wall", "One article in nine is behind a consent page (200).", _walled(1, _consent), hides=_is_behind(1)
    ),
    Vice("login_wall", "One article in nine is behind a login form (200).", _walled(4, _login), hides=_is_behind(4)),
    Vice("challenge", "One article in nine is behind a challenge (403).", _walled(7, _challenge), hides=_is_behind(7)),
)
