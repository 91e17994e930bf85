"""Exports: which lines they hold, in which order, in which form; whole, and the same for the same archive."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ArchiveError, ConfigError, DigestMismatch, ObjectMissing
from pipelines.export.export import export
from pipelines.export.flat import COLUMNS
from pipelines.export.place import Place
from pipelines.export.selection import Selection
from pipelines.export.state import SUFFIX, ExportState, parse_state
from pipelines.publish.manifest import TakeDown
from tests.unit.export.archives import FIRST, MadeArchive, article, article_id, to_bytes

SITES = ("a.example", "b.example")
FORMATS = ("jsonl", "csv", "parquet")


@pytest.fixture
def made(tmp_path: Path) -> MadeArchive:
    """Three nights of one site and one of another; a part that no manifest names."""
    made = MadeArchive(tmp_path / "archive")
    made.night([to_bytes(article(1)), to_bytes(article(2))], [to_bytes(article(3, rights={"reserved": True}))])
    made.night([to_bytes(article(2, revision=2, event="changed", headline="Said otherwise"))])
    made.night([to_bytes(article(1, revision=2, event="removed")), to_bytes(article(4, rights={"reserved": False}))])
    made.night([to_bytes(article(9, site="b.example"))], site="b.example")
    stray = next(made.folder.glob("articles/site=a.example/*/*-00001.jsonl.gz"))
    stray.with_name(stray.name.replace("-00001.", "-00007.")).write_bytes(stray.read_bytes())
    return made


def exported(
    made: MadeArchive, format_: str = "jsonl", name: str = "out", **selection: Any
) -> tuple[Path, ExportState]:
    path = made.folder.parent / f"{name}.{format_}"
    place = Place.of(str(path), endpoint=None, region=None)
    wanted = Selection(**{"sites": SITES, **selection})
    return path, export(made.store, wanted, format_, place, lambda *_: None)


def told(path: Path) -> list[str]:
    """Each line of an export in a word: the article's number, its revision and event."""
    numbers = {article_id(number): number for number in range(20)}
    lines = map(json.loads, path.read_bytes().splitlines())
    return [f"{numbers[line['id']]}.{line['revision']} {line['event']}" for line in lines]


ALL = ["1.1 new", "2.1 new", "3.1 new", "2.2 changed", "1.2 removed", "4.1 new", "9.1 new"]


def test_every_line_that_manifests_name_comes_in_the_order_of_the_chain_and_to_the_byte(made: MadeArchive) -> None:
    path, state = exported(made)
    assert told(path) == ALL
    assert state.lines == len(ALL)
    assert path.read_bytes().splitlines(keepends=True)[0] == to_bytes(article(1))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"sites": ("b.example",)}, ["9.1 new"]),
        ({"since": date(2026, 11, 24)}, ["1.2 removed", "4.1 new"]),
        ({"until": date(2026, 11, 22)}, ["1.1 new", "2.1 new", "3.1 new", "9.1 new"]),
        ({"since": date(2026, 11, 23), "until": date(2026, 11, 23)}, ["2.2 changed"]),
        ({"latest": True}, ["3.1 new", "2.2 changed", "4.1 new", "9.1 new"]),
        ({"latest": True, "until": date(2026, 11, 22)}, ["1.1 new", "2.1 new", "3.1 new", "9.1 new"]),
        ({"exclude_reserved": True}, [line for line in ALL if line != "3.1 new"]),
        ({"after": {"a.example": 1}}, ["2.2 changed", "1.2 removed", "4.1 new", "9.1 new"]),
        ({"after": {"a.example": 1, "b.example": 1}, "latest": True}, ["2.2 changed", "1.2 removed", "4.1 new"]),
        ({"after": {"a.example": 3, "b.example": 1}}, []),
    ],
    ids=str,
)
def test_what_is_not_wanted_is_left_out(made: MadeArchive, selection: dict[str, Any], expected: list[str]) -> None:
    path, _ = exported(made, **selection)
    assert told(path) == expected


def test_what_a_text_says_of_rights_reserves_nothing(tmp_path: Path) -> None:
    made = MadeArchive(tmp_path / "archive")
    made.night([to_bytes(article(1, text='It says {"reserved":true}', headline='"reserved":true'))])
    path, _ = exported(made, sites=("a.example",), exclude_reserved=True)
    assert told(path) == ["1.1 new"]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_archive_gives_the_same_bytes_and_nothing_is_overwritten(made: MadeArchive, format_: str) -> None:
    path, state = exported(made, format_)
    first = path.read_bytes()
    with pytest.raises(ConfigError, match="no export is overwritten"):
        exported(made, format_)
    state_path = Path(f"{path}{SUFFIX}")
    assert parse_state(state_path.read_bytes(), "state") == state
    told_first = state_path.read_bytes()
    path.unlink()
    with pytest.raises(ConfigError, match="no export is overwritten"):
        exported(made, format_)
    state_path.unlink()
    exported(made, format_)
    assert (path.read_bytes(), state_path.read_bytes()) == (first, told_first)


def test_a_name_that_ends_in_gz_is_gzipped(made: MadeArchive) -> None:
    plain, _ = exported(made)
    place = Place.of(str(made.folder.parent / "out.jsonl.gz"), endpoint=None, region=None)
    export(made.store, Selection(SITES), "jsonl", place, lambda *_: None)
    assert gzip.decompress((made.folder.parent / "out.jsonl.gz").read_bytes()) == plain.read_bytes()


# ---------------------------------------------------------------- deltas


def test_an_export_and_what_came_since_are_the_whole(made: MadeArchive) -> None:
    first, state = exported(made)
    made.night([to_bytes(article(5))])
    made.night([to_bytes(article(9, site="b.example", revision=2, event="changed"))], site="b.example")
    after = {site: covered.last for site, covered in state.sites.items()}
    digests = {site: covered.last_sha256 for site, covered in state.sites.items()}
    second, later = exported(made, name="second", after=after, after_sha256=digests)
    assert told(second) == ["5.1 new", "9.2 changed"]
    assert (later.sites["a.example"].first, later.sites["a.example"].last) == (4, 4)
    whole, _ = exported(made, name="whole")
    lines = [path.read_bytes().splitlines() for path in (first, second, whole)]
    assert sorted(lines[0] + lines[1]) == sorted(lines[2])


def test_an_export_of_another_archive_is_not_gone_on_from(made: MadeArchive) -> None:
    with pytest.raises(ConfigError, match="it is of another archive"):
        exported(made, after={"a.example": 1}, after_sha256={"a.example": "0" * 64})
    with pytest.raises(ConfigError, match="last manifest of this site is 3"):
        exported(made, after={"a.example": 4})


def test_a_delta_names_what_is_to_be_dropped(made: MadeArchive) -> None:
    made.night([to_bytes(article(4, revision=2, event="changed", rights={"reserved": True}))])
    down = TakeDown(
        article=article_id(2), url="https://a.example/2", at=FIRST, reason="asked for", records=[], files=[]
    )
    made.night(takes_down=[down])
    path, state = exported(made, latest=True, exclude_reserved=True, after={"a.example": 3, "b.example": 1})
    assert told(path) == []
    assert (state.reserved, state.taken_down) == ([article_id(4)], [article_id(2)])


def test_what_was_taken_out_of_the_archive_is_in_no_export_whatever_a_part_still_holds(made: MadeArchive) -> None:
    down = TakeDown(
        article=article_id(2), url="https://a.example/2", at=FIRST, reason="asked for", records=[], files=[]
    )
    made.night(takes_down=[down])
    path, _ = exported(made)
    assert told(path) == [line for line in ALL if not line.startswith("2.")]


# ---------------------------------------------------------------- forms


ODD = [
    article(1, text='Tab\there, "quotes", \u2028 and 🗞', authors=[], keywords=["a", "b"]),
    article(2, event="removed", revision=2, moved_to="https://a.example/there"),
    article(3, captured_at="2026-11-22T03:00:04Z", a_field_of_tomorrow={"x": [1]}),
    article(4, rights={"reserved": True, "statements": [{"source": "http", "name": "x-robots-tag", "value": "noai"}]}),
    article(5, published_at=None, authors=None, blocks=None),
]


def test_parquet_has_the_fields_typed_and_nested_as_the_lines_have_them(tmp_path: Path) -> None:
    older = article(6)
    for name in ("reserved", "statements", "robots_record", "tdmrep_record"):
        del older["rights"][name]
    other = article(7)
    other["provenance"]["versions"] = {"pressarc": "9", "a new one": "1"}
    lines = [*ODD, older, other]
    made = MadeArchive(tmp_path / "archive")
    made.night(map(to_bytes, lines[:3]))
    made.night(map(to_bytes, lines[3:]))
    path, _ = exported(made, "parquet", sites=("a.example",))
    table = pq.read_table(path)
    rows = table.to_pylist()
    assert [row.pop("manifest") for row in rows] == [1, 1, 1, 2, 2, 2, 2]
    assert list(rows[0]) == list(ODD[0])
    for row, line in zip(rows, lines, strict=True):
        line.pop("a_field_of_tomorrow", None)
        instant = row.pop("captured_at")
        listed = row["provenance"]["versions"]
        row["provenance"]["versions"] = {each["key"]: each["value"] for each in listed}
        assert instant == datetime.fromisoformat(line.pop("captured_at")).astimezone(UTC)
        for name in ("reserved", "statements", "robots_record", "tdmrep_record"):
            if line["rights"] is not None:
                line["rights"].setdefault(name, None)
        assert row == line
    assert str(table.schema.field("captured_at").type) == "timestamp[us, tz=UTC]"


def test_row_groups_are_bounded_and_hold_all_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.export.parquet.ROW_GROUP_BYTES", 20_000)
    monkeypatch.setattr("pipelines.export.lines.BATCH_LINES", 3)
    made = MadeArchive(tmp_path / "archive")
    made.night(to_bytes(article(number)) for number in range(50))
    path, _ = exported(made, "parquet", sites=("a.example",))
    file = pq.ParquetFile(path)
    assert file.metadata.num_row_groups > 3
    assert file.read(["id"])["id"].to_pylist() == [article_id(number) for number in range(50)]


def test_csv_is_flat_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    made = MadeArchive(tmp_path / "archive")
    formulas = ["=1+1", "+1", "-5 degrees in May", "@SUM(A1)", "\tx", "\rx"]
    made.night(
        [*map(to_bytes, ODD), *(to_bytes(article(number, headline=each)) for number, each in enumerate(formulas))]
    )
    path, _ = exported(made, "csv", sites=("a.example",))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["text"], rows[0]["keywords"], rows[0]["authors"]) == (ODD[0]["text"], "a; b", "")
    assert (rows[1]["event"], rows[1]["text"], rows[1]["reserved"]) == ("removed", "", "")
    assert (rows[3]["reserved"], rows[3]["words"], rows[3]["flags"]) == ("true", "37", "no_author; short")
    assert rows[0]["warc_offset"] == "425"
    assert [row["headline"] for row in rows[len(ODD) :]] == [f"'{each}" for each in formulas]


def test_without_pyarrow_a_sentence_says_how_to_get_it(made: MadeArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pipelines.export.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'pressarc\[parquet\]'"):
        exported(made, "parquet")
    assert [path.name for path in made.folder.parent.iterdir()] == ["archive"]


# ---------------------------------------------------------------- damage


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def another(raw: bytes) -> bytes:
    return gzip.compress(to_bytes(article(1)), mtime=0)


def no_article(raw: bytes) -> bytes:
    return gzip.compress(b'{"id": 1}\n' * gzip.decompress(raw).count(b"\n"), mtime=0)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("damage", "kind"),
    [(cut, DigestMismatch), (another, DigestMismatch), (None, ObjectMissing), (no_article, ArchiveError)],
)
def test_a_damaged_archive_gives_no_export_and_names_the_part(
    made: MadeArchive, format_: str, damage: Callable[[bytes], bytes] | None, kind: type[ArchiveError]
) -> None:
    part = next(made.folder.glob("articles/site=a.example/date=2026-11-22/*-00000.jsonl.gz"))
    if damage is None:
        part.unlink()
    else:
        part.write_bytes(damage(part.read_bytes()))
    with pytest.raises(kind) as caught:
        exported(made, format_, latest=True)
    assert caught.value.where == part.relative_to(made.folder).as_posix()
    assert [path.name for path in made.folder.parent.iterdir()] == ["archive"]


@settings(max_examples=20)
@given(st.lists(st.lists(st.integers(0, 6), max_size=6), min_size=1, max_size=4))
def test_the_latest_is_the_last_line_of_each_article_whatever_the_order(nights: list[list[int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        made = MadeArchive(Path(name) / "archive")
        seen: dict[int, int] = {}
        expected: list[tuple[int, int]] = []
        for numbers in nights:
            lines = []
            for number in numbers:
                seen[number] = seen.get(number, 0) + 1
                lines.append(to_bytes(article(number, revision=seen[number])))
                expected.append((number, seen[number]))
            made.night(lines)
        path, _ = exported(made, sites=("a.example",), latest=True)
        assert told(path) == [f"{number}.{revision} new" for number, revision in expected if seen[number] == revision]
