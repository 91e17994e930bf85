"""Single exchanges for a pack: a page with what it needs to be shown and believed, so that it stands alone.

In goes the capture of a page; picked are the exchange itself, the original of a revisit, what a redirect leads to, the
styles, images and scripts that the page names, what those name, and robots.txt and tdmrep.json of its host: of each the
capture that lies nearest to the page's. What the archive does not hold cannot be picked, and is passed over.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urljoin

from pipelines.captures.merge import original_of
from pipelines.errors import ContentError
from pipelines.http.url import absolute_url
from pipelines.index.cdxj import Capture, capture_of
from pipelines.page.requisites import Wanted, is_style_sheet, requisites
from pipelines.page.tree import MAX_HTML_BYTES
from pipelines.values import Page
from pipelines.wacz.exchanges import StoredExchange, exchange_at
from pipelines.wacz.runs import Runs
from pipelines.warc.pages import page_from_record
from pipelines.warc.reader import WarcRecord

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_POLICY_PATHS = ("/robots.txt", "/.well-known/tdmrep.json")
"""What the rights of every page of a host were read from."""
_MOST_REDIRECTS = 10
_MOST_REVISITS = 4
"""How many revisits may refer to one another before the payload comes."""
_FINDS_REMEMBERED = 1 << 16


class Picker:
    """Picks exchanges of one site.

    Args:
        runs: The site's.
        whole: Keys of WARC files that are packed whole: of their exchanges none is picked, but what these need is.
    """

    def __init__(self, runs: Runs, whole: Collection[str] = ()) -> None:
        self._runs, self._whole = runs, whole
        self._find = lru_cache(_FINDS_REMEMBERED)(runs.find)
        self._seen: set[tuple[str, int]] = set()
        self.captures: list[Capture] = []
        """What was picked; offsets are those of the archive's files."""
        self.extents: dict[str, dict[int, int]] = {}
        """Key of a WARC file → offset of each exchange picked of it → its bytes."""
        self.missing: list[str] = []
        """What a revisit refers to and the archive does not have, a sentence each."""

    def has(self, capture: Capture) -> bool:
        """Whether *capture* is in the pack; one that was taken down never is."""
        return (capture.filename, capture.offset) in self._seen

    def page(self, capture: Capture) -> None:
        """Pick *capture* with all that it needs."""
        for url in self._shown(capture, _MOST_REDIRECTS):
            self._requisite(url, capture.timestamp)
        for path in _POLICY_PATHS if self.has(capture) else ():
            policy = self._nearest(urljoin(capture.url, path), capture.timestamp)
            if policy is not None and policy.filename not in self._whole:
                self.exchange(policy)

    def original(self, revisit: Capture) -> None:
        """Pick what *revisit*, which is packed itself, refers to, unless that is packed, too."""
        original = self._referred(revisit)
        if original is None or original.is_revisit or original.filename not in self._whole:
            self.exchange(revisit)

    def exchange(self, capture: Capture) -> WarcRecord | None:
        """Pick *capture* and, if it is a revisit, all that it refers to.

        Returns:
            The record that has the payload; null where it was taken down, or is not there.
        """
        for _ in range(_MOST_REVISITS):
            record = self._pick(capture)
            if record is None or record.type != "revisit":
                return record
            revisit = capture_of(record, capture.filename)
            original = None if revisit is None else self._referred(revisit)
            if original is None:
                break
            capture = original
        said = f"{capture.url}: what its capture of {capture.timestamp} repeats is not in the archive"
        self.missing += [] if said in self.missing else [said]
        return None

    def _shown(self, capture: Capture, redirects: int) -> list[str]:
        """The requisites of the page that is shown for *capture*; the redirects to it are picked, too."""
        page = _page_of(self.exchange(capture))
        if page is None:
            return []
        target = _target_of(page)
        if target is not None and redirects:
            there = self._nearest(target, capture.timestamp)
            return [] if there is None else self._shown(there, redirects - 1)
        return requisites(page, Wanted.ALL) if _type_of(page) in _PAGE_TYPES else []

    def _requisite(self, url: str, timestamp: str) -> None:
        waiting, asked = [url], {url}
        while waiting:
            capture = self._nearest(waiting.pop(), timestamp)
            if capture is None or self._is_done(capture):
                continue
            page = _page_of(self.exchange(capture))
            found = [] if page is None else [each for each in _named_by(page) if each not in asked]
            waiting += found
            asked.update(found)

    def _is_done(self, capture: Capture) -> bool:
        """Whether nothing can follow from *capture* that is not packed already."""
        is_needy = capture.is_revisit or capture.mime == "text/css" or capture.status is None or capture.status >= 300
        is_packed = capture.filename in self._whole and not is_needy
        return is_packed or self.has(capture)

    def _nearest(self, url: str, timestamp: str) -> Capture | None:
        """The capture of *url* nearest to *timestamp*: of those that were answered well, if there are any."""
        at = _instant(timestamp)
        return min(
            self._find(url),
            key=lambda each: ((each.status or 200) >= 400, abs(_instant(each.timestamp) - at), each.timestamp),
            default=None,
        )

    def _referred(self, revisit: Capture) -> Capture | None:
        """What *revisit* refers to, which may be a revisit itself."""
        return original_of(revisit, [*self._find(revisit.refers_to_url or revisit.url), *self._find(revisit.url)])

    def _pick(self, capture: Capture) -> WarcRecord | None:
        if self._runs.is_taken_down(capture):
            return None
        file = self._runs.files[capture.filename]
        exchange = exchange_at(
            self._runs.store, capture.filename, capture.offset, capture.length, file_bytes=file.bytes
        )
        if not self.has(capture) and exchange.key not in self._whole:
            self._keep(exchange)
        self._seen.add((exchange.key, exchange.offset))
        return exchange.answer

    def _keep(self, exchange: StoredExchange) -> None:
        capture = capture_of(exchange.answer, exchange.key)
        if capture is not None:
            self.captures.append(capture)
        self.extents.setdefault(exchange.key, {})[exchange.offset] = len(exchange.members)


def _page_of(record: WarcRecord | None) -> Page | None:
    if record is None or record.type not in ("response", "resource"):
        return None
    try:
        return page_from_record(record, max_bytes=MAX_HTML_BYTES)
    except ContentError:
        return None


def _named_by(page: Page) -> list[str]:
    """What is needed to show a requisite: what it leads to, or what a style sheet names."""
    target = _target_of(page)
    if target is not None:
        return [target]
    return requisites(page, Wanted.ALL) if is_style_sheet(page) else []


def _target_of(page: Page) -> str | None:
    location = page.header("location")
    return absolute_url(page.url, location) if location and 300 <= page.status < 400 else None


def _type_of(page: Page) -> str:
    return (page.header("content-type") or "").partition(";")[0].strip().lower()


def _instant(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
