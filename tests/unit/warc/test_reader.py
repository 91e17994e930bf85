from __future__ import annotations

import gzip
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import WarcSyntaxError
from pipelines.warc.reader import WarcRecord, read_record, read_records, repair
from pipelines.warc.rotate import WarcWriter
from tests.unit.warc.exchanges import AT, FACTS, INFO, exchange

BLOCKS = [b"first", b"", b"\r\n\r\n third \x00", bytes(range(256)) * 1000]


def record(block: bytes, *, end: str = "\r\n", version: str = "WARC/1.1", target: str = "http://a.example/") -> bytes:
    lines = [
        version,
        "WARC-Type: resource",
        "WARC-Record-ID: <urn:uuid:a9c5c23a-0221-11e7-8fe3-0242ac120007>",
        f"warc-target-uri: {target}",
        "WARC-Concurrent-To: <urn:a:1>",
        "WARC-Concurrent-To: <urn:a:2>",
        f"Content-Length: {len(block)}",
        "",
        "",
    ]
    return end.join(lines).encode() + block + b"\r\n\r\n"


PLAIN = [record(block) for block in BLOCKS]
MEMBERS = [gzip.compress(plain) for plain in PLAIN]


def read(raw: bytes, **options: int) -> list[WarcRecord]:
    return list(read_records(io.BytesIO(raw), **options))


def test_records_come_out_as_they_went_in() -> None:
    records = read(b"".join(MEMBERS))
    assert [one.block for one in records] == BLOCKS
    assert {one.type for one in records} == {"resource"}
    assert records[0].record_id == "urn:uuid:a9c5c23a-0221-11e7-8fe3-0242ac120007"
    assert records[0].get("WARC-TARGET-uri") == "http://a.example/"
    assert records[0].concurrent_to == ("urn:a:1", "urn:a:2")


def test_offset_and_length_are_those_of_the_gzip_member() -> None:
    whole = b"".join(MEMBERS)
    for one, member in zip(read(whole), MEMBERS, strict=True):
        assert whole[one.offset : one.offset + one.length] == member


def test_a_plain_file_is_read_with_offsets_of_its_own() -> None:
    whole = b"".join(PLAIN)
    records = read(whole)
    assert [one.block for one in records] == BLOCKS
    for one, plain in zip(records, PLAIN, strict=True):
        assert whole[one.offset : one.offset + one.length] == plain


def test_a_file_gzipped_as_a_whole_is_read() -> None:
    assert [one.block for one in read(gzip.compress(b"".join(PLAIN)))] == BLOCKS


def test_a_record_spread_over_several_members_is_read() -> None:
    plain = b"".join(PLAIN)
    whole = b"".join(gzip.compress(plain[start : start + 100_000]) for start in range(0, len(plain), 100_000))
    assert [one.block for one in read(whole)] == BLOCKS


@pytest.mark.parametrize(
    "raw",
    [
        record(b"x", end="\n"),
        record(b"x", version="WARC/1.0", target="<http://a.example/>"),
        record(b"x").replace(b"resource", b"\r\n\t resource"),
        b"\r\n\r\n" + record(b"x") + b"\r\n",
        gzip.compress(record(b"x") + b"\r\n\r\n"),
        record(b"x").replace(b"Content-Length: 1", b"content-length:1 "),
    ],
    ids=["bare_lf", "1.0_in_brackets", "folded", "blank_lines", "padded_member", "odd_field"],
)
def test_other_tools_ways_of_writing_are_read(raw: bytes) -> None:
    (one,) = read(raw)
    assert (one.block, one.type, one.target_uri) == (b"x", "resource", "http://a.example/")


def test_no_more_of_a_block_is_held_than_allowed_but_length_and_digest_are_of_the_whole() -> None:
    (one,) = read(MEMBERS[3], max_block_bytes=10)
    assert one.block == BLOCKS[3][:10]
    assert not one.is_block_whole
    assert one.block_bytes == len(BLOCKS[3])
    assert one.block_sha256 == hashlib.sha256(BLOCKS[3]).hexdigest()
    assert read(MEMBERS[0])[0].is_block_whole


@pytest.mark.parametrize("pieces", [MEMBERS[:3], PLAIN[:3]], ids=["gzipped", "plain"])
def test_a_cut_tail_gives_every_whole_record_and_is_measured(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    for cut in range(len(whole) + 1):
        reader = read_records(io.BytesIO(whole[:cut]))
        records = list(reader)
        assert len(records) == sum(cut >= len(b"".join(pieces[: n + 1])) for n in range(3))
        assert reader.whole_bytes + reader.dropped_bytes == cut
        assert list(reader) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(MEMBERS[0]) + 20] + b"\xff\xff" + raw[len(MEMBERS[0]) + 22 :],
        lambda raw: raw[: len(MEMBERS[0])] + b"not gzip" + raw[len(MEMBERS[0]) :],
        lambda raw: raw[: len(MEMBERS[0])] + gzip.compress(b"no record\r\n\r\n") + raw[len(MEMBERS[0]) :],
        lambda raw: raw[: len(MEMBERS[0])] + gzip.compress(PLAIN[0].replace(b": 5\r\n", b": 4\r\n")),
        lambda raw: raw[: len(MEMBERS[0])] + gzip.compress(PLAIN[0].replace(b": 5\r\n", b": five\r\n")),
    ],
    ids=["flipped", "inserted", "other_member", "wrong_length", "no_length"],
)
def test_damage_is_an_error_that_names_the_offset(damage: object) -> None:
    reader = read_records(io.BytesIO(damage(b"".join(MEMBERS))), where="a.warc.gz")  # type: ignore[operator]
    next(reader)
    with pytest.raises(WarcSyntaxError, match=f"a.warc.gz@{len(MEMBERS[0])}"):
        next(reader)


def test_an_endless_header_is_an_error_and_no_memory_filled() -> None:
    with pytest.raises(WarcSyntaxError, match="no end"):
        read(b"WARC/1.1\r\n" + b"X: y\r\n" * 300_000)


@given(st.binary(max_size=200))
def test_any_bytes_are_records_or_a_syntax_error(raw: bytes) -> None:
    for start in (b"", b"WARC/1.1\r\n", b"\x1f\x8b\x08"):
        try:
            read(start + raw)
        except WarcSyntaxError as error:
            assert "@0" in error.where  # noqa: PT017 any other outcome is right as well


def test_one_record_fetched_by_range_is_read_and_other_bytes_are_refused() -> None:
    assert read_record(MEMBERS[0]).block == BLOCKS[0]
    for raw in (b"", MEMBERS[0][:-1], MEMBERS[0] + MEMBERS[1], b"hello"):
        with pytest.raises(WarcSyntaxError):
            read_record(raw)


def test_repair_cuts_after_the_last_whole_record(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz.open"
    whole = b"".join(MEMBERS[:3])
    for tail in (b"", MEMBERS[3][:-1], b"\0" * 5000, MEMBERS[3][:50] + b"\0" * 5000):
        path.write_bytes(whole + tail)
        assert repair(path) == len(tail)
        assert path.read_bytes() == whole
    assert repair(path) == 0


def test_repair_of_a_file_without_a_whole_record_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz.open"
    for raw in (b"", b"\x1f", MEMBERS[0][:30]):
        path.write_bytes(raw)
        assert repair(path) == len(raw)
        assert path.read_bytes() == b""


def test_repair_does_not_touch_a_file_with_whole_records_after_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    damaged = MEMBERS[0] + MEMBERS[1][:-4] + b"\0\0\0\0" + MEMBERS[2]
    path.write_bytes(damaged)
    with pytest.raises(WarcSyntaxError):
        repair(path)
    assert path.read_bytes() == damaged


def test_what_our_writer_wrote_is_read_at_any_read_size(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, key_of=lambda serial: f"{serial}.warc.gz", info=INFO)
    for number in range(5):
        writer.append(exchange(number, bytes(range(256)) * number * 50), FACTS, AT)
    writer.seal()
    raw = (tmp_path / "0.warc.gz").read_bytes()

    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(1 if size is None or size < 0 else min(size, 7))

    assert list(read_records(Dribble(raw))) == read(raw)
