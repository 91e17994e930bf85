from __future__ import annotations

from dataclasses import replace

from pipelines.captures.merge import original_of, replay_lines
from pipelines.index.cdxj import Capture, parse_line

PAGE = Capture(
    urlkey="example,a)/",
    timestamp="20261121030000",
    url="https://a.example/",
    mime="text/html",
    status=200,
    digest="sha256:1",
    length=100,
    offset=0,
    filename="first.warc.gz",
)
UNCHANGED = replace(
    PAGE,
    timestamp="20261122030000",
    mime="warc/revisit",
    status=304,
    filename="second.warc.gz",
    refers_to_url=PAGE.url,
    refers_to_date="2026-11-21T03:00:00.5Z",
)
OTHER = replace(PAGE, urlkey="example,a)/other", url="https://a.example/other", offset=7)


def merged(*indexes: list[Capture]) -> list[Capture]:
    lines = replay_lines([sorted(each.to_line() for each in index) for index in indexes])
    return [parse_line(line, where="merged") for line in lines]


def test_the_lines_of_all_runs_are_one_in_order() -> None:
    later = replace(PAGE, timestamp="20261123030000", digest="sha256:2")
    assert merged([OTHER, later], [PAGE]) == [PAGE, later, OTHER]


def test_a_304_is_shown_as_its_original_was_at_the_time_of_the_304() -> None:
    assert merged([PAGE], [UNCHANGED]) == [PAGE, replace(PAGE, timestamp=UNCHANGED.timestamp)]


def test_a_304_after_a_304_is_shown_as_the_original_of_both() -> None:
    again = replace(UNCHANGED, timestamp="20261123030000", filename="third.warc.gz")
    shown = merged([PAGE], [UNCHANGED], [again])
    assert [each.timestamp for each in shown] == [PAGE.timestamp, UNCHANGED.timestamp, again.timestamp]
    assert {(each.filename, each.status) for each in shown} == {(PAGE.filename, 200)}


def test_a_304_without_an_original_and_one_that_is_no_revisit_are_left_out() -> None:
    assert merged([UNCHANGED, OTHER]) == [OTHER]
    assert merged([PAGE], [replace(UNCHANGED, mime="text/html")]) == [PAGE]


def test_a_revisit_of_another_urls_payload_stays_as_it_is() -> None:
    again = replace(OTHER, mime="warc/revisit", refers_to_url=PAGE.url, refers_to_date="2026-11-21T03:00:00Z")
    assert merged([PAGE, again]) == [PAGE, again]


def test_without_a_reference_the_newest_capture_before_it_with_its_digest_is_the_original() -> None:
    bare = replace(UNCHANGED, refers_to_url=None, refers_to_date=None)
    newer = replace(PAGE, timestamp="20261121040000", offset=500)
    after = replace(PAGE, timestamp="20261123040000", offset=900)
    changed = replace(PAGE, timestamp="20261121050000", digest="sha256:2")
    assert original_of(bare, [PAGE, newer, changed, after, bare]) == newer
    assert original_of(PAGE, [PAGE, newer]) is None
