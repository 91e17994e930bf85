from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.errors import WarcRuleError, WarcSyntaxError
from pipelines.values import RecordRef
from pipelines.warc.reader import read_record, read_records
from pipelines.warc.rotate import WarcLimits, WarcWriter, seal_leftover
from tests.origin.plain_reader import read_blocks
from tests.unit.warc.exchanges import AT, FACTS, INFO, REQUEST, exchange, nothing_received, response

ROOT = Path(__file__).parents[3]


def key_of(serial: int) -> str:
    return f"warc/site=a/date=2026-11-22/run-{serial:05d}.warc.gz"


def writer(folder: Path, **limits: float) -> WarcWriter:
    return WarcWriter(folder, key_of=key_of, info=INFO, limits=WarcLimits(**limits))  # type: ignore[arg-type]


def test_the_bytes_written_are_the_bytes_given(tmp_path: Path) -> None:
    to = writer(tmp_path)
    bodies = [b"", b"\r\n\r\n", bytes(range(256)) * 5000, "ü".encode("latin-1")]
    for number, body in enumerate(bodies):
        to.append(exchange(number, body), FACTS, AT)
    to.seal()
    blocks = read_blocks(tmp_path / "run-00000.warc.gz")
    assert [b.block for b in blocks if b.get("WARC-Type") == "response"] == [response(body) for body in bodies]
    assert [b.block for b in blocks if b.get("WARC-Type") == "request"] == [REQUEST] * len(bodies)


def test_a_reference_leads_to_its_record_alone(tmp_path: Path) -> None:
    to = writer(tmp_path)
    references = [to.append(exchange(number), FACTS, AT) for number in range(5)]
    to.seal()
    raw = (tmp_path / "run-00000.warc.gz").read_bytes()
    for number, reference in enumerate(references):
        assert reference is not None
        assert reference.key == key_of(0)
        record = read_record(raw[reference.offset : reference.offset + reference.length])
        assert (record.record_id, record.target_uri) == (reference.record_id, f"https://a.example/{number}")
        assert record.get("WARC-Payload-Digest") == reference.payload_digest


def test_every_file_begins_with_a_warcinfo_record_that_the_others_name(tmp_path: Path) -> None:
    to = writer(tmp_path)
    to.append(exchange(), FACTS, AT)
    to.seal()
    first, *others = read_blocks(tmp_path / "run-00000.warc.gz")
    assert first.get("WARC-Type") == "warcinfo"
    assert first.get("WARC-Filename") == "run-00000.warc.gz"
    assert {other.get("WARC-Warcinfo-ID") for other in others} == {first.get("WARC-Record-ID")}


def test_where_nothing_was_received_there_is_no_reference_but_there_are_records(tmp_path: Path) -> None:
    to = writer(tmp_path)
    assert to.append(nothing_received(), FACTS, AT) is None
    to.seal()
    types = [block.get("WARC-Type") for block in read_blocks(tmp_path / "run-00000.warc.gz")]
    assert types == ["warcinfo", "request", "metadata"]


def test_a_file_is_open_by_name_until_it_is_sealed(tmp_path: Path) -> None:
    sealed: list[tuple[Path, str]] = []
    to = WarcWriter(
        tmp_path / "new",
        key_of=key_of,
        info=INFO,
        first_serial=7,
        on_sealed=lambda path, key: sealed.append((path, key)),
    )
    to.append(exchange(), FACTS, AT)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run-00007.warc.gz.open"]
    assert sealed == []
    to.seal()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run-00007.warc.gz"]
    assert sealed == [(tmp_path / "new" / "run-00007.warc.gz", key_of(7))]
    to.seal()
    assert len(sealed) == 1


def test_a_new_file_begins_when_one_is_large_enough_and_no_exchange_is_split(tmp_path: Path) -> None:
    to = writer(tmp_path, max_bytes=5000)
    for number in range(20):
        to.append(exchange(number, os.urandom(1000)), FACTS, AT)
    to.seal()
    files = sorted(tmp_path.iterdir())
    assert len(files) > 3
    for path in files:
        assert path.stat().st_size < 5000 + 3000
        types = [block.get("WARC-Type") for block in read_blocks(path)]
        assert types == ["warcinfo", *["response", "request", "metadata"] * (len(types) // 3)]
    targets = [
        b.get("WARC-Target-URI") for path in files for b in read_blocks(path) if b.get("WARC-Type") == "response"
    ]
    assert targets == [f"https://a.example/{number}" for number in range(20)]


def test_a_file_is_sealed_when_it_is_old_enough(tmp_path: Path) -> None:
    to = writer(tmp_path, max_age_s=60)
    to.append(exchange(), FACTS, AT)
    to.append(exchange(), FACTS, AT + timedelta(seconds=59))
    assert (tmp_path / "run-00000.warc.gz.open").exists()
    to.append(exchange(), FACTS, AT + timedelta(seconds=60))
    assert (tmp_path / "run-00000.warc.gz").exists()


def test_what_breaks_the_rules_is_not_written_and_spoils_nothing(tmp_path: Path) -> None:
    to = writer(tmp_path)
    with pytest.raises(WarcRuleError):
        to.append(exchange(url="no url"), FACTS, AT)
    to.append(exchange(), FACTS, AT)
    to.seal()
    assert len(read_blocks(tmp_path / "run-00000.warc.gz")) == 4


def test_after_an_error_of_the_disk_nothing_more_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = writer(tmp_path)
    to.append(exchange(0), FACTS, AT)
    opened = tmp_path / "run-00000.warc.gz.open"
    size = opened.stat().st_size

    class Full(io.BytesIO):
        def seek(self, *_: int) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        to.append(exchange(1, response=Full()), FACTS, AT)
    for attempt in (lambda: to.append(exchange(2), FACTS, AT), to.seal):
        with pytest.raises(OSError, match=r"nothing more is written.*No space left"):
            attempt()
    to.abandon()
    assert opened.stat().st_size == size


def test_a_name_that_is_taken_is_never_written_over(tmp_path: Path) -> None:
    for taken in ("run-00000.warc.gz", "run-00001.warc.gz.open"):
        (tmp_path / taken).write_bytes(b"kept")
    for serial in (0, 1):
        to = WarcWriter(tmp_path, key_of=key_of, info=INFO, first_serial=serial)
        with pytest.raises(FileExistsError):
            to.append(exchange(), FACTS, AT)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"kept"}


def run(program: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )


def assert_all_there(promised: list[bytes], path: Path) -> None:
    raw = path.read_bytes()
    for line in promised:
        reference = RecordRef(**json.loads(line))
        record = read_record(raw[reference.offset : reference.offset + reference.length])
        assert record.record_id == reference.record_id


KILLED = """
import json, os, signal, sys
from dataclasses import asdict
from pathlib import Path
from tests.unit.warc.test_rotate import writer
from tests.unit.warc.exchanges import AT, FACTS, exchange
to = writer(Path(sys.argv[1]))
for number in range(30):
    print(json.dumps(asdict(to.append(exchange(number, os.urandom(number * 400)), FACTS, AT))), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_nothing_that_append_returned_for(tmp_path: Path) -> None:
    killed = run(KILLED, tmp_path)
    assert killed.returncode == -signal.SIGKILL
    promised = killed.stdout.splitlines()
    assert len(promised) == 30
    assert seal_leftover(tmp_path / "run-00000.warc.gz.open") == 0
    assert_all_there(promised, tmp_path / "run-00000.warc.gz")
    assert len(read_blocks(tmp_path / "run-00000.warc.gz")) == 1 + 3 * 30


FILLED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
""" + KILLED.replace("os.kill", "sys.exit")


def test_a_disk_that_fills_up_spoils_nothing_that_was_written_before(tmp_path: Path) -> None:
    filled = run(FILLED, tmp_path)
    promised = filled.stdout.splitlines()
    assert b"OSError: [Errno 27]" in filled.stderr
    assert 5 < len(promised) < 30
    assert seal_leftover(tmp_path / "run-00000.warc.gz.open") > 0
    assert_all_there(promised, tmp_path / "run-00000.warc.gz")


def test_a_leftover_is_cut_after_its_last_whole_record_and_sealed(tmp_path: Path) -> None:
    to = writer(tmp_path)
    first = to.append(exchange(0), FACTS, AT)
    second = to.append(exchange(1), FACTS, AT)
    to.abandon()
    assert first is not None
    assert second is not None
    opened = tmp_path / "run-00000.warc.gz.open"
    with opened.open("rb+") as stream:
        stream.truncate(second.offset + second.length - 1)
    assert seal_leftover(opened) == second.length - 1
    assert not opened.exists()
    with (tmp_path / "run-00000.warc.gz").open("rb") as stream:
        assert [record.type for record in read_records(stream)] == ["warcinfo", "response", "request", "metadata"]


def test_a_leftover_that_is_damaged_before_its_end_is_left_as_it_is(tmp_path: Path) -> None:
    to = writer(tmp_path)
    first = to.append(exchange(0), FACTS, AT)
    to.append(exchange(1), FACTS, AT)
    to.abandon()
    assert first is not None
    opened = tmp_path / "run-00000.warc.gz.open"
    raw = bytearray(opened.read_bytes())
    raw[first.offset + first.length // 2] ^= 0xFF
    opened.write_bytes(raw)
    with pytest.raises(WarcSyntaxError, match=f"@{first.offset}"):
        seal_leftover(opened)
    assert opened.read_bytes() == raw
