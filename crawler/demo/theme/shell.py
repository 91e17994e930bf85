"""What every page has around its content: head, masthead, navigation, sidebar, footer.

In: an edition and a page's own parts. Out: the whole HTML document. `FURNITURE` lists the lines that belong to no
article, wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crawler.demo.address import author_path
from crawler.demo.edition import Edition
from crawler.demo.markup import escape
from crawler.demo.site import LANGUAGE, OUTLET

COPYRIGHT = "You cannot copy content of this page"
NEWSLETTER = "Get the Morning Tide, our free newsletter, in your inbox at six."
COOKIES = "We use cookies to keep you signed in and to count our readers."
FURNITURE: tuple[str, ...] = (
    "Connect with us",
    "Most Viewed",
    "Continue Reading",
    "Advertisement",
    "Related Topics:",
    "Up Next",
    "Don’t Miss",
    "You may like",
    "Published",
    "on",
    "By",
    "Share this story",
    "Comments are closed.",
    "Trending",
    COPYRIGHT,
    NEWSLETTER,
    COOKIES,
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """The parts of a page that are its own."""

    title: str
    """For the title element, without the outlet's name."""
    main: str
    """HTML of the main column."""
    path: str
    kind: str
    """Class of the body element."""
    head: str = ""
    """Further HTML for the head element."""
    description: str = ""
    has_sidebar: bool = True


def document(edition: Edition, sheet: Sheet) -> str:
    """The whole page."""
    sidebar = _sidebar(edition) if sheet.has_sidebar else ""
    return f"""<!DOCTYPE html>
<html lang="{LANGUAGE}" class="no-js">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(sheet.title)} - {OUTLET}</title>
<meta name="description" content="{escape(sheet.description or sheet.title)}">
<meta name="generator" content="Tideline 3.2">
<link rel="canonical" href="{edition.absolute(sheet.path)}">
<link rel="stylesheet" href="/assets/tideline.css">
<link rel="alternate" type="application/rss+xml" title="{OUTLET} &raquo; Feed" href="{edition.absolute("/feed/")}">
<link rel="alternate" type="application/atom+xml" title="{OUTLET} &raquo; Atom" href="/feed/atom/">
{sheet.head}</head>
<body class="tide-body {sheet.kind}">
{_masthead(edition)}
<div class="tide-page">
<main class="tide-main" id="tide-main">
{sheet.main}
</main>
{sidebar}</div>
{_footer(edition)}
</body>
</html>
"""


def written_date(instant: date) -> str:
    """The date as the theme prints it, such as "November 20, 2026", whatever the locale."""
    return f"{_MONTHS[instant.month - 1]} {instant.day}, {instant.year}"


def _masthead(edition: Edition) -> str:
    entries = "".join(f'<li><a href="{listing.path}">{listing.title}</a></li>' for listing in edition.categories)
    return f"""<div class="tide-top"><div class="tide-wrap">
<span class="tide-top-label">Connect with us</span>
<ul class="tide-social"><li><a href="https://social.example.org/courier" rel="me">Chirp</a></li>
<li><a href="https://pictures.example.org/courier" rel="me">Pictures</a></li><li><a href="/feed/">RSS</a></li></ul>
<span class="tide-weather">Gull Point 7&deg;, wind south-west</span>
</div></div>
<header class="tide-masthead"><div class="tide-wrap">
<a class="tide-logo" href="/" rel="home">{OUTLET}</a>
<span class="tide-motto">Seen from the harbour since 1874</span>
</div></header>
<nav class="tide-nav" aria-label="Sections"><div class="tide-wrap"><ul>
<li><a href="{edition.base_url}">Home</a></li>{entries}
<li><a href="/about/">About</a></li><li><a href="/contact/">Contact</a></li>
</ul></div></nav>"""


def _sidebar(edition: Edition) -> str:
    viewed = "".join(
        f'<li><a href="{article.path}?utm_source=most-viewed">{escape(article.headline)}</a></li>'
        for article in edition.most_viewed
    )
    return f"""<aside class="tide-side">
<form class="tide-search" role="search" action="/search" method="get">
<input type="search" name="q" placeholder="Search the Courier" aria-label="Search">
<button type="submit">Search</button></form>
<section class="tide-box"><h4 class="tide-box-title">Most Viewed</h4><ol class="tide-viewed">{viewed}</ol></section>
<section class="tide-box tide-letter"><h4 class="tide-box-title">The Morning Tide</h4><p>{NEWSLETTER}</p>
<form action="/private/subscribe/" method="post"><input type="email" name="address" placeholder="Your e-mail address"
 aria-label="Your e-mail address"><button type="submit">Sign up</button></form></section>
<section class="tide-box"><h4 class="tide-box-title">Trending</h4><p class="tide-cloud">{_cloud(edition)}</p></section>
</aside>
"""


def _cloud(edition: Edition) -> str:
    tags = [listing for listing in edition.listings.values() if listing.kind == "tag"]
    return " ".join(f'<a href="{tag.path}">{escape(tag.title)}</a>' for tag in tags)


def _footer(edition: Edition) -> str:
    authors = [listing.title for listing in edition.listings.values() if listing.kind == "author"]
    staff = "".join(f'<li><a href="{author_path(name)}">{escape(name)}</a></li>' for name in authors)
    return f"""<footer class="tide-footer"><div class="tide-wrap">
<div class="tide-footer-staff"><h5>The newsroom</h5><ul>{staff}</ul></div>
<ul class="tide-footer-links"><li><a href="/about/">About us</a></li><li><a href="/contact/">Contact</a></li>
<li><a href="/terms/">Terms &amp; conditions</a></li>
<li><a href="/private/desk/">Staff entrance</a></li>
<li><a href="/search?q=harbour">Search for the harbour</a></li></ul>
<p class="tide-legal">Copyright &copy; 2026 {OUTLET}. An invented newspaper of an invented city.</p>
<p class="tide-guard">{COPYRIGHT}</p>
</div></footer>
<div class="tide-cookies" role="dialog" aria-label="Cookies"><p>{COOKIES}</p>
<button type="button" onclick="this.parentNode.remove()">Accept</button>
<button type="button" onclick="this.parentNode.remove()">Only what is needed</button></div>"""
