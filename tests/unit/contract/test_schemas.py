"""The contract: what is published is what the models say, and within a major version it only grows."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines import schemas
from pipelines.contract.__main__ import DOCUMENT, ROOT, to_json
from pipelines.contract.__main__ import schemas as generated
from pipelines.contract.changes import breaking_changes
from pipelines.contract.document import document
from pipelines.contract.generate import MODELS, generate, schema_name
from pipelines.contract.meanings import Meanings
from pipelines.store.archive import open_archive
from pipelines.store.local import LocalStore
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope

ARTICLE = next(json.loads(raw) for name, raw in schemas.newest().items() if name.name == "article")
MEANINGS = Meanings((ROOT / "FORMAT.md").read_text(encoding="utf-8"))
AT = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_the_published_schemas_are_those_of_the_models_and_the_format() -> None:
    there = schemas.newest()
    for name, schema in generated().items():
        before = json.loads(there[name]) if name in there else {}
        assert breaking_changes(before, schema) == [], "this needs a new major version"
        assert there.get(name) == to_json(schema), "run `make schema`"


def test_the_document_is_made_of_the_published_schemas() -> None:
    made = document({name.name: json.loads(raw) for name, raw in schemas.newest().items()})
    assert DOCUMENT.read_text(encoding="utf-8") == made, "run `make schema`"


def test_no_published_schema_broke_the_one_before_it() -> None:
    for name, raw in schemas.published().items():
        for other, later in schemas.published().items():
            if (other.name, other.major) == (name.name, name.major) and other.version > name.version:
                assert breaking_changes(json.loads(raw), json.loads(later)) == []


@pytest.mark.parametrize("name", schemas.NAMES)
def test_every_field_has_a_meaning_an_age_and_the_examples_of_the_format_follow_the_schema(name: str) -> None:
    (schema,) = [json.loads(raw) for each, raw in schemas.newest().items() if each.name == name]
    jsonschema.Draft202012Validator.check_schema(schema)
    objects = [schema, *(each for each in schema["$defs"].values() if "properties" in each)]
    fields = [field for each in objects for field in each["properties"].values()]
    assert all(field["description"] and field["x-since"] for field in fields)
    jsonschema.validate(MEANINGS.example(schema["title"]), schema)


def test_a_line_that_breaks_the_contract_does_not_follow_the_schema() -> None:
    line = MEANINGS.example("pressarc.article/1")
    for broken in ({"revision": 0}, {"event": "renamed"}, {"authors": "A"}, {"id": "x"}, {"rights": {}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**line, **broken}, ARTICLE)
    jsonschema.validate({**line, "a_field_of_tomorrow": 1}, ARTICLE)


def changed(*path: str, **fields: Any) -> dict[str, Any]:
    schema = copy.deepcopy(ARTICLE)
    there = schema
    for step in path:
        there = there[step]
    for name, value in fields.items():
        if value is None:
            del there[name]
        else:
            there[name] = value
    return schema


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (changed("properties", headline=None), "headline is gone"),
        (changed("$defs", "Quality", "properties", words=None), "Quality.words is gone"),
        (changed("properties", "revision", type="string"), "revision was"),
        (changed("properties", site={"anyOf": [{"type": "string"}, {"type": "null"}]}), "site was"),
        (changed("$defs", "Event", enum=["new", "changed"]), "Event has lost ['removed']"),
        (changed(required=["schema"]), "id is no longer always there"),
        (changed("$defs", "ArticleBlock", "properties", "kind", enum=["paragraph"]), "ArticleBlock.kind has lost"),
    ],
)
def test_a_change_that_breaks_readers_is_named(after: dict[str, Any], said: str) -> None:
    assert any(sentence.startswith(said) for sentence in breaking_changes(ARTICLE, after)), breaking_changes(
        ARTICLE, after
    )


@pytest.mark.parametrize(
    "after",
    [
        changed("properties", mood={"type": "string", "description": "new", "x-since": "9.9.9"}),
        changed("$defs", "Event", enum=["new", "changed", "removed", "restored"]),
        changed("properties", "headline", description="said better"),
        ARTICLE,
    ],
)
def test_additions_and_words_break_nobody(after: dict[str, Any]) -> None:
    assert breaking_changes(ARTICLE, after) == []


def test_a_field_that_came_later_is_not_required_and_says_when_it_came() -> None:
    before = changed("properties", moved_to=None)
    before["required"].remove("moved_to")
    schema = generate(MODELS["article"], MEANINGS, "0.3.0", before)
    assert schema["properties"]["moved_to"]["x-since"] == "0.3.0"
    assert schema["properties"]["headline"]["x-since"] == "0.1.0"
    assert "moved_to" not in schema["required"]
    assert "headline" in schema["required"]
    assert breaking_changes(before, schema) == []


def test_every_schema_is_named_as_its_lines_are() -> None:
    for name in schemas.newest():
        assert schema_name(MODELS[name.name]) == f"pressarc.{name.name}/{name.major}"
        assert schemas.parse_schema_key(name.key) == name
    assert schemas.parse_schema_key("schema/article-1/latest.json") is None


# ---------------------------------------------------------------- in the archive


def findings(folder: Path) -> list[tuple[str, str]]:
    report = verify(LocalStore(folder), Scope(()), lambda *_: None)
    return [(finding.rule, finding.where) for finding in report.findings]


def test_an_archive_that_is_opened_to_be_written_gets_its_schemas_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    open_archive(store, now=AT, owner=None)
    first = schemas.newest()
    assert {name.key: store.read(name.key) for name in first} == {name.key: raw for name, raw in first.items()}
    (tmp_path / "schema/article-1/0.1.0.json").unlink()
    open_archive(store, now=AT, owner=None)
    assert (tmp_path / "schema/article-1/0.1.0.json").exists()
    assert findings(tmp_path) == []


def test_verify_tells_of_a_schema_that_was_changed_or_never_published(tmp_path: Path) -> None:
    open_archive(LocalStore(tmp_path), now=AT, owner=None)
    folder = tmp_path / "schema/article-1"
    with (folder / "0.1.0.json").open("ab") as file:
        file.write(b" ")
    (folder / "0.0.1.json").write_bytes(b"{}")
    (folder / "99.0.0.json").write_bytes(b"{}")
    assert findings(tmp_path) == [
        ("schema", "schema/article-1/0.0.1.json"),
        ("schema", "schema/article-1/0.1.0.json"),
    ]
