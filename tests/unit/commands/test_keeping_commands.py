"""The commands that keep and prove an archive, as they are typed: what they print, and their exit codes."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.errors import ConfigError, DigestMismatch
from pipelines.store.keys import articles_key
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    SITE,
    capture,
    config_for,
    id_of,
    in_this_process,
    night,
    pages_of,
    start,
    url_of,
    visits,
)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with in_this_process():
        night(tmp_path / "archive", pages_of("bakery", "quarry"))
    return tmp_path / "archive"


def pressarc(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def damage(archive: Path, kind: str) -> Path:
    (path,) = archive.glob(f"{kind}/site={SITE}/**/*.gz")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return path


def test_verify_says_what_was_looked_at_and_what_was_found(archive: Path) -> None:
    done = pressarc("verify", "--workers", "1")
    assert (done.exit_code, "nothing wrong was found" in done.output) == (0, True)
    assert "1 manifests, 6 files" in done.output
    path = damage(archive, "memory")
    done = pressarc("verify", "--workers", "1", "--json", "--site", SITE)
    report = json.loads(done.output)
    assert done.exit_code == 1
    assert [finding["rule"] for finding in report["findings"]] == ["file_digest"]
    assert report["findings"][0]["where"] == path.relative_to(archive).as_posix()
    assert report["checked"]["articles"] == 2


def test_a_sample_can_be_drawn_again_by_what_was_printed(archive: Path) -> None:
    first = pressarc("verify", "--workers", "1", "--sample", "40%")
    again = first.output.splitlines()[-1].partition("--sample ")[2].split()
    assert pressarc("verify", "--workers", "1", "--sample", again[0], "--seed", again[2]).output == first.output


@pytest.mark.parametrize("option", [("--sample", "much"), ("--sample", "101%"), ("--since", "yesterday")])
def test_a_part_that_makes_no_sense_is_refused(archive: Path, option: tuple[str, str]) -> None:
    with pytest.raises(ConfigError):
        pressarc("verify", *option)


def test_one_article_is_proven(archive: Path) -> None:
    done = pressarc("verify", "--article", id_of("bakery"))
    assert done.exit_code == 0
    assert "proven; 3 of 3 sentences stand in the page" in done.output.splitlines()[-1]
    damage(archive, "warc")
    assert pressarc("verify", "--article", id_of("bakery"), "--json").exit_code == 1
    with pytest.raises(ConfigError, match="no manifest names"):
        pressarc("verify", "--article", "0" * 32)


def test_a_key_is_made_once(archive: Path) -> None:
    made = pressarc("keys", "new", "signing.pem")
    assert made.exit_code == 0
    with pytest.raises(ConfigError, match="no key is ever overwritten"):
        pressarc("keys", "new", "signing.pem")
    done = pressarc("verify", "--workers", "1", "--public-key", "signing.pem.pub")
    assert (done.exit_code, "signature" in done.output) == (1, True)


def test_what_is_left_is_published(archive: Path) -> None:
    assert "nothing is left to publish" in pressarc("publish").output
    at = FIRST_NIGHT + timedelta(days=1)
    over = start(config_for(archive), at, suffix=3)
    capture(over, visits(pages_of("tramway"), at=at))
    over.close()
    with in_this_process():
        done = pressarc("publish", "--json")
    assert (done.exit_code, json.loads(done.output)[0]["manifest"]) == (0, 2)
    interrupted = start(config_for(archive), at + timedelta(days=1), suffix=4)
    for each, facts in visits(pages_of("vineyard"), at=at + timedelta(days=1)):
        interrupted.append(each, facts)
    interrupted.close()
    assert pressarc("publish").exit_code == 3
    with in_this_process():
        done = pressarc("publish", "--incomplete")
    assert (done.exit_code, "is manifest 3" in done.output) == (3, True)


def test_garbage_is_listed_and_removed_only_if_told_so(archive: Path) -> None:
    stray = archive / articles_key(SITE, FIRST_NIGHT.date(), "20261121T030000Z-0dead0", 0)
    stray.write_bytes(b"x")
    os.utime(stray, (0, 0))
    assert "1 thing(s) that no manifest names; --delete removes it" in pressarc("gc").output
    assert stray.exists()
    done = pressarc("gc", "--delete", "--json")
    assert [row["said"] for row in json.loads(done.output)["garbage"]] == ["removed"]
    assert not stray.exists()
    with pytest.raises(ConfigError, match="younger than a day"):
        pressarc("gc", "--older-than", "0")


def test_an_article_is_taken_down_after_a_dry_run(archive: Path) -> None:
    arguments = ("redact", url_of("bakery"), "--site", SITE, "--reason", "a mistake")
    done = pressarc(*arguments, "--dry-run", "--json")
    assert (done.exit_code, json.loads(done.output)["manifest"]) == (0, None)
    assert pressarc("verify", "--workers", "1").exit_code == 0
    with pytest.raises(ConfigError, match="why it is taken out"):
        pressarc(*arguments[:-1], " ")
    done = pressarc(*arguments)
    assert (done.exit_code, "taken down by manifest 2" in done.output) == (0, True)
    done = pressarc("verify", "--workers", "1")
    assert (done.exit_code, "1 article(s) were taken out" in done.output) == (0, True)
    assert "taken out of the archive by manifest 2" in pressarc("lookup", url_of("bakery")).output
    assert "taken out" not in pressarc("lookup", url_of("quarry")).output
    assert "taken out of the archive" in pressarc("history", url_of("bakery")).output
    with pytest.raises(ConfigError, match="taken down already"):
        pressarc(*arguments)
    done = pressarc("verify", "--article", id_of("bakery"))
    assert (done.exit_code, "nothing can be proven" in done.output, "; 0 of" in done.output) == (0, True, False)
    assert "new  2026-11-21T03:00:01Z  taken out of the archive" in pressarc("history", url_of("bakery")).output


def test_a_copy_with_nothing_in_it_is_none(archive: Path) -> None:
    with pytest.raises(ConfigError, match="there is nothing here; name a copy"):
        pressarc("repair", "cpoy")


def test_damage_is_repaired_from_a_copy_and_a_memory_made_again(archive: Path, tmp_path: Path) -> None:
    shutil.copytree(archive, tmp_path / "copy")
    damage(archive, "warc")
    assert pressarc("repair", "copy", "--dry-run").exit_code == 1
    done = pressarc("repair", "copy", "--json")
    assert (done.exit_code, [each["is_right_now"] for each in json.loads(done.output)]) == (0, [True])
    for sites in ((SITE,), ()):
        done = pressarc("rebuild-memory", *sites)
        assert (done.exit_code, "2 articles" in done.output) == (0, True)


NO_LINE = gzip.compress(b'{"id":"%s"}\n' % id_of("bakery").encode())


@pytest.mark.parametrize("kind", ["articles", "outcomes"])
@pytest.mark.parametrize("left", [b"garbage", NO_LINE, None], ids=["no gzip", "no line", "cut"])
def test_a_damaged_part_is_named_by_whatever_reads_it(archive: Path, kind: str, left: bytes | None) -> None:
    (path,) = archive.glob(f"{kind}/site={SITE}/**/*-00000.jsonl.gz")
    path.write_bytes(path.read_bytes()[:-9] if left is None else left)
    commands = [
        ("rebuild-memory", SITE),
        ("redact", url_of("bakery"), "--site", SITE, "--reason", "a mistake"),
        ("status", SITE, "--missing") if kind == "outcomes" else ("history", url_of("bakery")),
    ]
    for command in commands:
        with pytest.raises(DigestMismatch) as told:
            pressarc(*command)
        assert told.value.where == path.relative_to(archive).as_posix()
