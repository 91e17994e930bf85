"""A disk that fills up while the crawl goes on: it stops in words, and the next start finishes the same run."""

from __future__ import annotations

import contextlib
import random
import resource
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.archive_view import PRESSARC, environment, lines, manifests, pressarc
from tests.e2e.raw_site import RawSite, answer, linking, serving

OPTIONS = (
    *("--delay", "0", "--set", "site.name=full", "--set", "crawl.retries=0", "--allow-private"),
    *("--set", "discover.sitemaps=false"),
)
COUNT = 40
LIMIT_BYTES = 400_000


def page(number: int) -> bytes:
    # Hex of random bytes: it cannot be compressed to less than half.
    words = random.Random(number).randbytes(15_000).hex(" ", 5)
    return answer(f"<h1>Page {number}</h1><p>{words}</p>".encode())


PAGES = {"/": linking(*(f"/page-{number}" for number in range(COUNT)))} | {f"/page-{n}": page(n) for n in range(COUNT)}


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[], None]]:
    """A file system of its own at *folder*, too small; what is yielded makes it large."""
    options = f"size={LIMIT_BYTES}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a file system")
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True) and None
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def crawl(site: RawSite, folder: Path, limit_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    def hold() -> None:
        if limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    return subprocess.run(
        [*PRESSARC, "crawl", f"http://127.0.0.1:{site.port}/", *OPTIONS],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=hold,
    )


def assert_stopped_in_words(done: subprocess.CompletedProcess[str], archive: Path) -> None:
    assert done.returncode == 1, done.stderr
    sentences = [line for line in done.stderr.splitlines() if not line.startswith(("full: crawling", "full: pages"))]
    assert len(sentences) == 1, done.stderr
    assert all(words in sentences[0] for words in ("disk", "free space", "start", "nothing that was captured is lost"))
    assert manifests(archive, "full") == []
    (run,) = (archive / ".work" / "full").glob("2*")
    assert not (run / "ledger.json").exists()
    assert list(run.rglob("*.warc.gz"))
    assert list(run.rglob("*.open")) == []


def assert_finished_as_one_run(done: subprocess.CompletedProcess[str], site: RawSite, folder: Path) -> None:
    assert done.returncode in (0, 3), done.stderr
    (manifest,) = manifests(folder / "archive", "full")
    assert manifest["complete"]
    outcomes = lines(folder / "archive", "outcomes", "full")
    answered = Counter(
        line["url"].rpartition("/")[2]
        for line in outcomes
        if line["warc"] and line["outcome"] not in ("robots", "rights")
    )
    assert answered == Counter(path[1:] for path in PAGES)
    # What was on its way when the disk was full is asked for again, and nothing else.
    again = Counter(path for path in site.asked if path not in ("/robots.txt", "/.well-known/tdmrep.json"))
    assert sum(count - 1 for count in again.values()) <= 2
    assert pressarc("verify", cwd=folder).returncode == 0


def test_where_a_file_may_not_grow_the_crawl_stops_in_words_and_goes_on_later(tmp_path: Path) -> None:
    with serving(PAGES) as site:
        assert_stopped_in_words(crawl(site, tmp_path, LIMIT_BYTES), tmp_path / "archive")
        assert_finished_as_one_run(crawl(site, tmp_path), site, tmp_path)


def test_on_a_full_disk_the_crawl_stops_in_words_and_goes_on_when_there_is_space(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with serving(PAGES) as site, small_disk(disk) as make_large:
        assert_stopped_in_words(crawl(site, disk), disk / "archive")
        make_large()
        assert_finished_as_one_run(crawl(site, disk), site, disk)


def test_a_disk_that_is_full_before_anything_is_captured_is_said_so(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with serving(PAGES) as site, small_disk(disk) as make_large:
        crawl(site, disk)
        with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(1000))
        still_full = crawl(site, disk)
        assert still_full.returncode == 1
        assert "Traceback" not in still_full.stderr
        assert "space" in still_full.stderr
        make_large()
        assert_finished_as_one_run(crawl(site, disk), site, disk)
