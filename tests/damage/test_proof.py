"""One line is proven, or it is said which step does not hold."""

from __future__ import annotations

import json

import pytest

from pipelines.publish.guarded import Crew
from pipelines.store.local import LocalStore
from pipelines.verify.proof import Proof, prove
from tests.damage.museum import Museum
from tests.unit.publish.nights import SITE, article_page, id_of, story, url_of

QUARRY, BAKERY = id_of("quarry"), id_of("bakery")


def proof_of(museum: Museum, id_: str, revision: int | None = None) -> Proof:
    found = prove(LocalStore(museum.folder), id_, [SITE], Crew(1), revision=revision)
    assert found is not None
    return found


def test_a_line_is_proven_from_the_head_of_the_chain_to_its_sentences(museum: Museum) -> None:
    proof = proof_of(museum, QUARRY)
    assert (proof.findings, proof.is_made_again) == ([], True)
    assert (proof.article.revision, proof.manifest_key[-6:], proof.head_key[-6:]) == (2, "2.json", "3.json")
    ending = "The board added on Saturday that the quarry will stay open until spring."
    assert [each.text for each in proof.sentences] == [*story("quarry"), ending]
    page = article_page("quarry", ending=ending)
    for each in proof.sentences:
        assert each.span is not None
        assert page[each.span.start : each.span.end].decode() == each.text


def test_an_earlier_revision_can_be_asked_for(museum: Museum) -> None:
    proof = proof_of(museum, QUARRY, 1)
    assert (proof.article.revision, proof.findings, proof.is_made_again) == (1, [], True)
    assert prove(LocalStore(museum.folder), QUARRY, [SITE], Crew(1), revision=9) is None
    assert prove(LocalStore(museum.folder), "0" * 32, [SITE], Crew(1)) is None


def test_a_removal_is_proven_without_sentences(museum: Museum) -> None:
    proof = proof_of(museum, BAKERY)
    assert (proof.article.event.value, proof.findings, proof.sentences, proof.is_made_again) == (
        "removed",
        [],
        [],
        True,
    )
    assert proof.record is not None
    assert proof.record.target_uri == url_of("bakery")


def test_what_a_proof_says_can_be_written_as_json(museum: Museum) -> None:
    facts = json.loads(json.dumps(proof_of(museum, QUARRY).to_json()))
    assert facts["article"]["id"] == QUARRY
    assert facts["record"]["payload_digest"].startswith("sha256:")
    assert all(len(each["span"]) == 2 for each in facts["sentences"])


@pytest.mark.parametrize("kind", ["warc", "articles"])
def test_a_changed_file_is_found_though_the_line_may_still_be_made(museum: Museum, kind: str) -> None:
    museum.change(museum.key(2, kind), lambda raw: raw + b"\x1f\x8b")
    assert {finding.rule for finding in proof_of(museum, QUARRY).findings} >= {"file_size"}


def test_a_line_that_was_changed_is_not_made_again(museum: Museum) -> None:
    museum.change_lines(museum.key(2, "articles"), lambda lines: [lines[0].replace(b"on Saturday", b"on Sunday")])
    museum.set_right(2)
    proof = proof_of(museum, QUARRY)
    assert [finding.rule for finding in proof.findings] == ["article_differs"]
    assert [each.span is None for each in proof.sentences] == [False, False, False, True]


def test_damage_to_the_chain_and_to_the_record_is_said_and_that_of_other_lines_is_not(museum: Museum) -> None:
    articles = museum.key(1, "articles")
    museum.change_lines(articles, lambda lines: [lines[0], lines[1].replace(b"on Friday", b"on Monday")])
    museum.set_right(1)
    first, second = (json.loads(line)["id"] for line in museum.lines(articles))
    assert [finding.rule for finding in proof_of(museum, first, 1).findings] == []
    assert [finding.rule for finding in proof_of(museum, second, 1).findings] == ["article_differs"]
    museum.manifest_path(1).write_bytes(b"")
    assert [finding.rule for finding in proof_of(museum, QUARRY).findings] == ["manifest"]
    museum.remove(museum.key(2, "warc"))
    rules = {finding.rule for finding in proof_of(museum, QUARRY).findings}
    assert rules == {"manifest", "file_missing", "article_record"}
