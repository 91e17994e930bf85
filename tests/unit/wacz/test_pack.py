"""`pressarc pack`: what it writes stands alone, is what the archive has, and is there whole or not at all."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines import cli, disk
from pipelines.errors import ArchiveError, ConfigError, DigestMismatch
from tests.e2e.archive_view import PRESSARC, environment
from tests.unit.publish.nights import HOME, SITE, story, url_of
from tests.unit.wacz.newspaper import AGAIN, BACK, ENDING, PIER, ROBOTS, STYLE, Pack, build

BAKERY, QUARRY = url_of("bakery"), url_of("quarry")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("newspaper")
    build(folder / "archive")
    return folder


@pytest.fixture
def here(built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with the archive, which may be changed."""
    shutil.copytree(built / "archive", tmp_path / "archive")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pressarc(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), catch_exceptions=False)


def packed(*targets: str, out: str = "part.wacz") -> Pack:
    done = pressarc("pack", *targets, "--out", out)
    assert (done.exit_code, out in done.output) == (0, True), done.output
    return Pack(Path(out))


def assert_stands_alone(pack: Pack) -> None:
    """Every page is found and says what its text says; every revisit has its original beside it."""
    index = {(stamp, facts["url"]): facts for stamp, facts in pack.index}
    for page in pack.pages:
        stamp = f"{datetime.fromisoformat(page['ts']):%Y%m%d%H%M%S}"
        record = pack.record(index[stamp, page["url"]])
        assert (record.type, record.headers["WARC-Target-URI"]) == ("response", page["url"])
        assert page.get("text", "").partition("\n")[0].encode() in record.payload
    records = {record.id: record for record in pack.records()}
    revisits = [record for record in records.values() if record.type == "revisit"]
    assert [each.headers["WARC-Target-URI"] for each in revisits if each.headers["WARC-Refers-To"] not in records] == []
    assert {each.headers.get("WARC-Warcinfo-ID") for each in records.values()} - {None} <= records.keys()


def test_a_site_is_packed_with_whole_files_and_stands_alone(here: Path) -> None:
    pack = packed(SITE)
    assert_stands_alone(pack)
    assert {page["title"] for page in pack.pages if "text" in page} == {
        "The bakery opens its doors again",
        "The quarry opens its doors again",
    }
    assert HOME in {page["url"] for page in pack.pages}
    for path in (here / "archive").glob("warc/*/*/*.warc.gz"):
        assert pack.read(f"archive/{path.name}") == path.read_bytes()
    for path in (here / "archive").glob("articles/*/*/*.jsonl.gz"):
        assert pack.read(f"articles/{path.name}") == path.read_bytes()
    for path in (here / "archive").glob("runs/*/*.json"):
        assert pack.read(f"runs/{SITE}-{path.name}") == path.read_bytes()
    package = json.loads(pack.read("datapackage.json"))
    assert (package["title"], package["metadata"], package["mainPageUrl"]) == (SITE, {"title": SITE}, HOME)


def test_a_url_is_packed_with_what_it_needs_and_nothing_else(here: Path) -> None:
    pack = packed(BAKERY)
    assert_stands_alone(pack)
    assert pack.urls == {BAKERY, STYLE, BACK, AGAIN, PIER, ROBOTS}
    assert [("again" in page["title"], ENDING in page["text"]) for page in pack.pages] == [(True, False), (True, True)]
    lines = [json.loads(line) for line in pack.read("articles/articles.jsonl").splitlines()]
    assert [(line["url"], line["revision"]) for line in lines] == [(BAKERY, 1), (BAKERY, 2)]


def test_exchanges_are_copied_to_the_byte_after_a_record_that_says_what_the_file_is(here: Path) -> None:
    pack = packed(BAKERY)
    archived = b"".join(path.read_bytes() for path in (here / "archive").glob("warc/*/*/*.warc.gz"))
    raw = pack.read("archive/exchanges.warc.gz")
    first, *others = [record for record in pack.records() if record.type == "warcinfo"]
    assert BAKERY in first.payload.decode()
    assert len(others) == 2
    for _, facts in pack.index:
        assert raw[facts["offset"] : facts["offset"] + facts["length"]] in archived
    kinds = [record.type for record in pack.records()]
    assert kinds.count("request") == kinds.count("metadata") == len(pack.index)


def test_what_was_not_modified_comes_with_the_original(here: Path) -> None:
    pack = packed(QUARRY)
    assert_stands_alone(pack)
    records = [record for record in pack.records() if record.headers.get("WARC-Target-URI") == QUARRY]
    assert [record.type for record in records if record.type in ("response", "revisit")] == ["response", "revisit"]
    # Viewers would show the 304 itself, which is nothing.
    assert [facts["status"] for _, facts in pack.index if facts["url"] == QUARRY] == [200]
    assert len(pack.pages) == 1


def test_days_of_a_site_are_whole_files_and_what_these_need_of_other_days(here: Path) -> None:
    pack = packed(SITE, "--from", "2026-11-22")
    assert_stands_alone(pack)
    assert [name for name in pack.names if name.startswith("archive/2026")] == [
        "archive/20261122T030000Z-000000-00000.warc.gz"
    ]
    assert pack.urls == {BAKERY, QUARRY, STYLE, BACK, AGAIN, PIER, ROBOTS}
    assert [ENDING in page["text"] for page in pack.pages] == [True]
    before = packed(SITE, "--to", "2026-11-21", out="before.wacz")
    assert_stands_alone(before)
    assert "archive/exchanges.warc.gz" not in before.names
    assert [ENDING in page.get("text", "") for page in before.pages] == [False] * 3


def test_a_url_that_is_no_article_is_a_page_all_the_same(here: Path) -> None:
    pack = packed(HOME, QUARRY)
    assert_stands_alone(pack)
    assert [(page["url"], "text" in page) for page in pack.pages] == [(QUARRY, True), (HOME, False)]


def test_the_same_pack_is_the_same_to_the_byte(here: Path) -> None:
    packed(BAKERY, HOME, "--from", "2026-11-21", out="first.wacz")
    command = [*PRESSARC, "pack", BAKERY, HOME, "--from", "2026-11-21", "--out", "second.wacz"]
    subprocess.run(command, cwd=here, env={**environment(), "PYTHONHASHSEED": "7"}, check=True, timeout=60)
    is_same = (here / "first.wacz").read_bytes() == (here / "second.wacz").read_bytes()
    assert is_same


def test_what_was_taken_down_is_in_no_pack(here: Path) -> None:
    done = pressarc("redact", QUARRY, "--site", SITE, "--reason", "a mistake")
    assert done.exit_code == 0
    pack = packed(SITE)
    assert_stands_alone_but_for_taken_down(pack)
    assert {page["url"] for page in pack.pages} == {HOME, BAKERY}
    secret = story("quarry")[0].encode()
    for name in pack.names:
        raw = pack.read(name)
        assert secret not in (gzip.decompress(raw) if name.endswith(".gz") else raw)
    assert f"runs/{SITE}-00000003.json" in pack.names
    with pytest.raises(ConfigError, match="taken out of the archive"):
        pressarc("pack", QUARRY, "--out", "quarry.wacz")


def assert_stands_alone_but_for_taken_down(pack: Pack) -> None:
    assert_stands_alone(pack)
    taken = [record for record in pack.records() if record.headers.get("WARC-Truncated") == "unspecified"]
    assert {record.headers["WARC-Target-URI"] for record in taken} == {QUARRY}
    assert QUARRY not in {facts["url"] for _, facts in pack.index if facts["status"] == 200}


@pytest.mark.parametrize("fails_at", [1, 5, 12])
def test_a_pack_that_cannot_be_written_has_no_name(here: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    calls = iter(range(1, 1000))

    def full(file: object, content: bytes) -> None:
        if next(calls) >= fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk, "write", full)
    with pytest.raises(ArchiveError, match=r"part\.wacz: the pack cannot be written.*No space left"):
        pressarc("pack", SITE, "--out", "part.wacz")
    assert [path.name for path in here.iterdir()] == ["archive"]
    monkeypatch.undo()
    os.chdir(here)
    assert_stands_alone(packed(SITE))


def test_a_pack_that_is_killed_has_no_name_and_the_next_one_is_whole(here: Path) -> None:
    program = f"""
import os, signal
from pipelines import disk
from pipelines.cli import app
calls = iter(range(1000))
write = disk.write
disk.write = lambda file, content: write(file, content) if next(calls) < 9 else os.kill(os.getpid(), signal.SIGKILL)
app(["pack", {SITE!r}, "--out", "part.wacz"])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=here, env=environment(), timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (here / "part.wacz").exists()
    assert_stands_alone(packed(SITE))
    assert sorted(path.name for path in here.iterdir()) == ["archive", "part.wacz"]


def test_a_file_that_is_not_what_its_manifest_says_is_not_handed_over(here: Path) -> None:
    path = next((here / "archive").glob("warc/*/*/*.warc.gz"))
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(DigestMismatch, match=path.name):
        pressarc("pack", SITE, "--out", "part.wacz")
    assert not (here / "part.wacz").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.example",), f"nowhere.example: the archive has no such site; it has {SITE}"),
        (("https://nowhere.example/a",), "https://nowhere.example/a: the archive .* has no capture of this URL$"),
        ((BAKERY, "--from", "2026-11-23"), "has no capture of this URL since 2026-11-23"),
        ((SITE, "--from", "2026-11-01", "--to", "2026-11-02"), "captured from 2026-11-01 to 2026-11-02"),
        ((SITE, "--to", "yesterday"), "--to yesterday: a day is wanted, like 2026-11-22"),
        (("ftp://nowhere.example/a",), "this is no http or https URL"),
        ((SITE, "--out", "archive"), "this is a folder; name a file in it"),
    ],
)
def test_what_cannot_be_packed_is_said_in_one_sentence(here: Path, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        pressarc("pack", "--out", "part.wacz", *arguments)
    assert not (here / "part.wacz").exists()


def test_what_was_packed_is_told_as_json(here: Path) -> None:
    told = json.loads(pressarc("pack", BAKERY, "--out", "part.wacz", "--json").output)
    pack = Pack(here / "part.wacz")
    assert (told["bytes"], told["pages"]) == ((here / "part.wacz").stat().st_size, 2)
    assert told["captures"] == len(pack.index)
    assert [each["path"] for each in told["files"]] == pack.names[:-2]
    assert told["missing"] == []


def test_another_programs_validator_finds_nothing_wrong_and_would_find_it(here: Path) -> None:
    site, url = packed(SITE, out="site.wacz"), packed(BAKERY, out="url.wacz")
    with zipfile.ZipFile("changed.wacz", "w") as changed:
        for name in url.names:
            changed.writestr(name, url.read(name).replace(b"bakery", b"quarry") if "pages/" in name else url.read(name))
    assert [validated(path) for path in (site.path, url.path, Path("changed.wacz"))] == [0, 0, 1]


def validated(path: Path) -> int:
    command = [str(Path(sys.executable).with_name("wacz")), "validate", "-f", str(path)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode
