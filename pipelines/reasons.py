"""Every outcome and every reason, once. Counters, schemas and documents derive from these lists.

An outcome says how an exchange or an expected URL ended; a reason says why, where the outcome alone does not.
Both lists are closed: a new member is a change of the archive's contract (FORMAT.md, "Outcomes").
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Described(StrEnum):
    """A closed list whose members say in a sentence what they mean."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Make a member of a value and its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class Outcome(Described):
    """How one exchange, or one expected URL, ended."""

    ARTICLE = "article", "The page held at least one article of its own; `articles` names those written from it."
    UNCHANGED = "unchanged", "The archive holds what it gave: the page's article, or the whole answer (304)."
    HELD = "held", "The archive holds it, and it was not due to be looked at again."
    LISTING = "listing", "A page that lists articles: home, category, tag, author, search."
    PAGE = "page", "A page that is neither an article nor a listing; the reason says what it lacked."
    ROBOTS = "robots", "A robots.txt file."
    RIGHTS = "rights", "A tdmrep.json, in which a host reserves rights, or what was answered in its place."
    REQUISITE = "requisite", "Something that is no page: image, style sheet, feed, document."
    REDIRECT = "redirect", "The server named another URL (3xx)."
    REMOVED = "removed", "An article the archive holds is gone (404 or 410)."
    MOVED = "moved", "An article the archive holds has another address now, which a redirect names."
    HTTP_ERROR = "http_error", "The server answered with an error (4xx or 5xx)."
    FAILED = "failed", "No whole answer was received."
    REFUSED = "refused", "pressarc decided not to request it."


class Reason(Described):
    """Why, where the outcome alone does not say it."""

    # refused
    ROBOTS_DISALLOW = "robots_disallow", "robots.txt disallows it."
    ROBOTS_UNREACHABLE = "robots_unreachable", "robots.txt answered 5xx or not at all, which means: stay away."
    TOO_DEEP = "too_deep", "It lies more links away from the start page than `crawl.max_depth` allows."
    TOO_MANY_REDIRECTS = "too_many_redirects", "More than ten redirects, one after another, led to it."
    PAGE_BUDGET = "page_budget", "The run's page budget was spent."
    BYTE_BUDGET = "byte_budget", "The run's budget of bytes was spent."
    TIME_BUDGET = "time_budget", "The run's time was up."
    OUT_OF_HOURS = "out_of_hours", "The site may be visited at other hours only (`crawl.only_between`)."
    HOST_BACKED_OFF = "host_backed_off", "The host asked for a longer pause than this run can wait."
    TRAP = "trap", "URLs of its kind went on and on and led to nothing new."
    NOFOLLOW = "nofollow", "The page that names it asks that its links not be followed."
    REQUISITE_BUDGET = "requisite_budget", "The run's budget of requisites was spent."
    STOPPED = "stopped", "The run was stopped before its turn came."
    ADDRESS_REFUSED = "address_refused", "Its address is private, and private addresses are not allowed."
    # failed
    HOST_UNREACHABLE = "host_unreachable", "The name did not resolve, or nothing answered there."
    TLS_FAILED = "tls_failed", "The TLS handshake failed, or the certificate was not to be trusted."
    TIMEOUT = "timeout", "The time limit passed before the message was whole."
    DISCONNECTED = "disconnected", "The connection ended before the message did."
    TOO_LARGE = "too_large", "The body was larger than the limit and was cut there."
    PROTOCOL_BROKEN = "protocol_broken", "What came back is not HTTP/1.x."
    UNDECODABLE = "undecodable", "The body's content coding is broken or unknown."
    # http_error
    CLIENT_ERROR = "client_error", "Status 4xx."
    SERVER_ERROR = "server_error", "Status 5xx or unknown."
    # redirect
    REDIRECT_OFF_SITE = "redirect_off_site", "The redirect leads off the site and was not followed."
    # page
    NO_ARTICLE = "no_article", "No part of the page reads like an article."
    TOO_SHORT = "too_short", "There is text, but less than the least an article may have."
    EMBEDDED_ONLY = "embedded_only", "The page holds only articles that have pages of their own."
    UNPARSABLE = "unparsable", "No tree could be made of the page."
    PAGE_TOO_LARGE = "page_too_large", "The page is larger than extraction accepts."
    EXTRACTION_FAILED = "extraction_failed", "Extraction ended in an error; the detail names it."
    EXTRACTION_TIMEOUT = "extraction_timeout", "Extraction took longer than ten seconds and was ended."
    EXTRACTION_MEMORY = "extraction_memory", "Extraction took more than 500 MB of memory and was ended."
    DUPLICATE_URL = "duplicate_url", "Another page of this run gave the same article."
    FURTHER_PAGE = "further_page", "A further page of an article, whose line has what it says."
    FIRST_PAGE_MISSING = "first_page_missing", "A further page of an article whose first page could not be had."
    SOFT_404 = "soft_404", "The page says that there is nothing here, though its status says otherwise."
    CHALLENGE = "challenge", "The page wants proof that no program asks."
    CONSENT_WALL = "consent_wall", "The page asks for consent and shows nothing else."
    LOGIN_WALL = "login_wall", "The page asks to sign in and shows nothing else."


FAILURES = frozenset(
    (
        Reason.HOST_UNREACHABLE,
        Reason.TLS_FAILED,
        Reason.TIMEOUT,
        Reason.DISCONNECTED,
        Reason.TOO_LARGE,
        Reason.PROTOCOL_BROKEN,
        Reason.UNDECODABLE,
    )
)
"""Reasons that are the server's or the network's: the exchange failed. The others of a refusal are our own decision."""


PENDING = frozenset(
    (
        Reason.STOPPED,
        Reason.PAGE_BUDGET,
        Reason.BYTE_BUDGET,
        Reason.TIME_BUDGET,
        Reason.OUT_OF_HOURS,
        Reason.HOST_BACKED_OFF,
    )
)
"""Reasons that leave a URL for another night."""


class Source(Described):
    """What led to a URL (`via`), or said that an article is there (`expected_by`)."""

    SEED = "seed", "The site's own start URL."
    SITEMAP = "sitemap", "A sitemap."
    NEWS_SITEMAP = "news_sitemap", "A news sitemap."
    FEED = "feed", "An RSS, Atom or JSON feed."
    LISTING = "listing", "A listing page, or the pagination of one."
    LINK = "link", "A link on another page."
    REST = "rest", "A content API, such as WordPress REST."
    MEMORY = "memory", "An earlier run knew it."
    REQUISITE = "requisite", "A page needs it to be shown."
    ROBOTS = "robots", "The robots.txt of a host."
    RIGHTS = "rights", "The tdmrep.json of a host."
    REDIRECT = "redirect", "A redirect of another URL."


class Event(Described):
    """What an article line says happened."""

    NEW = "new", "The archive did not hold this article."
    CHANGED = "changed", "The archive held another revision."
    REMOVED = "removed", "The site no longer serves it."


class Flag(Described):
    """What a reader of an article should know about its quality (`quality.flags`)."""

    NO_DATE = "no_date", "The page gives no date of publication."
    NO_AUTHOR = "no_author", "The page names no author."
    SHORT = "short", "Fewer than 80 words."
    TRUNCATED = "truncated", "The capture was cut; the text may end early."
    CUT_SHORT = "cut_short", "The page shows less than half of the words it promises, or its text ends in an ellipsis."
    CHARSET_GUESSED = "charset_guessed", "The declared charset was absent or wrong, and another was used."
    FALLBACK = "fallback", "The article's place was guessed by the general extractor, not read from the structure."
    PAGES_MISSING = "pages_missing", "The article has further pages that could not be had."
    DATE_AFTER_CAPTURE = "date_after_capture", "The page claimed a date after the capture; it was not taken."
    DATE_RELATIVE = "date_relative", "The page says only how long ago it was: the day is counted back from the capture."
    DATES_CONFLICT = "dates_conflict", "The page claims that it was modified before it was published."


class Rule(StrEnum):
    """The rules by which a line is taken out of an article (`quality.removed`); FORMAT.md says what each means."""

    HEADLINE = "headline"
    BYLINE = "byline"
    DATE = "date"
    TEASER = "teaser"
    REPEATED = "repeated"
    PHRASE = "phrase"
    PAGE = "page"
    LINK = "link"
    LINK_LIST = "link_list"
    SUMMARY = "summary"
    BIO = "bio"
    PICTURE = "picture"
    FORM = "form"
    BELOW = "below"
