"""Keys are built and read back without loss, and none can escape."""

from __future__ import annotations

import datetime
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ConfigError, StoreError
from pipelines.store import keys
from pipelines.store.keys import KeyParts, Kind

DAY = datetime.date(2026, 11, 22)
RUN = "20261122T030000Z-1a2b3c"
SHA256 = "5" * 64

sites = st.from_regex(r"[a-z0-9](?:[a-z0-9.-]{0,30}[a-z0-9])?", fullmatch=True)
days = st.dates(datetime.date(1990, 1, 1), datetime.date(9999, 12, 31))
runs = st.from_regex(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}", fullmatch=True).filter(str.isascii)
parts = st.integers(0, 99_999)
numbers = st.integers(0, 99_999_999)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


def test_keys_look_as_the_format_says() -> None:
    assert keys.articles_key("example.org", DAY, RUN, 3) == (
        "articles/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00003.jsonl.gz"
    )
    assert keys.warc_key("example.org", DAY, RUN, 0) == (
        "warc/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00000.warc.gz"
    )
    assert keys.outcomes_key("localhost-8000", DAY, RUN, 12) == (
        "outcomes/site=localhost-8000/date=2026-11-22/20261122T030000Z-1a2b3c-00012.jsonl.gz"
    )
    assert keys.index_key("example.org", RUN) == "index/site=example.org/20261122T030000Z-1a2b3c.cdxj"
    assert keys.profile_key("example.org", SHA256) == f"profiles/site=example.org/{SHA256}.json"
    assert keys.memory_key("example.org", RUN) == "memory/site=example.org/20261122T030000Z-1a2b3c.sqlite.gz"
    assert keys.manifest_key("example.org", 42) == "runs/site=example.org/00000042.json"


@given(sites, days, runs, parts)
def test_keys_by_day_are_read_back_as_they_were_built(site: str, day: datetime.date, run: str, part: int) -> None:
    for kind, build in (
        (Kind.ARTICLES, keys.articles_key),
        (Kind.WARC, keys.warc_key),
        (Kind.OUTCOMES, keys.outcomes_key),
    ):
        assert keys.parse_key(build(site, day, run, part)) == KeyParts(kind, site, date=day, run=run, number=part)


@given(sites, runs, numbers, digests)
def test_keys_by_site_are_read_back_as_they_were_built(site: str, run: str, number: int, sha256: str) -> None:
    assert keys.parse_key(keys.index_key(site, run)) == KeyParts(Kind.INDEX, site, run=run)
    assert keys.parse_key(keys.memory_key(site, run)) == KeyParts(Kind.MEMORY, site, run=run)
    assert keys.parse_key(keys.profile_key(site, sha256)) == KeyParts(Kind.PROFILES, site, profile_sha256=sha256)
    assert keys.parse_key(keys.manifest_key(site, number)) == KeyParts(Kind.RUNS, site, number=number)
    assert keys.manifest_number(keys.manifest_key(site, number)) == number
    for kind in (keys.SIGNATURE, keys.TIMESTAMP):
        assert keys.parse_key(keys.seal_key(site, number, kind)) == KeyParts(Kind.SEALS, site, number=number)
        assert keys.manifest_number(keys.seal_key(site, number, kind)) is None


@given(sites, days, runs, parts, numbers, digests)
def test_every_key_is_one_that_stores_accept_and_begins_with_its_prefix(
    site: str, day: datetime.date, run: str, part: int, number: int, sha256: str
) -> None:
    built = (
        keys.articles_key(site, day, run, part),
        keys.warc_key(site, day, run, part),
        keys.outcomes_key(site, day, run, part),
        keys.index_key(site, run),
        keys.profile_key(site, sha256),
        keys.memory_key(site, run),
        keys.manifest_key(site, number),
        keys.seal_key(site, number, keys.SIGNATURE),
    )
    for kind, key in zip(Kind, built, strict=True):
        assert keys.check_key(key) == key
        assert not keys.is_hidden(key)
        assert key.startswith(keys.site_prefix(kind, site))
    assert keys.site_names(built) == (site,)


@given(numbers, numbers)
def test_manifests_sort_as_their_numbers(one: int, other: int) -> None:
    by_key = keys.manifest_key("example.org", one) < keys.manifest_key("example.org", other)
    assert by_key == (one < other)


@given(st.text())
def test_any_text_is_parsed_or_refused_but_never_misread(text: str) -> None:
    assert keys.parse_key(text) is None
    assert keys.manifest_number(text) is None


@pytest.mark.parametrize(
    "key",
    [
        "archive.json",
        "runs/site=example.org/42.json",
        "runs/site=example.org/00000042.json\n",
        "runs/site=EXAMPLE.org/00000042.json",
        "warc/site=example.org/date=2026-13-01/20261122T030000Z-1a2b3c-00000.warc.gz",
        "warc/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00000.jsonl.gz",
        "copies/warc/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00000.warc.gz",
    ],
)
def test_a_stranger_s_key_says_nothing(key: str) -> None:
    assert keys.parse_key(key) is None


def test_only_manifests_have_a_manifest_number() -> None:
    assert keys.manifest_number(keys.warc_key("example.org", DAY, RUN, 7)) is None


def test_sites_of_a_listing_are_named_once_and_sorted() -> None:
    listing = (keys.manifest_key("b.example", 2), keys.manifest_key("a.example", 1), "archive.json")

    assert keys.site_names((*listing, keys.manifest_key("b.example", 1))) == ("a.example", "b.example")


@pytest.mark.parametrize(
    "site", ["", "Example.org", "example.org:8000", "a/b", "..", ".org", "org.", "-a", "é", "a" * 201]
)
def test_a_name_that_is_no_host_is_refused_with_what_is_wanted(site: str) -> None:
    with pytest.raises(ConfigError, match="named like its host"):
        keys.manifest_key(site, 1)


@pytest.mark.parametrize("number", [-1, 100_000_000])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="8 digits"):
        keys.manifest_key("example.org", number)


@pytest.mark.parametrize("run", ["", "20261122T030000Z", "20261122T030000Z-1A2B3C", f"{RUN}\n", f"../{RUN}"])
def test_what_is_not_the_name_of_a_run_is_refused(run: str) -> None:
    with pytest.raises(ValueError, match="name of a run"):
        keys.index_key("example.org", run)


def test_what_is_not_a_digest_is_refused() -> None:
    with pytest.raises(ValueError, match="sha256"):
        keys.profile_key("example.org", "../../etc/passwd")


def test_a_datetime_gives_its_day_only() -> None:
    moment = datetime.datetime(2026, 11, 22, 23, 59, tzinfo=datetime.UTC)

    assert keys.warc_key("example.org", moment, RUN, 0) == keys.warc_key("example.org", DAY, RUN, 0)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        ".a",
        "a/.b",
        "a\\b",
        "a b",
        "a\n",
        "a\0",
        "é",
        "x" * 256,
        "a/" * 600,
    ],
)
def test_a_bad_key_is_refused(key: str) -> None:
    with pytest.raises(StoreError, match="this is no key"):
        keys.check_key(key)


@given(st.text(alphabet=st.sampled_from("ab./\\-=_0 \n"), max_size=12))
def test_an_accepted_key_stays_below_its_folder_and_names_one_file(key: str) -> None:
    try:
        keys.check_key(key)
    except StoreError:
        return
    path = PurePosixPath("/archive") / key
    assert str(path) == f"/archive/{key}"
    assert ".." not in path.parts
    assert not keys.is_hidden(key)
