"""Which sitemap last listed a URL: from one night to the next this shows what a sitemap has dropped.

A URL that a sitemap listed yesterday and does not list today is probably gone; sitemaps are rewritten whole, so their
silence says something, which that of a feed does not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator


def sitemap_id(database: sqlite3.Connection, url: str) -> int:
    """The number of the sitemap at this canonical URL, given now if it has none."""
    database.execute("INSERT OR IGNORE INTO sitemaps (url) VALUES (?)", (url,))
    return int(database.execute("SELECT id FROM sitemaps WHERE url = ?", (url,)).fetchone()[0])


def note_listed(database: sqlite3.Connection, sitemap: int, urls: Iterable[str]) -> None:
    """Note that the sitemap lists these canonical URLs; those that are not known are passed over."""
    database.executemany(
        "UPDATE urls SET listed_by = ?1 WHERE url = ?2 AND listed_by IS NOT ?1", ((sitemap, url) for url in urls)
    )


def note_dropped(database: sqlite3.Connection, urls: Iterable[str]) -> None:
    """Note that no sitemap lists these canonical URLs any more."""
    database.executemany("UPDATE urls SET listed_by = NULL WHERE url = ?", ((url,) for url in urls))


def listed_by(database: sqlite3.Connection, sitemaps: Collection[str]) -> Iterator[str]:
    """The URLs that one of these sitemaps (canonical URLs) listed when it was last read, sorted."""
    for sitemap in sorted(sitemaps):
        yield from (
            str(row[0])
            for row in database.execute(
                "SELECT urls.url FROM urls JOIN sitemaps ON urls.listed_by = sitemaps.id "
                "WHERE sitemaps.url = ? ORDER BY urls.url",
                (sitemap,),
            )
        )
