"""FORMAT.md says what the archive is: its lists are those of the code, neither more nor less; its examples are real."""

from __future__ import annotations

import ast
import gzip
import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from pipelines import reasons
from pipelines.article import schema
from pipelines.article.build import CONTENT_FIELDS, Origin, Revision, build
from pipelines.article.jsonl import to_line, write_part
from pipelines.extract.choose import WAYS
from pipelines.extract.evidence import RULES as RULES_OF_THE_PAGE
from pipelines.extract.profile import EMPTY
from pipelines.index import cdxj
from pipelines.memory.site import SiteMemory
from pipelines.options import Config
from pipelines.publish import manifest as manifests
from pipelines.publish import outcomes, stats
from pipelines.publish.exchange import read_record
from pipelines.reasons import Described, Event, Rule
from pipelines.store.archive import open_archive
from pipelines.store.keys import Kind, parse_key
from pipelines.store.local import LocalStore
from pipelines.values import EarlierRecord, Exchange, RecordRef, TlsFacts
from pipelines.verify.archive import RULES
from pipelines.warc import reader, record
from pipelines.warc.pages import facts_from_record, parse_warc_date
from pipelines.warc.revisit import IDENTICAL_PAYLOAD, Revisit
from pipelines.warc.rotate import WarcWriter
from tests.unit.markdown import FORMAT, ROOT, blocks, chapter, table, tables


def json_blocks(marker: str) -> list[str]:
    return [block for block in blocks(FORMAT, "json") if marker in block]


# ---------------------------------------------------------------- fields and lists

MODELS: dict[tuple[str, int], tuple[type[BaseModel], type[BaseModel] | None]] = {
    # Heading and number of the table → the model, and the one whose fields stand elsewhere.
    ("The manifest", 0): (manifests.Manifest, None),
    ("A file of the manifest", 0): (manifests.ManifestFile, None),
    ("The manifest before", 0): (manifests.PreviousManifest, None),
    ("Take-downs", 0): (manifests.TakeDown, None),
    ("Replaced files", 0): (manifests.Replacement, None),
    ("Counts", 0): (outcomes.Counts, None),
    ("Counts", 1): (outcomes.ArticleCounts, None),
    ("Coverage", 0): (outcomes.Coverage, None),
    ("Stats", 0): (stats.Stats, None),
    ("Articles", 0): (schema.Article, None),
    ("Blocks", 0): (schema.ArticleBlock, None),
    ("Images", 0): (schema.ArticleImage, None),
    ("Links", 0): (schema.ArticleLink, None),
    ("Paragraph changes", 0): (schema.ParagraphChange, None),
    ("Access", 0): (schema.Access, None),
    ("Rights", 0): (schema.Rights, None),
    ("Statements about rights", 0): (schema.RightsStatement, None),
    ("Quality", 0): (schema.Quality, None),
    ("Removed lines", 0): (schema.RemovedLine, None),
    ("Changes of a revision", 0): (schema.Changes, None),
    ("The previous revision", 0): (schema.PreviousRevision, None),
    ("Places", 0): (schema.WarcPlace, None),
    ("Provenance", 0): (schema.Provenance, None),
    ("Provenance", 1): (schema.ArticlePlace, schema.WarcPlace),
    ("Further pages", 0): (schema.FurtherPlace, schema.ArticlePlace),
    ("Outcomes", 0): (outcomes.OutcomeLine, None),
}
WRITTEN_BESIDE_THE_MODEL = {manifests.Manifest: [manifests.SELF_DIGEST]}


@pytest.mark.parametrize(("heading", "place"), MODELS)
def test_every_field_of_a_line_stands_in_the_format_and_no_other(heading: str, place: int) -> None:
    model, base = MODELS[heading, place]
    inherited = base.model_fields if base else {}
    fields = [info.alias or name for name, info in model.model_fields.items() if name not in inherited]
    assert list(table(FORMAT, heading, place)) == fields + WRITTEN_BESIDE_THE_MODEL.get(model, [])


@pytest.mark.parametrize(("heading", "place"), MODELS)
def test_the_format_says_which_fields_may_be_null_and_which_values_they_may_have(heading: str, place: int) -> None:
    model, _ = MODELS[heading, place]
    documented = table(FORMAT, heading, place)
    for name, info in model.model_fields.items():
        if (info.alias or name) not in documented:
            continue
        kind, meaning = documented[info.alias or name]
        assert kind.endswith(" or null") == (type(None) in get_args(info.annotation)), name
        if get_origin(info.annotation) is Literal:
            quoted = re.findall(r"`([^`]+)`", meaning)
            assert [value for value in get_args(info.annotation) if value not in quoted] == [], name


def test_every_model_of_the_archive_stands_in_the_format() -> None:
    described = {model for model, _ in MODELS.values()}
    assert set(_models_of(manifests.Manifest, schema.Article, outcomes.OutcomeLine)) <= described


def _models_of(*models: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in models:
        yield model
        for info in model.model_fields.values():
            yield from _models_of(*_models_in(info.annotation))


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


@pytest.mark.parametrize("name", ["Outcome", "Reason", "Source", "Event", "Flag"])
def test_a_closed_list_stands_in_the_format_whole_and_with_its_meanings(name: str) -> None:
    members: type[Described] = getattr(reasons, name)
    assert table(FORMAT, name) == {member.value: [member.meaning] for member in members}


def test_no_closed_list_is_missing_in_the_format() -> None:
    lists = {name for name, each in vars(reasons).items() if isinstance(each, type) and issubclass(each, Described)}
    assert lists - {"Described"} == {"Outcome", "Reason", "Source", "Event", "Flag"}


def test_the_classes_of_words_and_the_stages_of_a_run_stand_in_the_format() -> None:
    documented = table(FORMAT, "Stats")
    assert re.findall(r"`(\d+)`", documented["words"][1]) == [str(bound) for bound in stats.WORDS_FROM]
    assert re.findall(r"`(\w+)`", documented["stages_s"][1]) == list(stats.STAGES)


def test_every_rule_of_verify_stands_in_the_format() -> None:
    assert list(table(FORMAT, "Verification")) == list(RULES)


def test_every_rule_that_removes_a_line_stands_in_the_format() -> None:
    paths = [path for folder in ("extract", "article") for path in (ROOT / "pipelines" / folder).glob("*.py")]
    trees = [ast.parse(path.read_bytes()) for path in paths]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    removals = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Removal"]
    rules = {call.args[1].value for call in removals if isinstance(call.args[1], ast.Constant)}
    assert set(table(FORMAT, "Removed lines", 1)) == rules | set(RULES_OF_THE_PAGE) == set(map(str, Rule))


def test_every_way_to_find_a_text_stands_in_the_format() -> None:
    ways = re.findall(r"`([\w-]+)`:", table(FORMAT, "Provenance")["path"][1])
    assert set(ways) == {*WAYS, "none"}


def test_the_fields_whose_change_makes_a_revision_stand_in_the_format() -> None:
    listed = ", ".join(f"`{name}`" for name in CONTENT_FIELDS)
    assert f"A new revision is written when one of {listed} differs" in chapter(FORMAT, "Articles").replace("\n", " ")
    assert f"which of {listed} differ" in table(FORMAT, "Changes of a revision")["fields"][1]


def test_every_kind_of_key_stands_in_the_format_in_its_true_shape() -> None:
    rows = {row[0].strip("`"): row[1].strip("`") for row in tables(chapter(FORMAT, "Keys"))[0] if row[0]}
    assert set(rows) == {kind.value for kind in Kind}
    values = {
        "site": "example.org",
        "YYYY-MM-DD": "2026-11-22",
        "run": "20261122T030000Z-1a2b3c",
        "part": "00000",
        "serial": "00000",
        "sha256": "0" * 64,
        "number": "00000001",
    }
    for kind, shape in rows.items():
        parts = parse_key(re.sub(r"<([^>]+)>", lambda found: values[found[1]], shape))
        assert parts is not None, shape
        assert parts.kind == kind


def test_archive_json_is_described_as_it_is_written(tmp_path: Path) -> None:
    open_archive(LocalStore(tmp_path), now=datetime(2026, 11, 22, 3, tzinfo=UTC), owner="Example Archive")
    written = json.loads((tmp_path / "archive.json").read_bytes())
    (example,) = json_blocks("pressarc.archive/1")
    assert set(table(FORMAT, "archive.json")) == set(written) == set(json.loads(example))


def test_a_profile_is_described_as_it_is_written() -> None:
    assert json_blocks("pressarc.profile/2") == [EMPTY.to_json().decode()]
    assert set(table(FORMAT, "Profiles")) == set(json.loads(EMPTY.keeping(["phrase"]).to_json()))


def test_the_memory_has_the_tables_of_the_format(tmp_path: Path) -> None:
    SiteMemory(tmp_path / "memory.sqlite").close()
    (documented,) = blocks(FORMAT, "sql")
    with_format = sqlite3.connect(":memory:")
    with_format.executescript(documented)
    assert _columns(with_format) == _columns(sqlite3.connect(tmp_path / "memory.sqlite"))


def _columns(database: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: database.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
    database.close()
    return found


# ---------------------------------------------------------------- examples


def wire(block: str) -> bytes:
    """An example record as it would be written, but for the two line ends after it."""
    return block.replace("\n", "\r\n").encode()


def example_records() -> dict[str, reader.WarcRecord]:
    members = b"".join(gzip.compress(wire(block) + b"\r\n\r\n") for block in blocks(FORMAT, "warc"))
    return {each.type: each for each in reader.read_records(io.BytesIO(members))}


def test_the_example_of_an_index_is_the_line_of_the_example_record() -> None:
    (example,) = blocks(FORMAT, "cdxj")
    line = cdxj.parse_line(example.encode(), where="FORMAT.md")
    made = cdxj.capture_of(example_records()["response"], line.filename)
    assert made is not None
    assert replace(made, offset=line.offset, length=line.length).to_line().decode() == example
    assert list(table(FORMAT, "Indexes")) == [name for name in cdxj.FIELDS if name != "recordDigest"]


def example_exchange(records: Mapping[str, reader.WarcRecord]) -> Exchange:
    response, request = records["response"], records["request"]
    message = response.block
    fields = dict(line.split(": ", 1) for line in records["metadata"].block.decode().splitlines())
    return Exchange(
        url=response.target_uri or "",
        started_at=parse_warc_date(response.get("WARC-Date") or ""),
        fetch_ms=int(fields["fetchTimeMs"]),
        request=request.block,
        response=io.BytesIO(message),
        response_bytes=len(message),
        head_bytes=message.index(b"\r\n\r\n") + 4,
        payload_sha256=hashlib.sha256(message.partition(b"\r\n\r\n")[2]).hexdigest(),
        truncated=None,
        peer_address=response.get("WARC-IP-Address"),
        tls=TlsFacts(response.get_all("WARC-Protocol")[1], response.get("WARC-Cipher-Suite") or ""),
    )


def as_read(raw: record.NewRecord) -> tuple[str, tuple[tuple[str, str], ...], bytes]:
    raw.block.seek(0)
    return raw.type, raw.headers, raw.block.read(raw.block_bytes)


def test_the_example_records_are_what_the_writer_writes() -> None:
    examples = example_records()
    del examples["revisit"]
    ids = iter([each.record_id or "" for each in examples.values()])
    fields = dict(line.split(": ", 1) for line in examples["warcinfo"].block.decode().splitlines())
    info = record.WarcInfo(
        software=fields["software"],
        operator=fields["operator"],
        user_agent=fields["http-header-user-agent"],
        is_part_of=fields["isPartOf"],
    )
    warcinfo = record.warcinfo_record(
        info,
        filename=examples["warcinfo"].get("WARC-Filename") or "",
        now=parse_warc_date(examples["warcinfo"].get("WARC-Date") or ""),
        new_id=lambda: next(ids),
    )
    exchange = record.exchange_records(
        example_exchange(examples),
        facts_from_record(examples["metadata"]),
        warcinfo_id=warcinfo.record_id,
        new_id=lambda: next(ids),
    )
    written = [as_read(each) for each in (warcinfo, *exchange)]
    assert written == [(each.type, each.headers, each.block) for each in examples.values()]


def test_the_example_of_a_revisit_is_what_the_writer_writes() -> None:
    examples = example_records()
    example = examples["revisit"]
    earlier = EarlierRecord(
        (example.get("WARC-Refers-To") or "").strip("<>"),
        example.get("WARC-Refers-To-Target-URI") or "",
        parse_warc_date(example.get("WARC-Refers-To-Date") or ""),
        example.get("WARC-Payload-Digest"),
    )
    size = 2048
    exchange = replace(
        example_exchange(examples),
        url=example.target_uri or "",
        started_at=parse_warc_date(example.get("WARC-Date") or ""),
        response=io.BytesIO(example.block + bytes(range(256)) * (size // 256)),
        response_bytes=len(example.block) + size,
        head_bytes=len(example.block),
        payload_sha256=hashlib.sha256(bytes(range(256)) * (size // 256)).hexdigest(),
    )
    written, *_ = record.exchange_records(
        exchange,
        None,
        warcinfo_id=examples["warcinfo"].record_id or "",
        new_id=iter([example.record_id or "", "urn:uuid:7", "urn:uuid:8"]).__next__,
        revisit=Revisit(IDENTICAL_PAYLOAD, earlier, len(example.block), "length"),
    )
    assert as_read(written) == (example.type, example.headers, example.block)


def test_the_fields_of_the_example_records_are_those_of_the_table() -> None:
    rows = table(FORMAT, "WARC files")
    types = ("warcinfo", "response", "request", "metadata")
    only_of_cut_bodies = {"WARC-Truncated"}
    for column, kind in enumerate(types):
        listed = {name for name, cells in rows.items() if cells[column]} - only_of_cut_bodies
        assert {name for name, _ in example_records()[kind].headers} == listed, kind


def test_every_field_of_a_metadata_record_stands_in_the_format() -> None:
    written = {value for name, value in vars(record).items() if name.startswith("FIELD_")}
    assert set(table(FORMAT, "WARC files", 1)) == written


def test_the_example_article_is_what_the_example_record_gives() -> None:
    (example,) = json_blocks("pressarc.article/1")
    article = schema.Article.model_validate_json(example)
    page, reading = read_record(example_records()["response"], None, EMPTY)
    named = article.provenance
    place = RecordRef(**named.warc.model_dump())
    origin = Origin(article.site, named.run, named.extractor, named.versions, EMPTY.sha256)
    assert to_line(build(reading.drafts[0], page, place, origin, Revision(1, Event.NEW))) == to_line(article)
    assert named.warc.record_id == example_records()["response"].record_id
    assert named.warc.payload_digest == example_records()["response"].get("WARC-Payload-Digest")


def test_the_example_outcome_is_the_line_of_the_example_article() -> None:
    (example,) = json_blocks("pressarc.outcome/1")
    (article,) = json_blocks("pressarc.article/1")
    line = outcomes.OutcomeLine.model_validate_json(example)
    assert to_line(line).decode() == example
    assert line.articles == [json.loads(article)["id"]]
    assert line.url == example_records()["response"].target_uri


def test_the_example_manifest_is_whole_to_the_byte() -> None:
    (example,) = json_blocks("pressarc.manifest/1")
    manifest = manifests.parse_manifest(example.encode(), "FORMAT.md")
    assert manifest.config_sha256 == manifests.config_sha256(manifest.config)
    assert Config.model_validate(manifest.config)  # of the options of its day: later ones may have been added
    assert manifest.counts.exchanges == sum(manifest.counts.outcomes.values())
    assert all(parse_key(file.key) for file in manifest.files)


def run_shell(script: str, folder: Path, **variables: object) -> str:
    environment = {"PATH": os.environ["PATH"], **{name: str(value) for name, value in variables.items()}}
    done = subprocess.run(
        ["bash", "-eu", "-c", script], cwd=folder, env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_self_sha256_can_be_had_by_the_command_in_the_format(tmp_path: Path) -> None:
    (example,) = json_blocks("pressarc.manifest/1")
    (tmp_path / "manifest").write_text(example, encoding="utf-8")
    (script,) = [block for block in blocks(FORMAT, "sh") if "self_sha256" in block]
    assert run_shell(script, tmp_path, MANIFEST="manifest").split()[0] == json.loads(example)["self_sha256"]


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_line_can_be_proven_by_the_commands_in_the_format(tmp_path: Path, *, is_chunked: bool) -> None:
    body = gzip.compress(b"<p>the sentence\r\n\r\n</p>\n" * 9, mtime=0)
    head, sent = b"Content-Length: %d" % len(body), body
    if is_chunked:
        head = b"Transfer-Encoding: chunked"
        sent = b"".join(b"%x;x\r\n%s\r\n" % (len(part), part) for part in (body[:20], body[20:])) + b"0\r\n\r\n"
    message = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + head + b"\r\n\r\n" + sent
    reference, held = _written(tmp_path, message, hashlib.sha256(body).hexdigest())
    script = "".join(block for block in blocks(FORMAT, "sh") if "OFFSET" in block or "block" in block)
    printed = run_shell(script, tmp_path, KEY=held, OFFSET=reference.offset, LENGTH=reference.length).splitlines()
    block_digest, named, payload_digest = printed
    assert named == f"WARC-Block-Digest: sha256:{hashlib.sha256(message).hexdigest()}"
    assert block_digest.split()[0] == named.rpartition(":")[2]
    assert f"sha256:{payload_digest.split()[0]}" == reference.payload_digest
    assert (tmp_path / "payload").read_bytes() == body


def _written(folder: Path, message: bytes, payload_sha256: str) -> tuple[RecordRef, str]:
    """A WARC file with two exchanges; the second's place, and the file's name."""
    started_at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    writer = WarcWriter(
        folder, key_of=lambda _: "00000.warc.gz", info=record.WarcInfo("pressarc", "nobody", "pressarc", "a run")
    )
    reference = None
    for url in ("https://example.org/", "https://example.org/a"):
        exchange = Exchange(
            url=url,
            started_at=started_at,
            fetch_ms=1,
            request=b"GET / HTTP/1.1\r\n\r\n",
            response=io.BytesIO(message),
            response_bytes=len(message),
            head_bytes=None,
            payload_sha256=payload_sha256,
            truncated=None,
            peer_address=None,
            tls=None,
        )
        reference = writer.append(exchange, None, started_at)
    writer.seal()
    assert reference is not None
    return reference, "00000.warc.gz"


def test_the_reader_in_the_data_teams_page_reads_what_manifests_name(tmp_path: Path) -> None:
    (example,) = json_blocks("pressarc.article/1")
    (manifest,) = json_blocks("pressarc.manifest/1")
    article = schema.Article.model_validate_json(example)
    gone = article.model_copy(update={"id": "0" * 32, "event": Event.REMOVED})
    archive = tmp_path / "archive"
    for number, lines in {1: [article, gone], 2: [article.model_copy(update={"revision": 2})]}.items():
        facts = manifests.parse_manifest(manifest.encode(), "").model_copy(update={"number": number})
        keyed = next(file.key for file in facts.files if file.key.startswith("articles/"))
        key = keyed.replace("00000.jsonl", f"0000{number}.jsonl")
        write_part(archive / key, [to_line(line) for line in lines])
        files = [manifests.ManifestFile(key=key, bytes=0, sha256="")]
        runs = archive / "runs/site=demo"
        runs.mkdir(parents=True, exist_ok=True)
        (runs / f"{number:08}.json").write_bytes(facts.model_copy(update={"files": files}).to_bytes())
    write_part(archive / key.replace("00002.jsonl", "00003.jsonl"), [b"no manifest names this\n"])
    script = next(block for block in blocks(ROOT / "docs/data-team.md", "python") if "def new_articles" in block)
    tail = "\nprint(json.dumps([[each['id'], each['revision']] for each in articles]))\n"
    done = subprocess.run(
        [sys.executable, "-c", script + tail], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    assert json.loads(done.stdout) == [[article.id, 2]]


def test_the_changes_in_the_data_teams_page_are_those_of_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    script = next(block for block in blocks(ROOT / "docs/data-team.md", "python") if '"changes"' in block)
    change = schema.ParagraphChange(op="replace", previous=(1, 2), current=(1, 3)).model_dump(mode="json")
    earlier, line = {"text": "One.\n\nTwo."}, {"text": "One.\n\nToo.\n\nThree.", "changes": {"paragraphs": [change]}}
    exec(script, {"earlier": earlier, "line": line})
    assert capsys.readouterr().out == "replace ['Two.'] ['Too.', 'Three.']\n"
