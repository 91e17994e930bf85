"""How commands end when something is wrong with what they were given, or with where they write."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crawler.ending import end_with
from pipelines.cli import app
from pipelines.commands.options import FAILED, USAGE
from pipelines.errors import ConfigError

PRESSARC = (sys.executable, "-m", "crawler.cli")


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PRESSARC, *arguments], stderr=subprocess.PIPE, timeout=60, check=False, **options)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "/x"), "/x: permission denied; let this user read and write there, "),
        (OSError(28, "No space left on device"), "no space left on device; make room and run it again"),
        (NotADirectoryError(20, "Not a directory", b"/x/y"), "/x/y: not a directory; name another place"),
        (TimeoutError(), "the system said no (TimeoutError)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_of_the_system_is_one_sentence(
    error: OSError, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_with(error) == FAILED
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"pressarc: {sentence}")


def test_a_full_disk_behind_standard_output_is_said_once() -> None:
    with Path("/dev/full").open("wb") as full:
        done = run("schema", stdout=full)
    assert (done.returncode, done.stderr) == (
        FAILED,
        b"pressarc: no space left on device; make room and run it again\n",
    )


def test_a_reader_that_has_gone_is_not_worth_a_word() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = run("schema", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (FAILED, b"")


def test_standard_streams_may_be_closed() -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *PRESSARC, "extract", "--pages", "-"], timeout=60, check=False
    )
    assert done.returncode == 0


def test_output_is_utf_8_whatever_the_locale() -> None:
    old = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    done = run("schema", env=old, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "…" in done.stdout.decode()


def test_a_bug_says_that_it_is_one_and_where_its_traceback_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(KeyError) as raised:
        _ = {}["x"]
    assert end_with(raised.value) == FAILED
    *trace, said = capsys.readouterr().err.splitlines()
    assert trace[0].startswith("Traceback")
    assert said.startswith("pressarc: this is a bug (KeyError: 'x'). Its traceback stands above")

    ours, theirs = pty.openpty()
    program = "from crawler.ending import end_with\nend_with(KeyError('x'))"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], stderr=theirs, env=environment, timeout=60, check=True)
    (kept,) = tmp_path.glob("pressarc-*.traceback")
    assert f"Its traceback is in {kept}" in os.read(ours, 10_000).decode()
    assert kept.read_text().endswith("KeyError: 'x'\n")
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "--out", "folder"], "folder"),
        (["report", "--out", "s3://bucket/report.html"], "a file on this machine"),
        (["report", "--out", "/dev/null"], "is no file, and stays"),
        (["keys", "new", "folder"], "folder"),
        (["pack", "x", "--out", "folder"], "folder"),
        (["publish", "../elsewhere"], "named like its host"),
        (["verify", "--revision", "2"], "--article"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_refused_before_anything_is_done(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive/archive.json").write_text('{"format": 1}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError, match=words):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("arguments", [["verify", "--workers", "-1"], ["extract", "x", "--workers", "99999"]])
def test_there_are_as_many_processes_as_make_sense(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == USAGE
    assert "--workers" in done.output
