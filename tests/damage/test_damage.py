"""Every kind of damage gives its findings, and no others: each says where and what."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.article.build import build
from pipelines.publish.manifest import sites_of
from pipelines.store.keys import SIGNATURE, seal_key
from pipelines.store.local import LocalStore
from pipelines.verify import archive as verify_module
from pipelines.verify.archive import RULES, verify
from pipelines.verify.scope import Scope
from tests.damage.museum import Museum
from tests.unit.publish.nights import HOME, SITE, no_progress

Damage = Callable[[Museum], list[tuple[str, str]]]
DAMAGES: dict[str, Damage] = {}


def damage(function: Damage) -> Damage:
    DAMAGES[function.__name__] = function
    return function


def without(*numbers: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [line for number, line in enumerate(lines) if number not in numbers]


def replaced(number: int, old: bytes, new: bytes) -> Callable[[list[bytes]], list[bytes]]:
    def change(lines: list[bytes]) -> list[bytes]:
        assert old in lines[number]
        return [*lines[:number], lines[number].replace(old, new), *lines[number + 1 :]]

    return change


def flipped(offset: int) -> Callable[[bytes], bytes]:
    return lambda raw: raw[:offset] + bytes([raw[offset] ^ 0x10]) + raw[offset + 1 :]


# ---------------------------------------------------------------- the archive, the chain


@damage
def archive_json_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.remove("archive.json")
    return [("format", str(museum.folder))]


@damage
def a_schema_was_changed(museum: Museum) -> list[tuple[str, str]]:
    museum.change("schema/article-1/0.1.0.json", lambda raw: raw.replace(b'"revision"', b'"version"'))
    return [("schema", "schema/article-1/0.1.0.json")]


@damage
def archive_json_has_another_format(museum: Museum) -> list[tuple[str, str]]:
    museum.change("archive.json", lambda raw: raw.replace(b'"format": 1', b'"format": 2'))
    return [("format", f"{museum.folder}/archive.json")]


@damage
def a_manifest_in_the_middle_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.manifest_path(2).unlink()
    return [("chain", "00000003.json")]


@damage
def the_first_manifest_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.manifest_path(1).unlink()
    return [("chain", "00000002.json")]


@damage
def a_byte_of_a_manifest_is_changed(museum: Museum) -> list[tuple[str, str]]:
    path = museum.manifest_path(2)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b'"complete": true', b'"complete":\ttrue'))
    return [("manifest", "00000002.json")]


@damage
def a_byte_of_the_newest_manifest_is_changed(museum: Museum) -> list[tuple[str, str]]:
    path = museum.manifest_path(3)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b'"removed": 1', b'"removed": 2'))
    return [("manifest", "00000003.json")]


@damage
def a_manifest_is_empty(museum: Museum) -> list[tuple[str, str]]:
    museum.manifest_path(1).write_bytes(b"")
    return [("manifest", "00000001.json")]


@damage
def two_manifests_have_changed_places(museum: Museum) -> list[tuple[str, str]]:
    one, two = museum.manifest_path(1).read_bytes(), museum.manifest_path(2).read_bytes()
    museum.manifest_path(1).write_bytes(two)
    museum.manifest_path(2).write_bytes(one)
    return [("manifest", "00000001.json"), ("manifest", "00000002.json")]


@damage
def a_manifest_is_rewritten_and_the_next_names_the_old_one(museum: Museum) -> list[tuple[str, str]]:
    later = museum.manifest_path(3).read_bytes()
    museum.set_right(2, warnings=["nothing to see here"])
    museum.manifest_path(3).write_bytes(later)
    return [("chain", "00000003.json")]


@damage
def a_manifest_counts_otherwise_than_its_lines(museum: Museum) -> list[tuple[str, str]]:
    counts = json.loads(json.dumps(museum.manifest(1)["counts"]))
    counts["articles"]["new"] += 1
    museum.set_right(1, counts=counts)
    return [("counts", "00000001.json")]


@damage
def a_manifest_tells_of_requests_that_nobody_made(museum: Museum) -> list[tuple[str, str]]:
    stats = json.loads(json.dumps(museum.manifest(1)["stats"]))
    stats["requests"]["page"]["200"] += 1
    museum.set_right(1, stats=stats)
    return [("counts", "00000001.json")]


@damage
def a_manifest_counts_records_and_lines_of_a_file_otherwise(museum: Museum) -> list[tuple[str, str]]:
    wrong = {museum.key(1, "warc"): {"records": 11}, museum.key(1, "articles"): {"lines": 3}}
    files = [{**file, **wrong.get(file["key"], {})} for file in museum.manifest(1)["files"]]
    museum.rewrite(1, files=files)
    return [("counts", key) for key in wrong]


@damage
def a_manifest_names_another_configuration_than_it_has_the_digest_of(museum: Museum) -> list[tuple[str, str]]:
    config = json.loads(json.dumps(museum.manifest(2)["config"]))
    config["crawl"]["delay_s"] = 0.0
    museum.rewrite(2, config=config)
    return [("manifest", "00000002.json")]


@damage
def a_run_is_said_to_have_begun_in_the_future(museum: Museum) -> list[tuple[str, str]]:
    museum.rewrite(2, started_at="2099-01-01T00:00:00Z", ended_at="2099-01-01T01:00:00Z")
    return [("manifest", "00000002.json")]


@damage
def the_first_manifest_is_gone_and_the_others_are_renumbered(museum: Museum) -> list[tuple[str, str]]:
    second, third = museum.manifest(2), museum.manifest(3)
    museum.manifest_path(3).unlink()
    museum.rewrite(1, **{**second, "number": 1})
    museum.rewrite(2, **{**third, "number": 2, "previous": museum.previous(2)})
    lines = [f"{museum.key(number, 'articles')}:1" for number in (1, 2)]
    return [("chain", "00000001.json"), *(("revision", line) for line in lines)]


@damage
def the_newest_manifest_is_gone_and_its_seal_is_there(museum: Museum) -> list[tuple[str, str]]:
    museum.manifest_path(3).unlink()
    seal = museum.path(seal_key(SITE, 3, SIGNATURE))
    seal.parent.mkdir(parents=True)
    seal.write_bytes(bytes(64))
    return [("chain", "00000003.sig")]


@damage
def a_take_down_names_a_file_as_it_never_was(museum: Museum) -> list[tuple[str, str]]:
    file = next(file for file in museum.manifest(1)["files"] if file["key"].startswith("memory/"))
    replaced_file = {"key": file["key"], "was_bytes": file["bytes"], "was_sha256": "0" * 64, "now": None}
    down = {"article": "0" * 32, "url": HOME, "at": "2026-11-24T00:00:00Z", "reason": "none", "records": []}
    museum.rewrite(3, taken_down=[{**down, "files": [replaced_file]}])
    museum.remove(file["key"])
    return [("taken_down", "00000003.json")]


@damage
def a_manifest_names_a_key_of_no_format(museum: Museum) -> list[tuple[str, str]]:
    museum.path("notes.txt").write_bytes(b"x")
    files = [*museum.manifest(1)["files"], {"key": "notes.txt", "bytes": 1, "sha256": "0" * 64}]
    museum.set_right(1, files=files)
    museum.set_right(1)
    return [("manifest", "00000001.json")]


# ---------------------------------------------------------------- files


@damage
def a_warc_file_is_missing(museum: Museum) -> list[tuple[str, str]]:
    warc, articles = museum.key(1, "warc"), museum.key(1, "articles")
    museum.remove(warc)
    return [("file_missing", warc), ("article_record", f"{articles}:1"), ("article_record", f"{articles}:2")]


@damage
def an_articles_part_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.remove(key := museum.key(1, "articles"))
    return [("file_missing", key)]


@damage
def an_outcomes_part_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.remove(key := museum.key(1, "outcomes"))
    return [("file_missing", key)]


@damage
def a_memory_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.remove(key := museum.key(2, "memory"))
    return [("file_missing", key)]


@damage
def a_byte_of_a_memory_is_changed(museum: Museum) -> list[tuple[str, str]]:
    museum.change(key := museum.key(3, "memory"), flipped(200))
    return [("file_digest", key)]


@damage
def a_profile_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.remove(key := museum.key(1, "profiles"))
    return [("file_missing", key), ("profile", f"{museum.key(1, 'articles')}:1")]


@damage
def a_byte_of_a_profile_is_changed(museum: Museum) -> list[tuple[str, str]]:
    museum.change(key := museum.key(1, "profiles"), flipped(30))
    return [("file_digest", key), ("profile", f"{museum.key(1, 'articles')}:1")]


@damage
def a_profile_is_changed_and_the_manifest_set_right(museum: Museum) -> list[tuple[str, str]]:
    museum.change(museum.key(1, "profiles"), lambda raw: raw.replace(b'"articles":', b'"articles":1'))
    museum.set_right(1)
    return [("profile", f"{museum.key(1, 'articles')}:1")]


# ---------------------------------------------------------------- WARC files


@damage
def a_byte_of_a_response_is_flipped(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    bakery = museum.records(warc, "response")[1]
    museum.change(warc, flipped(bakery.offset + bakery.length // 2))
    return [
        ("file_digest", warc),
        ("warc_syntax", f"{warc}@{bakery.offset}"),
        ("article_record", f"{museum.key(1, 'articles')}:1"),
    ]


@damage
def a_byte_of_a_request_is_flipped(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    request = museum.records(warc, "request")[1]
    museum.change(warc, flipped(request.offset + request.length // 2))
    return [("file_digest", warc), ("warc_syntax", f"{warc}@{request.offset}")]


@damage
def a_response_says_something_else_and_the_manifest_is_set_right(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    bakery = museum.records(warc, "response")[1]
    museum.change_record(warc, bakery, lambda plain: plain.replace(b"on Friday", b"on Monday"))
    museum.set_right(1)
    return [("record_digest", f"{warc}@{bakery.offset}"), ("article_differs", f"{museum.key(1, 'articles')}:1")]


@damage
def a_record_has_another_digest_in_its_header(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    home = museum.records(warc, "response")[0]

    def change(plain: bytes) -> bytes:
        start = plain.index(b"WARC-Block-Digest: sha256:") + len(b"WARC-Block-Digest: sha256:")
        return plain[:start] + b"0" * 64 + plain[start + 64 :]

    museum.change_record(warc, home, change)
    museum.set_right(1)
    return [("record_digest", f"{warc}@{home.offset}")]


@damage
def a_record_has_another_payload_digest_in_its_header(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    home = museum.records(warc, "response")[0]

    def change(plain: bytes) -> bytes:
        start = plain.index(b"WARC-Payload-Digest: sha256:") + len(b"WARC-Payload-Digest: sha256:")
        return plain[:start] + b"0" * 64 + plain[start + 64 :]

    museum.change_record(warc, home, change)
    museum.set_right(1)
    return [("record_digest", f"{warc}@{home.offset}"), ("index_record", f"{museum.key(1, 'index')}:1")]


@damage
def an_article_names_another_payload_digest(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")

    def change(lines: list[bytes]) -> list[bytes]:
        start = lines[0].index(b'"payload_digest":"sha256:') + len(b'"payload_digest":"sha256:')
        return [lines[0][:start] + b"0" * 64 + lines[0][start + 64 :], *lines[1:]]

    museum.change_lines(articles, change)
    museum.set_right(1)
    return [("article_record", f"{articles}:1")]


@damage
def a_run_names_a_warc_file_of_another_run(museum: Museum) -> list[tuple[str, str]]:
    theirs = next(file for file in museum.manifest(1)["files"] if file["key"].startswith("warc/"))
    museum.set_right(2, files=sorted([*museum.manifest(2)["files"], theirs], key=lambda file: str(file["key"])))
    (home, bakery, quarry) = museum.records(theirs["key"], "response")
    unnamed = [("outcome_record", f"{theirs['key']}@{record.offset}") for record in (home, bakery, quarry)]
    unindexed = [("index_record", f"{theirs['key']}@{record.offset}") for record in (home, bakery, quarry)]
    return [("manifest", "00000002.json"), *unnamed, *unindexed]


@damage
def a_record_breaks_a_rule_of_the_standard(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    home = museum.records(warc, "response")[0]
    museum.change_record(warc, home, lambda plain: plain.replace(b"192.0.2.7", b"192.0.2.x"))
    museum.set_right(1)
    return [("record_rules", f"{warc}@{home.offset}")]


@damage
def a_response_has_no_date_any_more(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(2, "warc")
    quarry = museum.records(warc, "response")[0]
    museum.change_record(warc, quarry, lambda plain: plain.replace(b"WARC-Date: ", b"WARC-Dale: "))
    museum.set_right(2)
    return [
        ("record_rules", f"{warc}@{quarry.offset}"),
        ("article_record", f"{museum.key(2, 'articles')}:1"),
        ("index_record", f"{museum.key(2, 'index')}:1"),
    ]


@damage
def the_tail_of_a_warc_file_is_cut(museum: Museum) -> list[tuple[str, str]]:
    museum.change(warc := museum.key(1, "warc"), lambda raw: raw[:-10])
    return [("file_size", warc), ("warc_syntax", warc)]


@damage
def a_warc_file_is_another(museum: Museum) -> list[tuple[str, str]]:
    warc, articles = museum.key(2, "warc"), museum.key(2, "articles")
    museum.path(warc).write_bytes(b"<html>")
    return [("file_size", warc), ("warc_syntax", warc), ("article_record", f"{articles}:1")]


@damage
def two_records_have_changed_places(museum: Museum) -> list[tuple[str, str]]:
    warc, index = museum.key(2, "warc"), museum.key(2, "index")
    (response,), (request,) = museum.records(warc, "response"), museum.records(warc, "request")
    begin, middle, end = response.offset, request.offset, request.offset + request.length
    museum.change(warc, lambda raw: raw[:begin] + raw[middle:end] + raw[begin:middle] + raw[end:])
    museum.set_right(2)
    moved = f"{warc}@{begin + request.length}"
    return [
        ("record_rules", f"{warc}@{begin}"),  # nothing but a request
        ("record_rules", moved),  # and an answer without one
        ("article_record", f"{museum.key(2, 'articles')}:1"),
        ("outcome_record", f"{warc}@{begin}"),
        ("outcome_record", moved),
        ("index_record", f"{index}:1"),
        ("index_record", moved),
    ]


@damage
def a_request_record_is_left_out(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    request, response = museum.records(warc, "request")[-1], museum.records(warc, "response")[-1]
    museum.change(warc, lambda raw: raw[: request.offset] + raw[request.offset + request.length :])
    museum.set_right(1)
    return [("record_rules", f"{warc}@{response.offset}")]


@damage
def a_request_names_the_answer_of_another(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    one, other = (record.record_id.encode() for record in museum.records(warc, "response")[:2])
    museum.change_record(warc, museum.records(warc, "request")[0], lambda plain: plain.replace(one, other))
    museum.set_right(1)
    return [("record_rules", f"{warc}@{museum.records(warc, 'response')[0].offset}")]


@damage
def a_record_has_no_digest_that_can_be_checked(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    request = museum.records(warc, "request")[0]
    museum.change_record(
        warc, request, lambda plain: plain.replace(b"WARC-Block-Digest: sha256:", b"WARC-Block-Digest: sha999:")
    )
    museum.set_right(1)
    return [("record_rules", f"{warc}@{request.offset}")]


@damage
def an_exchange_was_captured_on_another_day_than_its_file(museum: Museum) -> list[tuple[str, str]]:
    warc, home = museum.key(1, "warc"), museum.records(museum.key(1, "warc"), "response")[0]
    museum.change_record(warc, home, lambda plain: plain.replace(b"Date: 2026-11-21", b"Date: 2096-11-21"))
    museum.set_right(1)
    place = f"{warc}@{home.offset}"
    beside = ("record_rules", place)  # the request has the old time
    index = ("index_record", f"{museum.key(1, 'index')}:1")
    return [beside, ("record_rules", place), ("outcome_record", place), index]


# ---------------------------------------------------------------- indexes


def index_changed(museum: Museum, change: Callable[[list[bytes]], list[bytes]]) -> str:
    key = museum.key(1, "index")
    museum.change(key, lambda raw: b"".join(change(raw.splitlines(keepends=True))))
    museum.set_right(1)
    return key


@damage
def an_index_is_missing(museum: Museum) -> list[tuple[str, str]]:
    museum.remove(key := museum.key(1, "index"))
    return [("file_missing", key)]


@damage
def a_byte_of_an_index_is_changed(museum: Museum) -> list[tuple[str, str]]:
    museum.change(key := museum.key(1, "index"), lambda raw: raw.replace(b'"status":200', b'"status":404', 1))
    return [("file_digest", key)]


@damage
def an_index_line_is_struck_out(museum: Museum) -> list[tuple[str, str]]:
    index_changed(museum, without(1))
    warc = museum.key(1, "warc")
    return [("index_record", f"{warc}@{museum.records(warc, 'response')[1].offset}")]


@damage
def an_index_line_says_another_status(museum: Museum) -> list[tuple[str, str]]:
    key = index_changed(museum, replaced(1, b'"status":200', b'"status":404'))
    return [("index_record", f"{key}:2")]


@damage
def an_index_line_points_elsewhere(museum: Museum) -> list[tuple[str, str]]:
    key = index_changed(museum, replaced(1, b'"offset":', b'"offset":9'))
    warc = museum.key(1, "warc")
    return [("index_record", f"{key}:2"), ("index_record", f"{warc}@{museum.records(warc, 'response')[1].offset}")]


@damage
def an_index_line_names_a_file_of_another_run(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(1, "warc")
    key = index_changed(museum, replaced(1, warc.encode(), museum.key(2, "warc").encode()))
    return [("index_record", f"{key}:2"), ("index_record", f"{warc}@{museum.records(warc, 'response')[1].offset}")]


@damage
def an_index_line_stands_out_of_order(museum: Museum) -> list[tuple[str, str]]:
    key = index_changed(museum, lambda lines: [lines[0], lines[2], lines[1]])
    return [("index_line", f"{key}:3")]


@damage
def an_index_line_stands_twice(museum: Museum) -> list[tuple[str, str]]:
    key = index_changed(museum, lambda lines: [lines[0], *lines])
    return [("index_line", f"{key}:2")]


@damage
def an_index_line_is_none(museum: Museum) -> list[tuple[str, str]]:
    key = index_changed(museum, lambda lines: [*lines[:2], b"~\n"])
    warc = museum.key(1, "warc")
    return [("index_line", f"{key}:3"), ("index_record", f"{warc}@{museum.records(warc, 'response')[2].offset}")]


# ---------------------------------------------------------------- articles


@damage
def an_article_line_is_changed(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, replaced(1, b"on Friday", b"on Sunday and on Monday"))
    return [("file_size", articles), ("article_differs", f"{articles}:2")]


@damage
def a_word_of_an_article_is_changed_and_all_digests_set_right(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, replaced(0, b"on Friday", b"on Monday"))
    museum.set_right(1)
    return [("article_differs", f"{articles}:1")]


@damage
def a_line_is_written_in_another_way(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, lambda lines: [json.dumps(json.loads(lines[0])).encode() + b"\n", lines[1]])
    museum.set_right(1)
    return [("article_differs", f"{articles}:1")]


@damage
def a_revision_is_left_out(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(3, "articles")
    museum.change_lines(articles, replaced(0, b'"revision":2', b'"revision":3'))
    museum.set_right(3)
    return [("revision", f"{articles}:1")]


@damage
def an_article_is_new_twice(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(2, "articles")
    museum.change_lines(articles, replaced(0, b'"event":"changed"', b'"event":"new"'))
    counts = json.loads(json.dumps(museum.manifest(2)["counts"]))
    counts["articles"] = {"new": 1, "changed": 0, "removed": 0}
    museum.set_right(2, counts=counts)
    return [("revision", f"{articles}:1")]


@damage
def an_article_points_beside_its_record(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    offset = museum.records(museum.key(1, "warc"), "response")[1].offset
    museum.change_lines(articles, replaced(0, b'"offset":%d' % offset, b'"offset":%d' % (offset + 1)))
    museum.set_right(1)
    return [("article_record", f"{articles}:1")]


@damage
def an_article_points_at_another_record(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    _, one, other = museum.records(museum.key(1, "warc"), "response")
    old = b'"offset":%d,"length":%d' % (one.offset, one.length)
    museum.change_lines(articles, replaced(0, old, b'"offset":%d,"length":%d' % (other.offset, other.length)))
    museum.set_right(1)
    return [("article_record", f"{articles}:1")]


@damage
def an_article_points_at_the_record_of_another_article(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    _, one, other = museum.records(museum.key(1, "warc"), "response")

    def change(lines: list[bytes]) -> list[bytes]:
        line = lines[0].replace(
            b'"offset":%d,"length":%d' % (one.offset, one.length),
            b'"offset":%d,"length":%d' % (other.offset, other.length),
        )
        digests = [json.loads(each)["provenance"]["warc"]["payload_digest"].encode() for each in lines]
        line = line.replace(digests[0], digests[1])
        return [line.replace(one.record_id.encode(), other.record_id.encode()), lines[1]]

    museum.change_lines(articles, change)
    museum.set_right(1)
    return [("article_differs", f"{articles}:1")]


@damage
def an_article_was_made_with_other_versions(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    for number in (0, 1):
        museum.change_lines(articles, replaced(number, b'"trafilatura":"', b'"trafilatura":"0.'))
    museum.change_lines(articles, replaced(0, b"on Friday", b"on Monday"))
    versions = dict(museum.manifest(1)["versions"])
    museum.set_right(1, versions={**versions, "trafilatura": f"0.{versions['trafilatura']}"})
    return [("extractor_differs", f"{articles}:1")]


@damage
def an_article_claims_other_versions_than_its_run(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, replaced(0, b'"trafilatura":"', b'"trafilatura":"0.'))
    museum.change_lines(articles, replaced(0, b"on Friday", b"on Monday"))
    museum.set_right(1)
    return [("article_origin", f"{articles}:1")]


@damage
def an_article_claims_another_site_and_profile(museum: Museum) -> list[tuple[str, str]]:
    articles, profile = museum.key(1, "articles"), museum.manifest(1)["profile"].encode()
    museum.change_lines(articles, replaced(0, f'"site":"{SITE}"'.encode(), b'"site":"other.example.org"'))
    museum.change_lines(articles, replaced(1, profile, profile[::-1]))
    museum.set_right(1)
    return [("article_origin", f"{articles}:1"), ("article_origin", f"{articles}:2")]


@damage
def an_article_has_a_key_of_its_own(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, replaced(0, b'"simhash":', b'"mood":"fine","simhash":'))
    museum.set_right(1)
    return [("article_differs", f"{articles}:1")]


@damage
def an_article_lacks_a_key(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, replaced(0, b'"duplicate_of":null,', b""))
    museum.set_right(1)
    return [("line_schema", f"{articles}:1"), ("counts", "00000001.json")]


@damage
def a_line_is_no_json(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, lambda lines: [lines[0], b"\xff\xfe\n"])
    museum.set_right(1)
    return [("line_schema", f"{articles}:2"), ("counts", "00000001.json")]


@damage
def an_article_is_struck_out(museum: Museum) -> list[tuple[str, str]]:
    museum.change_lines(museum.key(1, "articles"), without(0))
    museum.set_right(1)
    return [("counts", "00000001.json"), ("revision", f"{museum.key(3, 'articles')}:1")]


@damage
def an_articles_part_is_cut(museum: Museum) -> list[tuple[str, str]]:
    museum.change(articles := museum.key(2, "articles"), lambda raw: raw[:-12])
    return [("file_size", articles), ("line_schema", f"{articles}:1")]


@damage
def an_article_says_that_something_else_changed(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(2, "articles")
    museum.change_lines(articles, replaced(0, b'"fields":["text"]', b'"fields":["headline"]'))
    museum.set_right(2)
    return [("changes", f"{articles}:1")]


@damage
def an_article_follows_another_revision_than_the_one_before(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(2, "articles")
    before = json.loads(museum.lines(articles)[0])["changes"]["previous"]["text_sha256"].encode()
    museum.change_lines(articles, replaced(0, before, before[::-1]))
    museum.set_right(2)
    return [("changes", f"{articles}:1")]


@damage
def an_article_says_that_it_repeats_another(museum: Museum) -> list[tuple[str, str]]:
    articles = museum.key(1, "articles")
    other = json.loads(museum.lines(articles)[1])["id"].encode()
    museum.change_lines(articles, replaced(0, b'"duplicate_of":null', b'"duplicate_of":"%s"' % other))
    museum.set_right(1)
    return [("duplicate_of", f"{articles}:1")]


@damage
def a_revisit_refers_to_a_record_that_is_not_there(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(3, "warc")
    (revisit,) = museum.records(warc, "revisit")
    original = museum.records(warc, "response")[-1].record_id.encode()
    museum.change_record(warc, revisit, lambda plain: plain.replace(original, original[:-4] + b"0000"))
    museum.set_right(3)
    return [("revisit", f"{warc}@{revisit.offset}")]


@damage
def a_revisit_refers_to_a_record_of_another_file(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(3, "warc")
    (revisit,) = museum.records(warc, "revisit")
    original = museum.records(warc, "response")[-1].record_id.encode()
    other = museum.records(museum.key(1, "warc"), "response")[0].record_id.encode()
    museum.change_record(warc, revisit, lambda plain: plain.replace(original, other))
    museum.set_right(3)
    return [("revisit", f"{warc}@{revisit.offset}")]


# ---------------------------------------------------------------- outcomes


@damage
def an_outcome_line_is_struck_out(museum: Museum) -> list[tuple[str, str]]:
    museum.change_lines(outcomes := museum.key(1, "outcomes"), without(0))
    return [("file_size", outcomes)]


@damage
def an_outcome_line_is_struck_out_and_all_digests_set_right(museum: Museum) -> list[tuple[str, str]]:
    museum.change_lines(museum.key(1, "outcomes"), without(0))
    museum.set_right(1)
    warc = museum.key(1, "warc")
    home = museum.records(warc, "response")[0]
    return [("outcome_record", f"{warc}@{home.offset}"), ("counts", "00000001.json")]


@damage
def an_outcome_line_stands_twice(museum: Museum) -> list[tuple[str, str]]:
    museum.change_lines(museum.key(1, "outcomes"), lambda lines: [*lines, lines[0]])
    museum.set_right(1)
    warc = museum.key(1, "warc")
    home = museum.records(warc, "response")[0]
    return [("outcome_record", f"{warc}@{home.offset}"), ("counts", "00000001.json")]


@damage
def an_outcome_line_names_a_place_without_a_record(museum: Museum) -> list[tuple[str, str]]:
    warc = museum.key(2, "warc")
    quarry = museum.records(warc, "response")[0]
    museum.change_lines(museum.key(2, "outcomes"), replaced(0, b'"offset":%d' % quarry.offset, b'"offset":7'))
    museum.set_right(2)
    return [("outcome_record", f"{warc}@7"), ("outcome_record", f"{warc}@{quarry.offset}")]


@damage
def an_outcome_line_says_another_url_and_time(museum: Museum) -> list[tuple[str, str]]:
    outcomes, warc = museum.key(1, "outcomes"), museum.key(1, "warc")
    museum.change_lines(outcomes, replaced(0, f'"url":"{HOME}"'.encode(), f'"url":"{HOME}x"'.encode()))
    museum.change_lines(outcomes, replaced(1, b'"at":"2026-11-21', b'"at":"2026-11-20'))
    museum.set_right(1)
    return [("outcome_record", f"{warc}@{record.offset}") for record in museum.records(warc, "response")[:2]]


@damage
def an_outcome_line_does_not_name_its_article(museum: Museum) -> list[tuple[str, str]]:
    outcomes, warc = museum.key(1, "outcomes"), museum.key(1, "warc")
    (id_,) = json.loads(museum.lines(outcomes)[1])["articles"]
    museum.change_lines(outcomes, replaced(1, id_.encode(), b"0" * 32))
    museum.set_right(1)
    return [("outcome_record", f"{warc}@{museum.records(warc, 'response')[1].offset}")]


# ---------------------------------------------------------------- the tests


def test_the_archive_is_whole_before_it_is_damaged(museum: Museum) -> None:
    assert museum.findings() == []
    assert sites_of(LocalStore(museum.folder)) == (SITE,)


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_gives_its_findings_and_no_others(museum: Museum, name: str) -> None:
    expected = sorted(DAMAGES[name](museum))
    found = museum.findings()
    assert [rule for rule, _ in found] == [rule for rule, _ in expected], found
    assert all(where.endswith(place) for (_, where), (_, place) in zip(found, expected, strict=True)), found


def test_every_rule_has_its_damage(whole: Path, tmp_path: Path) -> None:
    shown = set()
    for name, function in DAMAGES.items():
        shutil.copytree(whole, tmp_path / name)
        shown |= {rule for rule, _ in function(Museum(tmp_path / name))}
    elsewhere = {"signature", "timestamp", "taken_down", "article_unread"}  # test_seals.py, test_takedown.py, below
    assert shown | elsewhere == set(RULES)


def test_nothing_is_written_while_verifying(museum: Museum) -> None:
    before = {path: path.stat().st_mtime_ns for path in museum.folder.rglob("*")}
    museum.findings()
    assert {path: path.stat().st_mtime_ns for path in museum.folder.rglob("*")} == before


def test_another_extraction_is_noticed_on_every_line(museum: Museum, monkeypatch: pytest.MonkeyPatch) -> None:
    def otherwise(draft: object, *arguments: object) -> object:
        return build(draft, *arguments).model_copy(update={"headline": "Something else"})  # type: ignore[arg-type]

    monkeypatch.setattr("pipelines.verify.articles.build", otherwise)
    assert [rule for rule, _ in museum.findings()] == ["article_differs"] * 3


def test_a_record_that_asks_too_much_to_be_read_cannot_have_given_its_line(
    museum: Museum, monkeypatch: pytest.MonkeyPatch, worker_processes: None
) -> None:
    monkeypatch.setattr("pipelines.publish.guarded.PAGE_LIMIT_S", 0.000_1)
    articles = museum.key(1, "articles")
    found = [each for each in museum.findings() if articles in each[1]]
    assert found == [("article_unread", f"{articles}:1"), ("article_unread", f"{articles}:2")]


def test_progress_is_told_in_bytes_up_to_all_of_them(museum: Museum) -> None:
    told: list[tuple[str, int, int]] = []
    report = verify(LocalStore(museum.folder), Scope((SITE,)), lambda *facts: told.append(facts))
    assert told[0][:2] == (SITE, 0)
    assert told == sorted(told)
    assert told[-1] == (SITE, report.checked.bytes, report.checked.bytes)


def test_what_was_looked_at_is_counted(museum: Museum) -> None:
    checked = verify(LocalStore(museum.folder), Scope((SITE,)), no_progress).checked
    files = {file["key"]: file for number in (1, 2, 3) for file in museum.manifest(number)["files"]}
    assert (checked.manifests, checked.articles, checked.files) == (3, 4, len(files))
    assert checked.bytes == sum(file["bytes"] for file in files.values())
    assert checked.records == sum(file["records"] or 0 for file in files.values())


# ---------------------------------------------------------------- parts of an archive


def test_the_findings_do_not_depend_on_the_number_of_processes(museum: Museum, worker_processes: None) -> None:
    for name in (
        "a_response_says_something_else_and_the_manifest_is_set_right",
        "an_article_is_struck_out",
        "a_memory_is_missing",
    ):
        DAMAGES[name](museum)
    store, scope = LocalStore(museum.folder), Scope((SITE,))
    here, there = (verify(store, scope, no_progress, workers=count) for count in (1, 2))
    assert here == there
    assert len(here.findings) > 3


def test_without_extraction_digests_are_checked_and_no_article_is_made_again(museum: Museum) -> None:
    a_byte_of_a_memory_is_changed(museum)
    an_article_line_is_changed(museum)
    store = LocalStore(museum.folder)
    both = [each.rule for each in verify(store, Scope((SITE,)), no_progress).findings]
    assert sorted(both) == ["article_differs", "file_digest", "file_size"]
    digests_alone = verify(store, Scope((SITE,), extraction=False), no_progress).findings
    assert sorted(each.rule for each in digests_alone) == ["file_digest", "file_size"]


def test_since_passes_over_earlier_runs_but_not_over_the_chain(museum: Museum) -> None:
    a_byte_of_a_response_is_flipped(museum)  # in the first night
    scope = Scope((SITE,), since=date(2026, 11, 22))
    report = verify(LocalStore(museum.folder), scope, no_progress)
    assert (report.findings, report.checked.manifests, report.checked.articles) == ([], 3, 2)
    museum.manifest_path(1).unlink()
    assert [each.rule for each in verify(LocalStore(museum.folder), scope, no_progress).findings] == ["chain"]


def test_a_sample_reads_its_share_and_sees_that_the_rest_is_there(museum: Museum) -> None:
    store = LocalStore(museum.folder)
    whole = verify(store, Scope((SITE,)), no_progress).checked
    some = [verify(store, Scope((SITE,), sample=0.5, seed=str(number)), no_progress) for number in range(20)]
    assert all(report.findings == [] for report in some)
    assert 0.3 < sum(report.checked.files for report in some) / (20 * whole.files) < 0.7
    assert len({report.checked.bytes for report in some}) > 5
    assert some[3] == verify(store, Scope((SITE,), sample=0.5, seed="3"), no_progress)
    nothing_read = verify(store, Scope((SITE,), sample=0.0, seed="x"), no_progress)
    assert (nothing_read.findings, nothing_read.checked.bytes) == ([], 0)
    expected = [*a_warc_file_is_missing(museum)[:1], *an_outcome_line_is_struck_out(museum)]
    found = verify(store, Scope((SITE,), sample=0.0, seed="x"), no_progress).findings
    assert sorted((each.rule, each.where) for each in found) == sorted(expected)


def test_the_rules_are_read_off_the_table() -> None:
    assert len(RULES) == len(set(RULES)) == 28
    source = "".join(path.read_text() for path in Path(verify_module.__file__).parent.glob("*.py"))
    assert [rule for rule in RULES if f'"{rule}"' not in source] == []
