"""An article is taken out of an archive whose chain goes on to hold; whatever dies on the way is gone on with."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipelines import disk
from pipelines.errors import ConfigError, DigestMismatch, ManifestConflict, StoreError
from pipelines.index.cdxj import parse_line
from pipelines.memory.site import SiteMemory, read_snapshot
from pipelines.page.text import line_key
from pipelines.publish.copies import copies
from pipelines.publish.guarded import Crew
from pipelines.publish.manifest import newest
from pipelines.publish.rebuild import rebuild
from pipelines.publish.takedown import finish, obstacles, take_down, take_up
from pipelines.publish.whereabouts import find
from pipelines.publish.work import SiteFolder
from pipelines.store.keys import memory_key
from pipelines.store.local import LocalStore
from pipelines.verify.archive import Report, verify
from pipelines.verify.proof import prove
from pipelines.verify.scope import Scope
from pipelines.warc.blank import without_payloads
from pipelines.warc.reader import read_records
from tests.damage.museum import Museum
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    HOME,
    SITE,
    article_page,
    id_of,
    in_this_process,
    lines_of,
    night,
    no_progress,
    pages_of,
    story,
    suffixes,
    url_of,
)

FOURTH, FIFTH = FIRST_NIGHT + timedelta(days=3), FIRST_NIGHT + timedelta(days=4)
SECRET = b"The quarry has kept"
REASON = "court order 12/26"


@pytest.fixture
def folder(museum: Museum) -> Iterator[SiteFolder]:
    with closing(SiteFolder(museum.folder / ".work", SITE)) as opened:
        yield opened


def report(museum: Museum) -> Report:
    return verify(LocalStore(museum.folder), Scope((SITE,)), no_progress)


def redact(museum: Museum, folder: SiteFolder, target: str = url_of("quarry")) -> None:
    store = LocalStore(museum.folder)
    found = find(store, SITE, target)
    take_down(store, folder, found, reason=REASON, now=FOURTH, new_suffix=suffixes(0x77))


def everything(museum: Museum) -> bytes:
    """All that the archive and the work folder hold, uncompressed."""
    held = b""
    for path in sorted(museum.folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            held += gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    return held


def test_nothing_of_it_is_left_and_the_chain_holds_and_says_so(museum: Museum, folder: SiteFolder) -> None:
    assert SECRET in everything(museum)
    redact(museum, folder)
    found = report(museum)
    assert (found.findings, found.checked.taken_down, found.checked.manifests) == ([], 1, 4)
    left = everything(museum)
    assert SECRET not in left
    assert all(line.encode() not in left for line in story("quarry"))
    assert all(line.encode() in left for line in story("bakery"))
    (down,) = museum.manifest(4)["taken_down"]
    assert (down["article"], down["url"], down["reason"]) == (id_of("quarry"), url_of("quarry"), REASON)
    assert len(down["records"]) == 2
    assert [each["now"] is None for each in down["files"]].count(True) == 3  # the old snapshots


def test_the_indexes_say_what_the_records_say_now_and_their_other_lines_stay(
    museum: Museum, folder: SiteFolder
) -> None:
    keys = [museum.key(number, "index") for number in (1, 2)]
    before = [museum.path(key).read_bytes().splitlines() for key in keys]
    redact(museum, folder)
    after = [museum.path(key).read_bytes().splitlines() for key in keys]
    changed = [
        (old, new) for olds, news in zip(before, after, strict=True) for old, new in zip(olds, news, strict=True)
    ]
    altered = [(old, new) for old, new in changed if old != new]
    assert len(altered) == 2
    for pair in altered:
        old, new = (parse_line(line, where="") for line in pair)
        assert old.url == url_of("quarry")
        assert replace(new, digest=old.digest) == old


def test_an_id_does_as_well_as_a_url_and_what_is_not_there_is_said(museum: Museum, folder: SiteFolder) -> None:
    store = LocalStore(museum.folder)
    assert find(store, SITE, id_of("quarry")) == find(store, SITE, url_of("quarry"))
    for nothing in (url_of("nowhere"), "0" * 32):
        with pytest.raises(ConfigError, match="no such article"):
            find(store, SITE, nothing)


def test_copies_are_named_under_other_urls_and_below_other_articles(tmp_path: Path) -> None:
    # The bakery's text has a second article, a page for printing, and a place below the tramway's article.
    once_more, printed = f"{HOME}2026/11/20/the-bakery-once-more", f"{HOME}print/?of=the-bakery-opens-its-doors-again"
    pages = [
        *pages_of("bakery", "quarry"),
        (once_more, article_page("bakery").replace(url_of("bakery").encode(), once_more.encode()), 200),
        (url_of("tramway"), article_page("tramway", embeds="bakery"), 200),
        (printed, article_page("bakery"), 200),
    ]
    with in_this_process():
        night(tmp_path, pages)
    store = LocalStore(tmp_path)
    found = find(store, SITE, url_of("bakery"))
    assert [each.url for each in copies(store, found, None)] == [once_more]
    named = list(copies(store, found, Crew(1)))
    assert {each.url for each in named if each.article is None} == {url_of("tramway"), printed}
    assert len({each.where for each in named}) == len(named) == 3


def test_an_article_whose_page_carried_it_is_named_before_and_says_afterwards_why_it_cannot_be_proven(
    tmp_path: Path,
) -> None:
    with in_this_process():
        night(tmp_path, [*pages_of("bakery"), (url_of("tramway"), article_page("tramway", embeds="shipyard"), 200)])
    museum, store = Museum(tmp_path), LocalStore(tmp_path)
    assert find(store, SITE, url_of("bakery")).unproven == set()
    assert find(store, SITE, url_of("shipyard")).unproven == {url_of("tramway")}
    with closing(SiteFolder(tmp_path / ".work", SITE)) as folder:
        redact(museum, folder, url_of("shipyard"))
    assert report(museum).findings == []
    proof = prove(store, id_of("tramway"), [SITE], Crew(1))
    assert proof is not None
    assert (proof.taken_down, proof.findings) == (f"its page went with {url_of('shipyard')}: {REASON}", [])


def test_a_proof_of_its_line_says_why_it_is_gone_and_other_lines_are_proven(museum: Museum, folder: SiteFolder) -> None:
    redact(museum, folder)
    store = LocalStore(museum.folder)
    gone, other = (prove(store, id_of(topic), [SITE], Crew(1), revision=1) for topic in ("quarry", "bakery"))
    assert gone is not None
    assert other is not None
    assert (gone.taken_down, gone.findings, gone.sentences) == (REASON, [], [])
    assert (other.taken_down, other.findings, other.is_made_again) == (None, [], True)


def test_lines_keep_their_place_and_records_theirs(museum: Museum, folder: SiteFolder) -> None:
    warc, articles = museum.key(1, "warc"), museum.key(1, "articles")
    before, lines = _places(museum.path(warc)), museum.lines(articles)
    redact(museum, folder)
    assert _places(museum.path(warc)) == before
    after = [json.loads(line) for line in museum.lines(articles)]
    assert [each["id"] for each in after] == [json.loads(line)["id"] for line in lines]
    (gone,) = [each for each in after if each["id"] == id_of("quarry")]
    assert (gone["text"], gone["headline"], gone["blocks"], gone["event"]) == (None, None, None, "new")
    assert gone["provenance"]["warc"]["record_id"]
    assert lines[0] in museum.lines(articles) or lines[1] in museum.lines(articles)


def _places(path: Path) -> list[tuple[str | None, int, int]]:
    with path.open("rb") as stream:
        return [(record.record_id, record.offset, record.length) for record in read_records(stream)]


def test_other_programs_read_the_replaced_file(museum: Museum, folder: SiteFolder) -> None:
    redact(museum, folder)
    with museum.path(museum.key(1, "warc")).open("rb") as stream:
        read = [(each.rec_type, len(each.content_stream().read())) for each in ArchiveIterator(stream)]
    responses = [size for kind, size in read if kind == "response"]
    assert sorted(size > 0 for size in responses) == [False, True, True]


def test_a_large_record_is_filled_up_to_its_length(museum: Museum, folder: SiteFolder) -> None:

    noise = random.Random(1).randbytes(300_000)
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    plain = (
        (
            b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Length: %d\r\n\r\n"
            % (len(head) + len(noise))
        )
        + head
        + noise
        + b"\r\n\r\n"
    )
    other = gzip.compress(plain.replace(b"uuid:1", b"uuid:2"), mtime=0)
    file = other + gzip.compress(plain, mtime=0) + other
    replaced = b"".join(without_payloads(io.BytesIO(file), {"urn:uuid:1"}, where="x"))
    assert len(replaced) == len(file)
    records = list(read_records(io.BytesIO(replaced)))
    assert [each.block_bytes for each in records] == [len(head) + len(noise), len(head), len(head) + len(noise)]
    assert noise[:50] not in gzip.decompress(replaced[len(other) : -len(other)])


def test_the_next_nights_do_not_bring_it_back_and_a_memory_made_again_does_not_either(
    museum: Museum, folder: SiteFolder, tmp_path: Path
) -> None:
    redact(museum, folder)
    folder.close()
    with in_this_process():
        manifest = night(museum.folder, pages_of("quarry", "tramway"), at=FIFTH)
    urls = [line["url"] for line in lines_of(LocalStore(museum.folder), manifest, "articles")]
    assert urls == [url_of("tramway")]
    assert report(museum).findings == []
    rebuild(LocalStore(museum.folder), SITE, tmp_path / "made.sqlite", Crew(1), no_progress)
    with SiteMemory(tmp_path / "made.sqlite") as memory:
        known = memory.article(id_of("quarry"))
        assert known is not None
        assert known.is_taken_down


def test_the_memory_keeps_no_line_of_it(museum: Museum, folder: SiteFolder, tmp_path: Path) -> None:
    redact(museum, folder)
    store = LocalStore(museum.folder)
    head = newest(store, SITE)
    assert head is not None
    read_snapshot(store.read(memory_key(SITE, head.manifest.run)), tmp_path / "memory.sqlite", where="")
    with SiteMemory(tmp_path / "memory.sqlite") as memory:
        assert memory.line_support(map(line_key, [*story("quarry"), "The quarry opens its doors again"])) == {}
        assert len(memory.line_support(map(line_key, story("bakery")))) == 3
        assert memory.url(url_of("quarry")) is None


def test_what_was_taken_down_and_is_still_there_is_found(museum: Museum, folder: SiteFolder) -> None:
    keys = {kind: museum.key(1, kind) for kind in ("warc", "articles", "memory")}
    kept = {kind: museum.path(key).read_bytes() for kind, key in keys.items()}
    redact(museum, folder)
    for kind, key in keys.items():
        now = museum.path(key).read_bytes() if museum.path(key).exists() else None
        museum.path(key).write_bytes(kept[kind])
        rules = {(each.rule, each.where) for each in report(museum).findings}
        assert rules, kind
        expected = ("taken_down", key) if kind == "memory" else None
        assert expected is None or expected in rules
        assert any(each.startswith(("taken_down", "file_")) for each, _ in rules)
        museum.path(key).unlink() if now is None else museum.path(key).write_bytes(now)
    assert report(museum).findings == []


def test_a_check_that_was_under_way_finds_nothing_wrong_with_what_was_replaced_meanwhile(
    museum: Museum, folder: SiteFolder
) -> None:
    taken_down = False

    def progress(_site: str, done: int, _total: int) -> None:
        nonlocal taken_down
        if done and not taken_down:  # the chain was read, and some of its files
            taken_down = True
            redact(museum, folder)

    with in_this_process():
        found = verify(LocalStore(museum.folder), Scope((SITE,)), progress)
    assert (found.findings, found.checked.manifests, found.checked.taken_down) == ([], 4, 1)


def test_a_second_article_can_be_taken_down_after_the_first(museum: Museum, folder: SiteFolder) -> None:
    redact(museum, folder)
    store = LocalStore(museum.folder)
    found = find(store, SITE, url_of("bakery"))
    take_down(store, folder, found, reason=REASON, now=FIFTH, new_suffix=suffixes(0x99))
    after = report(museum)
    assert (after.findings, after.checked.taken_down) == ([], 2)
    assert all(line.encode() not in everything(museum) for line in story("bakery"))


@pytest.mark.parametrize("kind", ["warc", "articles", "index"])
def test_a_damaged_file_is_not_made_anew_into_one_that_the_chain_vouches_for(
    museum: Museum, folder: SiteFolder, kind: str
) -> None:
    key = museum.key(1, kind)
    if kind == "warc":
        bakery = museum.records(key, "response")[1]
        museum.change_record(key, bakery, lambda plain: plain.replace(b"on Friday", b"on Monday"))
    elif kind == "articles":
        museum.change_lines(key, lambda lines: [line.replace(b"on Friday", b"on Monday") for line in lines])
    else:
        museum.change(key, lambda raw: raw.replace(b'"status":200', b'"status":404', 1))
    with pytest.raises(DigestMismatch, match="nothing was taken down"):
        redact(museum, folder)
    assert SECRET in everything(museum)
    assert not museum.manifest_path(4).exists()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("number", range(0, 24, 2))
@pytest.mark.parametrize("step", ["sync", "replace", "link", "remove"])
def test_a_take_down_that_dies_anywhere_is_gone_on_with(
    museum: Museum, folder: SiteFolder, step: str, number: int
) -> None:
    real, passed = getattr(disk, step), 0

    def dying(*arguments: object) -> object:
        nonlocal passed
        passed += 1
        if passed > number:
            raise Killed
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        patch.setattr(disk, step, dying)
        redact(museum, folder)
    finish(LocalStore(museum.folder), folder)
    if SECRET in everything(museum):  # it died before anything was ready
        assert report(museum).checked.manifests == 3
        redact(museum, folder)
    assert (report(museum).findings, report(museum).checked.taken_down) == ([], 1)
    assert SECRET not in everything(museum)
    assert finish(LocalStore(museum.folder), folder) is None


@pytest.mark.parametrize("number", range(4))
def test_a_take_down_of_a_machine_that_is_gone_is_gone_on_with_by_another(
    museum: Museum, folder: SiteFolder, number: int
) -> None:
    class DyingStore(LocalStore):
        """Its machine dies before it removes one more file than *number*."""

        removed = 0

        def remove(self, key: str) -> None:
            self.removed += 1
            if self.removed > number:
                raise Killed
            super().remove(key)

    store = DyingStore(museum.folder)
    found = find(store, SITE, url_of("quarry"))
    with pytest.raises(Killed):
        take_down(store, folder, found, reason=REASON, now=FOURTH, new_suffix=suffixes(0x77))
    assert report(museum).findings != []
    with closing(SiteFolder(museum.folder / ".other", SITE)) as other:
        taken_up = take_up(LocalStore(museum.folder), other, SITE)
        assert taken_up is not None
        assert taken_up.number == 4
        assert take_up(LocalStore(museum.folder), other, SITE) is None
    shutil.rmtree(museum.folder / ".work")
    assert (report(museum).findings, report(museum).checked.taken_down) == ([], 1)
    assert SECRET not in everything(museum)


def test_a_run_that_came_first_leaves_all_as_it_was(museum: Museum, folder: SiteFolder) -> None:
    class MetStore(LocalStore):
        def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
            if key.startswith("runs/"):
                with in_this_process():
                    night(museum.folder, pages_of("tramway"), at=FOURTH, **{"archive.work": f"{museum.folder}2"})
            super().put_new(key, source, sha256=sha256)

    store = MetStore(museum.folder)
    with pytest.raises(ManifestConflict):
        take_down(store, folder, find(store, SITE, url_of("quarry")), reason="x", now=FIFTH, new_suffix=suffixes(1))
    assert report(museum).findings == []
    assert SECRET in everything(museum)
    redact(museum, folder)
    assert report(museum).findings == []


def test_locked_files_are_named_and_nothing_is_changed(museum: Museum, folder: SiteFolder) -> None:
    class LockedStore(LocalStore):
        def obstacle(self, key: str) -> str | None:
            return "it is locked (compliance) until 2036-11-22 03:00 UTC" if key.startswith("warc/") else None

    store = LockedStore(museum.folder)
    found = find(store, SITE, url_of("quarry"))
    assert len(obstacles(store, found)) == 2
    with pytest.raises(StoreError, match="locked \\(compliance\\) until 2036") as caught:
        take_down(store, folder, found, reason="x", now=FOURTH, new_suffix=suffixes(1))
    assert museum.key(1, "warc") in caught.value.message
    assert (report(museum).findings, report(museum).checked.manifests) == ([], 3)
