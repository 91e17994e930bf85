"""Which articles repeat which: the same in any order of pages, and told once for each."""

from __future__ import annotations

import itertools
import random
import time

from hypothesis import given
from hypothesis import strategies as st

from pipelines.article.simhash import NEAR_BITS
from pipelines.publish.duplicates import Text, find_duplicates

FAR = 0xFFFF_FFFF_0000_0000


def text(id_: str, simhash: int, **changes: object) -> Text:
    return Text(id_, simhash, url=f"https://e.org/{id_}", **changes)  # type: ignore[arg-type]


def test_an_article_within_six_bits_of_one_in_the_archive_repeats_it() -> None:
    assert find_duplicates([text("b", 0b111111)], [("a", 0)]) == {"b": "a"}
    assert find_duplicates([text("b", 0b1111111)], [("a", 0)]) == {}


def test_of_two_originals_the_nearer_is_named() -> None:
    assert find_duplicates([text("c", 0b1)], [("a", 0b1110), ("b", 0b11)]) == {"c": "b"}


def test_the_next_revision_of_an_article_does_not_repeat_the_one_before() -> None:
    assert find_duplicates([text("a", 1, was_known=True)], [("a", 0)]) == {}


def test_two_articles_that_take_each_others_text_in_one_night_are_both_originals() -> None:
    tonight = [text("a", FAR, was_known=True), text("b", 0, was_known=True)]
    assert find_duplicates(tonight, [("a", 0), ("b", FAR)]) == {}


def test_within_a_night_the_original_is_the_known_the_own_the_older_and_then_the_first_by_url() -> None:
    known = text("z", 0, was_known=True, embedded=True)
    own = text("y", 0, published_at="2026-11-21T09:00:00Z")
    older = text("x", 0, published_at="2026-11-20")
    undated, embedded = text("a", 0), text("b", 0, embedded=True, published_at="2026-11-01")
    for each in itertools.permutations([known, own, older, undated, embedded]):
        assert find_duplicates(each, []) == dict.fromkeys("yxab", "z")
        assert find_duplicates([one for one in each if one is not known], []) == dict.fromkeys("yab", "x")
    assert find_duplicates([text("d", 0), text("c", 0)], []) == {"d": "c"}


def test_what_repeats_a_duplicate_alone_is_an_original() -> None:
    assert find_duplicates([text("b", 0x3F), text("c", 0xFFF)], [("a", 0)]) == {"b": "a"}


near = st.integers(0, 2**64 - 1).flatmap(
    lambda base: st.lists(st.lists(st.integers(0, 63), max_size=NEAR_BITS + 3).map(lambda bits: base ^ _bits(bits)))
)


def _bits(bits: list[int]) -> int:
    number = 0
    for bit in bits:
        number ^= 1 << bit
    return number


@given(near, near, st.randoms(use_true_random=False))
def test_the_order_of_pages_and_of_the_archive_does_not_matter(
    ours: list[int], theirs: list[int], shuffled: random.Random
) -> None:
    tonight = [text(f"t{place}", simhash) for place, simhash in enumerate(ours)]
    archived = [(f"a{place}", simhash) for place, simhash in enumerate(theirs)]
    found = find_duplicates(tonight, archived)
    shuffled.shuffle(tonight)
    shuffled.shuffle(archived)
    assert find_duplicates(tonight, archived) == found


@given(near, near)
def test_no_original_is_near_another_and_every_duplicate_is_near_its_own(ours: list[int], theirs: list[int]) -> None:
    tonight = {f"t{place}": simhash for place, simhash in enumerate(ours)}
    archived = {f"a{place}": simhash for place, simhash in enumerate(theirs)}
    found = find_duplicates([text(id_, simhash) for id_, simhash in tonight.items()], archived.items())
    everything = tonight | archived
    assert all((tonight[id_] ^ everything[original]).bit_count() <= NEAR_BITS for id_, original in found.items())
    assert not set(found.values()) & found.keys()
    originals = [id_ for id_ in everything if id_ not in found]
    for one, other in itertools.combinations(originals, 2):
        if one in tonight or other in tonight:
            assert (everything[one] ^ everything[other]).bit_count() > NEAR_BITS


def test_a_hundred_thousand_articles_are_compared_in_little_time() -> None:
    drawn = random.Random(7)
    archived = [(f"a{place}", drawn.getrandbits(64)) for place in range(100_000)]
    tonight = [text(f"t{place}", drawn.getrandbits(64)) for place in range(1000)]
    tonight += [text(f"u{place}", archived[place][1] ^ 0b1010) for place in range(100)]
    begun = time.process_time()
    found = find_duplicates(tonight, archived)
    assert time.process_time() - begun < 10
    assert found == {f"u{place}": f"a{place}" for place in range(100)}
