"""Every key of the archive (format 1): each built by one function, and read back by one.

In go a site, a day, a run and numbers; out come keys such as
`warc/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00000.warc.gz`. Keys are relative POSIX paths of plain
ASCII, the same in a folder and in a bucket. The kind comes first, `name=value` parts follow: so a prefix is a table.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipelines.errors import ConfigError, StoreError

ARCHIVE_KEY = "archive.json"
"""Format version, creation and owner of the archive."""

SIGNATURE, TIMESTAMP = "sig", "tsr"
"""What a seal's key ends with."""


class Kind(StrEnum):
    """The first part of a key: what sort of object it names."""

    ARTICLES = "articles"
    WARC = "warc"
    OUTCOMES = "outcomes"
    INDEX = "index"
    PROFILES = "profiles"
    MEMORY = "memory"
    RUNS = "runs"
    SEALS = "seals"


@dataclass(frozen=True, slots=True)
class KeyParts:
    """What a key says; null where its kind has no such part."""

    kind: Kind
    site: str
    date: datetime.date | None = None
    run: str | None = None
    number: int | None = None
    """Serial of a WARC file, part of articles and outcomes, place of a manifest (or of what it seals) in the chain."""
    profile_sha256: str | None = None


_SITE = r"[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?"
_RUN = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}"
_BY_DAY = (
    rf"site=(?P<site>{_SITE})/date=(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})/(?P<run>{_RUN})-(?P<number>[0-9]{{5}})"
)

_SHAPES = {
    Kind.ARTICLES: re.compile(rf"articles/{_BY_DAY}\.jsonl\.gz"),
    Kind.WARC: re.compile(rf"warc/{_BY_DAY}\.warc\.gz"),
    Kind.OUTCOMES: re.compile(rf"outcomes/{_BY_DAY}\.jsonl\.gz"),
    Kind.INDEX: re.compile(rf"index/site=(?P<site>{_SITE})/(?P<run>{_RUN})\.cdxj"),
    Kind.PROFILES: re.compile(rf"profiles/site=(?P<site>{_SITE})/(?P<profile>[0-9a-f]{{64}})\.json"),
    Kind.MEMORY: re.compile(rf"memory/site=(?P<site>{_SITE})/(?P<run>{_RUN})\.sqlite\.gz"),
    Kind.RUNS: re.compile(rf"runs/site=(?P<site>{_SITE})/(?P<number>[0-9]{{8}})\.json"),
    Kind.SEALS: re.compile(rf"seals/site=(?P<site>{_SITE})/(?P<number>[0-9]{{8}})\.(?:{SIGNATURE}|{TIMESTAMP})"),
}

_SEGMENT = re.compile(r"[A-Za-z0-9=_-][A-Za-z0-9=._-]*")
_KEY_MAX_CHARS = 1024  # S3's limit
_SEGMENT_MAX_CHARS = 255  # NAME_MAX of every file system in use


# ---------------------------------------------------------------- building


def articles_key(site: str, date: datetime.date, run: str, part: int) -> str:
    """The key of one part of a run's articles; *date* is the UTC day of capture."""
    return f"{_day_prefix(Kind.ARTICLES, site, date)}{check_run(run)}-{_digits(part, 5)}.jsonl.gz"


def warc_key(site: str, date: datetime.date, run: str, serial: int) -> str:
    """The key of one of a run's WARC files; *date* is the UTC day of capture."""
    return f"{_day_prefix(Kind.WARC, site, date)}{check_run(run)}-{_digits(serial, 5)}.warc.gz"


def outcomes_key(site: str, date: datetime.date, run: str, part: int) -> str:
    """The key of one part of a run's outcomes; *date* is the UTC day of capture."""
    return f"{_day_prefix(Kind.OUTCOMES, site, date)}{check_run(run)}-{_digits(part, 5)}.jsonl.gz"


def index_key(site: str, run: str) -> str:
    """The key of a run's CDXJ index."""
    return f"{site_prefix(Kind.INDEX, site)}{check_run(run)}.cdxj"


def profile_key(site: str, sha256: str) -> str:
    """The key of a frozen profile, named by the digest of its bytes."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"not a sha256 in lowercase hex: {sha256!r}")
    return f"{site_prefix(Kind.PROFILES, site)}{sha256}.json"


def memory_key(site: str, run: str) -> str:
    """The key of the site's crawl memory as it was after a run."""
    return f"{site_prefix(Kind.MEMORY, site)}{check_run(run)}.sqlite.gz"


def manifest_key(site: str, number: int) -> str:
    """The key of the manifest that is *number* in the site's chain."""
    return f"{site_prefix(Kind.RUNS, site)}{_digits(number, 8)}.json"


def seal_key(site: str, number: int, kind: str) -> str:
    """The key of the signature (`SIGNATURE`) or the time-stamp (`TIMESTAMP`) of manifest *number*."""
    if kind not in (SIGNATURE, TIMESTAMP):
        raise ValueError(f"no kind of seal: {kind!r}")
    return f"{site_prefix(Kind.SEALS, site)}{_digits(number, 8)}.{kind}"


def site_prefix(kind: Kind, site: str) -> str:
    """What all keys of one kind and site begin with."""
    return f"{kind}/site={check_site(site)}/"


def _day_prefix(kind: Kind, site: str, date: datetime.date) -> str:
    return f"{site_prefix(kind, site)}date={date.isoformat()[:10]}/"


def _digits(number: int, width: int) -> str:
    if not 0 <= number < 10**width:
        raise ValueError(f"a number of {width} digits is wanted, not {number}")
    return f"{number:0{width}}"


# ---------------------------------------------------------------- reading


def parse_key(key: str) -> KeyParts | None:
    """What a key says, or null for one that is not of this format (`archive.json` and strangers)."""
    kind = next((kind for kind in Kind if key.startswith(f"{kind}/")), None)
    match = _SHAPES[kind].fullmatch(key) if kind else None
    if kind is None or match is None:
        return None
    found = match.groupdict()
    try:
        date = datetime.date.fromisoformat(found["date"]) if "date" in found else None
    except ValueError:
        return None
    number = int(found["number"]) if "number" in found else None
    return KeyParts(kind, found["site"], date, found.get("run"), number, found.get("profile"))


def manifest_number(key: str) -> int | None:
    """The place in the chain of the manifest at *key*, or null if it is no manifest's key."""
    parts = parse_key(key)
    return parts.number if parts is not None and parts.kind is Kind.RUNS else None


def site_names(keys: Iterable[str]) -> tuple[str, ...]:
    """The sites that *keys* speak of, each once, sorted."""
    return tuple(sorted({parts.site for key in keys if (parts := parse_key(key)) is not None}))


# ---------------------------------------------------------------- checking


def check_site(site: str) -> str:
    """Return *site* if it can name a site: a host name in lower case, a port written as `-8000`.

    Raises:
        ConfigError: It cannot.
    """
    if not re.fullmatch(_SITE, site):
        raise ConfigError(
            "a site is named like its host, with a-z, 0-9, dots and hyphens (a port as -8000)", where=f"site {site!r}"
        )
    return site


def check_run(run: str) -> str:
    """Return *run* if it names a run: UTC start and six hex digits, `20261122T030000Z-1a2b3c`.

    Raises:
        ValueError: It does not.
    """
    if not re.fullmatch(_RUN, run):
        raise ValueError(f"not the name of a run (20261122T030000Z-1a2b3c): {run!r}")
    return run


def check_key(key: str) -> str:
    """Return *key* if any store can hold it and no path can escape by it.

    Raises:
        StoreError: It is empty, too long, or has a part that is empty, begins with a dot, or holds anything but
            letters, digits and `= . _ -`.
    """
    is_sound = all(_SEGMENT.fullmatch(part) and len(part) <= _SEGMENT_MAX_CHARS for part in key.split("/"))
    if not is_sound or len(key) > _KEY_MAX_CHARS:
        raise StoreError(
            "this is no key: a relative path of letters, digits and = . _ - is wanted, no part beginning with a dot",
            where=repr(key),
        )
    return key


def check_prefix(prefix: str) -> str:
    """Return *prefix* if keys can begin so.

    Raises:
        StoreError: A part of it that is whole breaks the rules of `check_key`.
    """
    folder = prefix.rpartition("/")[0]
    if folder or prefix.startswith("/"):
        check_key(folder)
    return prefix


def is_hidden(key: str) -> bool:
    """Whether a part of *key* begins with a dot: unfinished files and the probe, which are no objects."""
    return key.startswith(".") or "/." in key
