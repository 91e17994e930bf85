"""From a finished crawl to its manifest, on a local archive: nights that follow one another, die, and meet."""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import ArchiveError, BatchIncomplete, ManifestConflict, StoreUnavailable
from pipelines.index.cdxj import parse_line
from pipelines.memory.site import SiteMemory
from pipelines.options import Config
from pipelines.page.text import line_key
from pipelines.publish import publish as publish_module
from pipelines.publish.manifest import Manifest, newest, numbers, read_link
from pipelines.publish.publish import publish, received_nothing
from pipelines.publish.run import OpenRun
from pipelines.reasons import Outcome, Reason, Source
from pipelines.store.keys import memory_key, warc_key
from pipelines.store.local import LocalStore
from pipelines.values import Ledger, Unvisited
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from pipelines.warc.reader import read_record
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    article_page,
    capture,
    commit,
    config_for,
    home_page,
    id_of,
    lines_of,
    night,
    no_progress,
    pages_of,
    start,
    story,
    suffixes,
    url_of,
    visits,
)

SAME_NIGHT = FIRST_NIGHT + timedelta(hours=2)
SECOND_NIGHT = FIRST_NIGHT + timedelta(days=1)
THIRD_NIGHT = FIRST_NIGHT + timedelta(days=2)
Pages = list[tuple[str, bytes, int]]


def findings(archive: Path) -> list[str]:
    return [f"{each.rule} {each.where}" for each in verify(LocalStore(archive), Scope((SITE,)), no_progress).findings]


def articles(archive: Path, manifest: Manifest) -> dict[str, dict[str, object]]:
    lines = lines_of(LocalStore(archive), manifest, "articles")
    found = {str(line["url"]): line for line in lines}
    assert len(found) == len(lines)
    return found


def outcomes(archive: Path, manifest: Manifest) -> dict[str, dict[str, object]]:
    return {str(line["url"]): line for line in lines_of(LocalStore(archive), manifest, "outcomes")}


def test_a_manifest_says_how_its_run_went_and_its_numbers_are_those_of_its_lines(tmp_path: Path) -> None:
    manifest = night(tmp_path, [*pages_of("bakery", "quarry"), (f"{HOME}robots.txt", b"", 404)])
    assert manifest.stats is not None
    said = [line["status"] for line in outcomes(tmp_path, manifest).values() if line["via"] != "robots"]
    counted = Counter("none" if status is None else str(status) for status in said)
    assert manifest.stats.requests["page"] == counted
    written = articles(tmp_path, manifest).values()
    assert sum(manifest.stats.words.values()) == sum(manifest.stats.ways.values()) == len(written) == 2
    assert sum(manifest.stats.removed_lines.values()) == sum(len(line["quality"]["removed"]) for line in written)  # type: ignore[index,call-overload]
    assert set(manifest.stats.stages_s) <= {"crawling", "learning", "extracting", "uploading"}


def test_a_night_is_committed_with_everything_it_names(tmp_path: Path) -> None:
    manifest = night(tmp_path, [*pages_of("bakery", "quarry"), (f"{HOME}robots.txt", b"", 404)])
    assert (manifest.number, manifest.previous, manifest.complete, manifest.warnings) == (1, None, True, [])
    assert manifest.counts.articles.new == 2
    assert manifest.counts.exchanges == manifest.counts.records == 4
    assert [file.key.partition("/")[0] for file in manifest.files] == [
        "articles",
        "index",
        "memory",
        "outcomes",
        "profiles",
        "warc",
    ]
    store = LocalStore(tmp_path)
    for file in manifest.files:
        raw = store.read(file.key)
        assert (len(raw), hashlib.sha256(raw).hexdigest()) == (file.bytes, file.sha256)
        if file.lines is not None:
            plain = raw if file.key.endswith(".cdxj") else gzip.decompress(raw)
            assert file.lines == len(plain.splitlines())
    assert findings(tmp_path) == []


def test_the_index_of_a_night_has_a_line_for_each_answer_and_names_its_record(tmp_path: Path) -> None:
    gone = f"{HOME}gone"
    manifest = night(tmp_path, [*pages_of("bakery", "quarry"), (gone, b"", 404)], **{"capture.warc_max_bytes": 1024})
    store = LocalStore(tmp_path)
    (key,) = [file.key for file in manifest.files if file.key.startswith("index/")]
    lines = store.read(key).splitlines(keepends=True)
    assert lines == sorted(lines)
    captures = [parse_line(line, where=key) for line in lines]
    assert {(each.url, each.status) for each in captures} == {
        (HOME, 200),
        (url_of("bakery"), 200),
        (url_of("quarry"), 200),
        (gone, 404),
    }
    assert len({each.filename for each in captures}) == 4
    for each in captures:
        record = read_record(store.read_range(each.filename, each.offset, each.length))
        assert (record.type, record.target_uri) == ("response", each.url)


def test_an_article_line_leads_to_the_bytes_it_came_from(tmp_path: Path) -> None:
    manifest = night(tmp_path, pages_of("bakery", "quarry"))
    line = articles(tmp_path, manifest)[url_of("bakery")]
    warc = line["provenance"]["warc"]  # type: ignore[index]
    raw = LocalStore(tmp_path).read_range(warc["key"], warc["offset"], warc["length"])
    record = read_record(raw)
    assert record.target_uri == url_of("bakery")
    assert record.block.endswith(article_page("bakery"))
    assert line["text"] == "\n\n".join(story("bakery"))
    assert line["id"] == id_of("bakery")


def test_the_work_folder_keeps_nothing_of_a_committed_run_but_the_memory(tmp_path: Path) -> None:
    manifest = night(tmp_path, pages_of("bakery"))
    left = sorted(path.name for path in (tmp_path / ".work" / SITE).iterdir())
    assert left == ["lock", f"memory-{manifest.run}.sqlite"]


def test_the_second_night_writes_what_changed_and_what_is_gone_and_nothing_else(tmp_path: Path) -> None:
    night(tmp_path, pages_of("bakery", "quarry", "tramway"))
    changed = article_page("quarry", ending="The board added on Saturday that the quarry will stay open until spring.")
    second = night(
        tmp_path,
        [
            (HOME, home_page(["bakery", "quarry", "tramway", "vineyard"]), 200),
            (url_of("bakery"), article_page("bakery"), 200),
            (url_of("quarry"), changed, 200),
            (url_of("tramway"), b"gone", 410),
            (url_of("vineyard"), article_page("vineyard"), 200),
        ],
        at=SECOND_NIGHT,
    )
    lines = articles(tmp_path, second)
    events = {url: (line["event"], line["revision"]) for url, line in lines.items()}
    assert events == {
        url_of("quarry"): ("changed", 2),
        url_of("tramway"): ("removed", 2),
        url_of("vineyard"): ("new", 1),
    }
    assert lines[url_of("quarry")]["changes"]["fields"] == ["text"]  # type: ignore[index]
    removed = lines[url_of("tramway")]
    content = ("headline", "text", "blocks", "authors", "keywords", "images", "quality", "text_sha256", "published_at")
    assert {name: removed[name] for name in content} == dict.fromkeys(content)
    ended = {url: (line["outcome"], line["articles"]) for url, line in outcomes(tmp_path, second).items()}
    assert ended[url_of("bakery")] == ("unchanged", [id_of("bakery")])
    assert ended[url_of("tramway")][0] == "removed"
    assert second.counts.articles.model_dump() == {"new": 1, "changed": 1, "removed": 1}
    first = read_link(LocalStore(tmp_path), SITE, 1)
    assert second.previous is not None
    assert (second.previous.number, second.previous.sha256) == (1, first.sha256)
    assert findings(tmp_path) == []


def test_a_revision_names_the_record_of_the_one_before(tmp_path: Path) -> None:
    first = night(tmp_path, pages_of("bakery"))
    changed = article_page("bakery", ending="A second oven was lit on Saturday, to the joy of the whole street.")
    second = night(tmp_path, [(url_of("bakery"), changed, 200)], at=SECOND_NIGHT)
    before = articles(tmp_path, first)[url_of("bakery")]
    now = articles(tmp_path, second)[url_of("bakery")]
    place = dict(before["provenance"]["warc"])  # type: ignore[index]
    place.pop("payload_digest")
    assert now["changes"]["previous"] == {  # type: ignore[index]
        "revision": 1,
        "text_sha256": before["text_sha256"],
        "warc": place,
    }


def test_a_page_that_differs_only_around_the_article_is_unchanged(tmp_path: Path) -> None:
    night(tmp_path, pages_of("bakery", "quarry"))
    second = night(tmp_path, [(url_of("bakery"), article_page("bakery", nonce="5f1e"), 200)], at=SECOND_NIGHT)
    assert second.counts.articles.model_dump() == {"new": 0, "changed": 0, "removed": 0}
    assert outcomes(tmp_path, second)[url_of("bakery")]["outcome"] == "unchanged"


def test_a_removed_article_that_comes_back_is_its_next_revision(tmp_path: Path) -> None:
    night(tmp_path, pages_of("bakery"))
    night(tmp_path, [(url_of("bakery"), b"", 404)], at=SECOND_NIGHT)
    third = night(tmp_path, pages_of("bakery"), at=THIRD_NIGHT)
    line = articles(tmp_path, third)[url_of("bakery")]
    assert (line["event"], line["revision"]) == ("changed", 3)
    assert findings(tmp_path) == []


def test_a_removed_article_is_removed_once(tmp_path: Path) -> None:
    night(tmp_path, pages_of("bakery"))
    night(tmp_path, [(url_of("bakery"), b"", 404)], at=SECOND_NIGHT)
    third = night(tmp_path, [(url_of("bakery"), b"", 404)], at=THIRD_NIGHT)
    assert third.counts.articles.removed == 0
    assert outcomes(tmp_path, third)[url_of("bakery")]["outcome"] == "http_error"


def embedding(topic: str, embedded: str) -> tuple[str, bytes, int]:
    return url_of(topic), article_page(topic, embeds=embedded), 200


def test_an_embedded_copy_gives_way_to_the_articles_own_page(tmp_path: Path) -> None:
    manifest = night(tmp_path, [embedding("bakery", "quarry"), (url_of("quarry"), article_page("quarry"), 200)])
    lines = articles(tmp_path, manifest)
    assert lines.keys() == {url_of("bakery"), url_of("quarry")}
    assert lines[url_of("quarry")]["url_captured"] == url_of("quarry")
    assert lines[url_of("quarry")]["provenance"]["embedded"] is False  # type: ignore[index]


def test_an_embedded_copy_is_written_when_its_own_page_failed(tmp_path: Path) -> None:
    manifest = night(tmp_path, [embedding("bakery", "quarry"), (url_of("quarry"), b"", 500)])
    line = articles(tmp_path, manifest)[url_of("quarry")]
    assert line["url_captured"] == url_of("bakery")
    assert line["provenance"]["embedded"] is True  # type: ignore[index]
    assert outcomes(tmp_path, manifest)[url_of("bakery")]["articles"] == [id_of("bakery"), id_of("quarry")]
    assert findings(tmp_path) == []


def waiting(topic: str, reason: Reason = Reason.PAGE_BUDGET) -> Ledger:
    found_as = f"{url_of(topic)}?utm_source=home"
    unvisited = Unvisited(found_as, FIRST_NIGHT, Outcome.REFUSED, reason, None, Source.LISTING)
    return Ledger(complete=False, unvisited=(unvisited,), expected_by={url_of(topic): (Source.LISTING,)})


def test_an_embedded_copy_waits_while_its_own_page_does(tmp_path: Path) -> None:
    manifest = night(tmp_path, [embedding("bakery", "quarry")], ledger=waiting("quarry"))
    assert articles(tmp_path, manifest).keys() == {url_of("bakery")}
    second = night(tmp_path, [(url_of("quarry"), article_page("quarry"), 200)], at=SECOND_NIGHT)
    line = articles(tmp_path, second)[url_of("quarry")]
    assert (line["event"], line["text"]) == ("new", "\n\n".join(story("quarry")))
    assert findings(tmp_path) == []


def test_an_article_that_waited_is_not_taken_for_furniture(tmp_path: Path) -> None:
    for number in range(3):
        at = FIRST_NIGHT + timedelta(days=number)
        night(tmp_path, [embedding("bakery", "quarry")], ledger=waiting("quarry"), at=at)
    last = night(tmp_path, [(url_of("quarry"), article_page("quarry"), 200)], at=FIRST_NIGHT + timedelta(days=4))
    line = articles(tmp_path, last)[url_of("quarry")]
    assert line["text"] == "\n\n".join(story("quarry"))
    with SiteMemory(tmp_path / ".work" / SITE / f"memory-{last.run}.sqlite") as memory:
        keys = [line_key(paragraph) for paragraph in story("quarry")]
        assert memory.line_support(keys) == dict.fromkeys(keys, 1)


@pytest.mark.parametrize("warc_max_bytes", [1024, 1 << 20])
def test_an_article_that_is_gone_twice_in_a_night_is_removed_once(tmp_path: Path, warc_max_bytes: int) -> None:
    night(tmp_path, pages_of("bakery"))
    gone: Pages = [(url_of("bakery"), bytes(2000), 404), (url_of("bakery"), bytes(2000), 410)]
    second = night(tmp_path, gone, at=SECOND_NIGHT, **{"capture.warc_max_bytes": warc_max_bytes})
    assert second.counts.articles.removed == len(articles(tmp_path, second)) == 1
    assert findings(tmp_path) == []


def test_an_embedded_copy_of_a_removed_article_changes_nothing_night_after_night(tmp_path: Path) -> None:
    pages: Pages = [embedding("bakery", "quarry"), (url_of("quarry"), b"", 410)]
    night(tmp_path, pages_of("bakery", "quarry"))
    counts = [
        night(tmp_path, pages, at=FIRST_NIGHT + timedelta(days=day)).counts.articles.model_dump() for day in (1, 2, 3)
    ]
    assert counts[0]["removed"] == 1
    assert counts[1:] == [{"new": 0, "changed": 0, "removed": 0}] * 2


def test_what_was_wanted_and_not_had_has_its_line(tmp_path: Path) -> None:
    manifest = night(tmp_path, pages_of("bakery"), ledger=waiting("quarry"))
    line = outcomes(tmp_path, manifest)[f"{url_of('quarry')}?utm_source=home"]
    assert (line["outcome"], line["reason"], line["warc"]) == ("refused", "page_budget", None)
    assert line["expected_by"] == ["listing"]
    assert manifest.counts.exchanges == manifest.counts.records + 1
    assert any("wait for another night" in warning for warning in manifest.warnings)
    assert findings(tmp_path) == []


def test_a_second_url_of_an_article_is_a_duplicate(tmp_path: Path) -> None:
    other = f"{HOME}amp/the-bakery"
    manifest = night(tmp_path, [(other, article_page("bakery"), 200), (url_of("bakery"), article_page("bakery"), 200)])
    ended = outcomes(tmp_path, manifest)
    assert (ended[other]["outcome"], ended[other]["reason"], ended[other]["articles"]) == ("page", "duplicate_url", [])
    assert ended[url_of("bakery")]["outcome"] == "article"


def test_each_warc_file_has_its_parts(tmp_path: Path) -> None:
    manifest = night(tmp_path, pages_of("bakery", "quarry"), **{"capture.warc_max_bytes": 1024})
    kinds = [file.key.partition("/")[0] for file in manifest.files]
    assert kinds.count("warc") == kinds.count("outcomes") == 3
    assert kinds.count("articles") == 2
    assert findings(tmp_path) == []


def test_the_same_night_gives_the_same_lines_and_profile_anywhere(tmp_path: Path) -> None:
    one = night(tmp_path / "one", pages_of("bakery", "quarry"))
    two = night(tmp_path / "two", pages_of("bakery", "quarry"))
    assert one.profile == two.profile
    texts = [
        {url: line["text"] for url, line in articles(tmp_path / name, run).items()}
        for name, run in (("one", one), ("two", two))
    ]
    assert texts[0] == texts[1]


def test_a_crawl_that_is_not_over_is_not_published(tmp_path: Path) -> None:
    run = start(config_for(tmp_path), FIRST_NIGHT)
    with pytest.raises(BatchIncomplete):
        commit(run)
    assert newest(LocalStore(tmp_path), SITE) is None


# ---------------------------------------------------------------- nights that die


class Killed(BaseException):
    """The process ends here."""


class DyingStore(LocalStore):
    """A store whose process dies at one of its puts: before it, or when it is done and nobody was told."""

    def __init__(self, folder: Path, last_put: int, *, is_put_done: bool) -> None:
        super().__init__(folder)
        self._left = last_put
        self._is_put_done = is_put_done

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        self._left -= 1
        if self._left or self._is_put_done:
            super().put_new(key, source, sha256=sha256)
        if not self._left:
            raise Killed


@pytest.mark.parametrize("is_put_done", [False, True])
@pytest.mark.parametrize("last_put", range(1, 7))  # the WARC file went up before
def test_a_publication_killed_at_any_put_is_finished_by_the_next_start(
    tmp_path: Path, last_put: int, *, is_put_done: bool
) -> None:
    config = config_for(tmp_path)
    run = start(config, FIRST_NIGHT)
    capture(run, visits(pages_of("bakery"), at=FIRST_NIGHT))
    run.store = DyingStore(tmp_path, last_put, is_put_done=is_put_done)
    with pytest.raises(Killed):
        commit(run)
    resumed = start(config, SAME_NIGHT, suffix=7)
    if last_put == 6 and is_put_done:
        assert resumed.folder.run != run.folder.run  # the manifest had arrived: this is a new night
        resumed.close()
    else:
        assert commit(resumed).run == run.folder.run
    assert list(numbers(LocalStore(tmp_path), SITE)) == [1]
    assert read_link(LocalStore(tmp_path), SITE, 1).manifest.counts.articles.new == 1
    assert findings(tmp_path) == []


def test_the_memory_of_a_run_whose_commit_was_not_heard_of_is_kept(tmp_path: Path) -> None:
    config = config_for(tmp_path)
    run = start(config, FIRST_NIGHT)
    capture(run, visits(pages_of("bakery"), at=FIRST_NIGHT))
    run.store = DyingStore(tmp_path, 6, is_put_done=True)
    with pytest.raises(Killed):
        commit(run)
    night(tmp_path, pages_of("bakery"), at=SECOND_NIGHT)
    second = read_link(LocalStore(tmp_path), SITE, 2).manifest
    assert second.counts.articles.new == 0


def test_a_killed_transaction_does_not_reach_into_the_memory_of_the_next_try(tmp_path: Path) -> None:
    config = config_for(tmp_path)
    night(tmp_path, pages_of("bakery", "quarry"))
    run = start(config, SECOND_NIGHT)
    capture(run, visits(pages_of("vineyard"), at=SECOND_NIGHT))
    journal = run.folder.path / "memory.sqlite-journal"
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(2000))
    publish_module._fetch_memory(run, newest(run.store, SITE), run.folder.memory)
    assert not journal.exists()
    manifest = commit(run)
    assert manifest.counts.articles.new == 1
    assert findings(tmp_path) == []


def test_another_machine_takes_the_site_with_the_snapshot_alone(tmp_path: Path) -> None:
    first = night(tmp_path, pages_of("bakery"))
    (tmp_path / ".work" / SITE / f"memory-{first.run}.sqlite").unlink()
    second = night(tmp_path, pages_of("bakery"), at=SECOND_NIGHT)
    assert second.counts.articles.new == 0


def test_a_damaged_snapshot_is_named(tmp_path: Path) -> None:
    first = night(tmp_path, pages_of("bakery"))
    (tmp_path / ".work" / SITE / f"memory-{first.run}.sqlite").unlink()
    key = memory_key(SITE, first.run)
    for damaged in (b"", b"\x1f\x8b", (tmp_path / key).read_bytes()[:-9], b"not gzip"):
        (tmp_path / key).write_bytes(damaged)
        with pytest.raises(ArchiveError) as caught:
            night(tmp_path, pages_of("bakery"), at=SECOND_NIGHT)
        assert key in (caught.value.where, str(caught.value.where)) or "memory" in caught.value.where


# ---------------------------------------------------------------- nights that meet


class MetStore(LocalStore):
    """A store in which something happens just before the manifest is put."""

    def __init__(self, folder: Path, meanwhile: Callable[[], object], *, times: int = 1) -> None:
        super().__init__(folder)
        self._meanwhile = meanwhile
        self._times = times

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        if key.startswith("runs/") and self._times:
            self._times -= 1
            self._meanwhile()
        super().put_new(key, source, sha256=sha256)


def elsewhere(archive: Path) -> Config:
    """As another machine has it, which takes none of ours for dead."""
    return config_for(archive, **{"archive.work": str(archive.parent / "other"), "archive.adopt_after_s": 1e9})


def other_machine(archive: Path, pages: Pages, at: datetime) -> Manifest:
    """A night of the same site and archive in another work folder."""
    run = start(elsewhere(archive), at, suffix=0xABC)
    capture(run, visits(pages, at=at))
    return commit(run, suffix=0xDEF)


def met(archive: Path, pages: Pages, meanwhile: Callable[[], object]) -> OpenRun:
    run = start(config_for(archive), FIRST_NIGHT)
    capture(run, visits(pages, at=FIRST_NIGHT))
    run.store = MetStore(archive, meanwhile)
    return run


def test_two_machines_that_commit_at_once_make_one_chain_and_no_revision_twice(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    others = pages_of("bakery", "quarry")
    run = met(archive, pages_of("bakery", "tramway"), lambda: other_machine(archive, others, SECOND_NIGHT))
    mine = commit(run)
    store = LocalStore(archive)
    theirs = read_link(store, SITE, 1)
    assert (mine.number, theirs.manifest.run) == (2, "20261122T030000Z-000abc")
    assert mine.run != run.folder.run
    assert mine.previous is not None
    assert mine.previous.sha256 == theirs.sha256
    assert articles(archive, theirs.manifest).keys() == {url_of("bakery"), url_of("quarry")}
    assert articles(archive, mine).keys() == {url_of("tramway")}
    assert outcomes(archive, mine)[url_of("bakery")]["outcome"] == "unchanged"
    assert findings(archive) == []


def test_a_run_that_gave_way_and_died_unheard_is_not_published_again(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    run = met(archive, pages_of("tramway"), lambda: other_machine(archive, pages_of("bakery"), SECOND_NIGHT))

    def killed(*_: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run.site_folder, "keep_memory", killed)
        with pytest.raises(Killed):
            commit(run)
    resumed = start(config_for(archive), SAME_NIGHT, suffix=0x55)
    assert not resumed.is_resumed
    assert list(numbers(LocalStore(archive), SITE)) == [1, 2]
    second = read_link(LocalStore(archive), SITE, 2).manifest
    assert resumed.known_memory() == resumed.site_folder.memory_of(second.run)
    resumed.close()


def test_parts_of_an_earlier_try_that_rested_on_another_memory_are_left_behind(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    run = start(config_for(archive), FIRST_NIGHT)
    capture(run, visits(pages_of("bakery", "tramway"), at=FIRST_NIGHT))
    run.store = DyingStore(archive, 4, is_put_done=True)  # everything but the manifest is there
    with pytest.raises(Killed):
        commit(run)
    other_machine(archive, pages_of("bakery"), SECOND_NIGHT)
    resumed = start(config_for(archive), SAME_NIGHT)
    assert resumed.folder.run == run.folder.run
    mine = commit(resumed)
    assert mine.number == 2
    assert articles(archive, mine).keys() == {url_of("tramway")}
    assert findings(archive) == []


def test_a_run_that_never_comes_first_stays_and_says_so(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    nights = iter(range(1, 50))

    def meanwhile() -> None:
        number = next(nights)
        at = FIRST_NIGHT + timedelta(days=number)
        other = start(elsewhere(archive), at, suffix=0xA00 + number)
        capture(other, visits([(HOME, home_page([]), 200)], at=at))
        commit(other)

    run = met(archive, pages_of("bakery"), meanwhile)
    run.store = MetStore(archive, meanwhile, times=99)
    with pytest.raises(ManifestConflict, match="try again later"):
        commit(run)
    assert run.folder.path.exists()
    run = start(config_for(archive), SAME_NIGHT)
    assert commit(run, suffix=0x200).counts.articles.new == 1
    assert findings(archive) == []


def test_a_store_that_does_not_answer_leaves_the_run_where_it_is(tmp_path: Path) -> None:
    def down() -> None:
        raise StoreUnavailable("no answer", where="here")

    run = met(tmp_path, pages_of("bakery"), down)
    with pytest.raises(StoreUnavailable):
        commit(run)
    assert commit(start(config_for(tmp_path), SAME_NIGHT)).run == run.folder.run


# ---------------------------------------------------------------- what is remembered, and what is said


def test_the_memory_after_a_night_knows_its_urls_and_articles(tmp_path: Path) -> None:
    first = night(tmp_path, pages_of("bakery", "quarry"))
    with SiteMemory(tmp_path / ".work" / SITE / f"memory-{first.run}.sqlite") as memory:
        assert memory.url(url_of("bakery")) is not None
        assert memory.url(url_of("nowhere")) is None
        assert {each.url for each in memory.articles()} == {url_of("bakery"), url_of("quarry")}
        known = memory.article(id_of("bakery"))
        assert known is not None
        assert (known.revision, known.removed, known.embedded) == (1, False, False)
        assert known.record.key == warc_key(SITE, FIRST_NIGHT.date(), first.run, 0)


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([(HOME, home_page([]), 200)], "no article was found"),
        ([(HOME, home_page([]), 200), (url_of("bakery"), b"", 500)], "no article was found"),
    ],
)
def test_a_night_without_articles_warns(tmp_path: Path, pages: Pages, words: str) -> None:
    assert any(words in warning for warning in night(tmp_path, pages).warnings)


def test_progress_goes_from_nothing_to_all_in_each_stage(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    run = start(config_for(tmp_path), FIRST_NIGHT)
    capture(run, visits(pages_of("bakery"), at=FIRST_NIGHT))
    publish(run, now=lambda: FIRST_NIGHT, new_suffix=suffixes(), progress=lambda *facts: told.append(facts))
    run.close()
    publishing = [(done, total) for stage, done, total in told if stage == "publishing"]
    assert publishing[-1][0] == publishing[-1][1] > 0
    assert all(0 <= done <= total for _, done, total in told)


def test_worker_processes_give_what_one_process_gives(tmp_path: Path, worker_processes: None) -> None:
    manifest = night(tmp_path, pages_of("bakery", "quarry", "tramway"), **{"extract.workers": 2})
    lines = lines_of(LocalStore(tmp_path), manifest, "outcomes")
    assert [line["url"] for line in lines] == [HOME, url_of("bakery"), url_of("quarry"), url_of("tramway")]
    assert manifest.counts.articles.new == 3


def test_an_outage_is_a_night_of_its_own_and_is_published_once(tmp_path: Path) -> None:
    night(tmp_path, pages_of("bakery"))
    config = config_for(tmp_path)
    run = start(config, SECOND_NIGHT)
    lost = Unvisited(HOME, SECOND_NIGHT, Outcome.FAILED, Reason.HOST_UNREACHABLE, "no answer", Source.SEED)
    capture(run, [], ledger=Ledger(complete=True, unvisited=(lost,)))
    run.store = DyingStore(tmp_path, 4, is_put_done=True)  # outcomes, memory, profile, manifest
    with pytest.raises(Killed):
        commit(run)
    resumed = start(config, THIRD_NIGHT)
    assert not resumed.is_resumed
    resumed.close()
    second = read_link(LocalStore(tmp_path), SITE, 2).manifest
    assert (second.counts.exchanges, second.counts.records) == (1, 0)
    assert list(numbers(LocalStore(tmp_path), SITE)) == [1, 2]
    assert findings(tmp_path) == []


def test_a_run_without_a_record_has_nothing_to_archive(tmp_path: Path) -> None:
    run = start(config_for(tmp_path), FIRST_NIGHT)
    assert received_nothing(run)
    capture(run, visits(pages_of(), at=FIRST_NIGHT))
    assert not received_nothing(run)
    run.close()
