"""Every option of pressarc, with its default, unit and meaning: the model of a configuration.

config.py reads it; docs/configuration.md is held against it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.reasons import Rule

_HOURS = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9]) ?- ?((?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)")


class Section(BaseModel):
    """A table of options: frozen, and no key that is not listed is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


class SiteOptions(Section):
    """`[site]`: which site. In a site file `url` and `name` may stand at the top."""

    url: str = Field("", description="Where the site starts: the home page, http or https.")
    name: str = Field("", description="Its name in the archive; by default the host without `www.`.")


class ArchiveOptions(Section):
    """`[archive]`: where the archive is."""

    location: str = Field("archive", description="A folder, or `s3://bucket/prefix`.")
    endpoint: str | None = Field(None, description="Address of an S3 server other than Amazon's.")
    region: str | None = Field(None, description="Region of the bucket, where the server wants one.")
    work: str | None = Field(
        None,
        description="Folder for runs that are not committed yet; by default `.work` in the archive's folder, "
        "and `.pressarc/<bucket>/<prefix>` here for an archive on S3.",
    )
    adopt_after_s: float = Field(
        43200.0,
        ge=0,
        description="Seconds after which a run of another machine counts as dead: its WARC files that are in the "
        "archive, and in no manifest, are published by the next start.",
    )
    owner: str | None = Field(None, description="Who keeps the archive; written into `archive.json` and every WARC.")


class StoreOptions(Section):
    """`[store]`: how an archive on S3 is kept. Tables are by kind of file, the first part of its key."""

    single_writer: bool = Field(
        default=False,
        description="Your promise that only one process at a time writes a site; a store that ignores "
        "`If-None-Match` is not written to without it.",
    )
    patience_s: float = Field(
        120.0, ge=0, le=3600, description="Seconds for which a call that the store does not answer is tried again."
    )
    comparison: Literal["read_back", "checksum"] = Field(
        "read_back",
        description="How an upload is compared with what was meant: every object is read back, or the sha256 that the "
        "store says it has computed is trusted (and read back where it names none).",
    )
    encryption: str | None = Field(
        None, description="Server-side encryption, as the store calls it: `AES256`, `aws:kms`."
    )
    encryption_key: str | None = Field(None, description="The KMS key it is done with.")
    storage_class: dict[str, str] = Field({}, description="Storage class by kind of file.")
    tags: dict[str, str] = Field({}, description="Tags by kind of file, as `name=value&name=value`.")
    lock: dict[str, str] = Field(
        {},
        description="Object lock by kind of file, as `governance 365d` or `compliance 3650d`; the bucket must have it.",
    )
    legal_hold: tuple[str, ...] = Field((), description="Kinds of file that are put with a legal hold.")


class CrawlOptions(Section):
    """`[crawl]`: what is fetched, and how politely."""

    contact: str | None = Field(
        None, description="Where a publisher can reach you, as a URL or mail address; part of the user agent."
    )
    delay_s: float = Field(1.0, ge=0, le=3600, description="Seconds between two requests to a host.")
    max_crawl_delay_s: float = Field(
        60.0,
        ge=0,
        le=3600,
        description="Seconds: a longer Crawl-delay in robots.txt, or what a slow host asks for, is taken as this long.",
    )
    connections_per_host: int = Field(1, ge=1, le=16, description="Requests to a host that may be under way at once.")
    latency_factor: float = Field(
        1.0,
        ge=0,
        le=100,
        description="The delay is at least this many times what a host takes to answer; 0 leaves that out of account.",
    )
    backoff_s: float = Field(
        30.0,
        gt=0,
        le=86400,
        description="Seconds a host is left alone after 429 or 503 without Retry-After; then twice as long, and so on.",
    )
    max_backoff_s: float = Field(
        600.0,
        ge=0,
        le=86400,
        description="Seconds: a host that asks to be left alone for longer is not asked again in the run.",
    )
    only_between: str | None = Field(
        None, description="Hours of the day in which the site may be visited, like `22:00-06:00`."
    )
    time_zone: str = Field("UTC", description="Time zone of those hours, like `Europe/Berlin`.")
    obey_nofollow: bool = Field(
        default=True, description="Whether links marked nofollow, or on pages whose HTML says so, are not followed."
    )
    obey_x_robots_tag: bool = Field(
        default=True, description="Whether links on pages whose X-Robots-Tag says nofollow are not followed."
    )
    timeout_s: float = Field(60.0, gt=0, le=3600, description="Seconds an exchange may take in all.")
    retries: int = Field(2, ge=0, le=10, description="How often a failed request is tried again.")
    max_pages: int = Field(1000, ge=1, description="Pages a run may fetch, robots.txt files not counted.")
    max_minutes: float | None = Field(
        None, gt=0, description="Minutes a run may fetch for; what is left waits for another night."
    )
    max_bytes: int | None = Field(
        None, ge=1024, description="Bytes a run may receive; what is left waits for another night."
    )
    revisit_after_h: tuple[float, ...] = Field(
        (12, 24, 72, 168, 672),
        description="Hours from an article's publication or last change until it is looked at again, from then to the "
        "next time, and so on; the last one repeats. Empty: never, unless something says that it changed.",
    )
    sites_at_once: int = Field(
        20, ge=1, le=1000, description="Sites that one process crawls at the same time; the others wait."
    )
    max_depth: int = Field(5, ge=0, le=100, description="Links from the home page; pagination does not count.")
    max_body_bytes: int = Field(
        16 * 1024 * 1024, ge=1024, description="Bytes of a body; a longer one is cut there and marked as cut."
    )
    requisites: Literal["all", "images", "none"] = Field(
        "all", description="What pages need to be shown, besides themselves: all of it, only images, or nothing."
    )
    requisite_hosts: Literal["any", "site"] = Field(
        "any", description="Where requisites may come from: any host, or the site's own alone."
    )
    max_requisites: int = Field(5000, ge=0, description="Requisites a run may fetch.")
    max_requisite_bytes: int = Field(
        8 * 1024 * 1024, ge=1024, description="Bytes of a requisite's body; a longer one is cut there."
    )
    tdmrep: bool = Field(
        default=True,
        description="Whether a host is asked, once a night, for the file in which it reserves rights to text and data "
        "mining (/.well-known/tdmrep.json).",
    )
    allow_private: bool = Field(
        default=False, description="Whether hosts with private or loopback addresses may be fetched."
    )

    @field_validator("only_between")
    @classmethod
    def _are_hours(cls, between: str | None) -> str | None:
        hours = None if between is None else _HOURS.fullmatch(between)
        if between is not None and (hours is None or hours[1] == hours[2]):
            raise ValueError("expected hours of the day like 22:00-06:00")
        return between

    @field_validator("time_zone")
    @classmethod
    def _is_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no such time zone{hint(name, sorted(available_timezones()))}") from None
        return name


class NightlyOptions(Section):
    """`[nightly]`: when `pressarc nightly` crawls the site."""

    enabled: bool = Field(default=True, description="Whether `pressarc nightly` crawls the site.")
    every_h: float = Field(
        24.0,
        ge=0,
        le=8784,
        description="Hours from the start of one complete run to that of the next. Half of them early, but at most 12 "
        "hours, is early enough: a night that begins a little sooner than the last one leaves no site out.",
    )


class DiscoverOptions(Section):
    """`[discover]`: by which ways articles are found; those that a site does not have cost it nothing."""

    sitemaps: bool = Field(default=True, description="Whether sitemaps are read.")
    feeds: bool = Field(default=True, description="Whether feeds are read.")
    rest: bool = Field(default=True, description="Whether a content API is read, such as WordPress REST.")
    listings: bool = Field(default=True, description="Whether category pages and their further pages are read.")
    links: bool = Field(default=True, description="Whether links between articles are followed.")
    more: tuple[str, ...] = Field(
        (), description="URLs of further pages, sitemaps or feeds that name articles, read every night."
    )


class CaptureOptions(Section):
    """`[capture]`: how WARC files are written."""

    warc_max_bytes: int = Field(
        256 * 1024 * 1024, ge=1024, description="Bytes at which a WARC file is closed and the next one begun."
    )
    warc_max_age_s: float = Field(1800.0, gt=0, description="Seconds after which a WARC file is closed.")


class ExtractOptions(Section):
    """`[extract]`: how pages become articles."""

    workers: int = Field(0, ge=0, le=256, description="Worker processes; 0 means one for each processor.")
    keep: tuple[Rule, ...] = Field(
        (), description="Rules of `quality.removed` that are switched off: the lines they would remove stay."
    )


class SealOptions(Section):
    """`[seal]`: who vouches for the manifests, and since when."""

    key_file: str | None = Field(
        None, description="File with the Ed25519 private key that manifests are signed with; none, and they are not."
    )
    timestamp_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s]+$",
        description="Address of a time-stamp authority (RFC 3161) that is asked to stamp each manifest.",
    )


class ReplayOptions(Section):
    """`[replay]`: how the archive is shown in a browser."""

    environment: str | None = Field(
        None,
        description="Folder of the environment that pywb is in, where it is not in pressarc's own; by default `pywb` "
        "in the folder of that one.",
    )


class Config(Section):
    """The effective configuration of one site's run."""

    site: SiteOptions = SiteOptions()
    archive: ArchiveOptions = ArchiveOptions()
    store: StoreOptions = StoreOptions()
    crawl: CrawlOptions = CrawlOptions()
    nightly: NightlyOptions = NightlyOptions()
    discover: DiscoverOptions = DiscoverOptions()
    capture: CaptureOptions = CaptureOptions()
    extract: ExtractOptions = ExtractOptions()
    seal: SealOptions = SealOptions()
    replay: ReplayOptions = ReplayOptions()

    @property
    def user_agent(self) -> str:
        """What pressarc calls itself: its name, version, and how to reach whoever runs it."""
        about = f"; {self.crawl.contact}" if self.crawl.contact else ""
        return f"pressarc/{version('pressarc')} (news archive{about})"


def options() -> Iterator[tuple[str, type[Section]]]:
    """Every section's name and model, in order."""
    for name, info in Config.model_fields.items():
        assert isinstance(info.annotation, type)
        yield name, info.annotation


def hint(word: str, known: Sequence[str]) -> str:
    """The known word that *word* may have been meant for, as the end of a sentence; "" where there is none."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; the nearest is `{close[0]}`" if close else ""
