from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pipelines.article.duplicates import LEAST_WORDS, NEAR_BITS, Fingerprint, originals, simhash

WORDS = [f"{start}{end}" for start in ("cou", "fer", "ri", "la") for end in ("ncil", "ry", "ver", "mp")]
TEXT = " ".join(f"{WORDS[n % 16]} {WORDS[n * n % 11]} {n // 7}" for n in range(300))
OTHER = " ".join(f"{WORDS[n * 5 % 16]} {WORDS[n % 7]} {n // 3}x" for n in range(300))


def distance(one: str, other: str) -> int:
    return (int(simhash(one), 16) ^ int(simhash(other), 16)).bit_count()


def print_of(id_: str, text: str) -> Fingerprint:
    return Fingerprint(id_, hashlib.sha256(text.encode()).hexdigest(), simhash(text), len(text.split()))


def test_texts_that_share_most_runs_have_near_hashes_and_others_do_not() -> None:
    assert distance(TEXT, TEXT.replace("apple 5", "apple 6", 1).upper() + ".") <= NEAR_BITS
    assert distance(TEXT, OTHER) > 4 * NEAR_BITS


@given(st.text(max_size=300))
def test_any_text_has_one_hash_of_sixteen_digits(text: str) -> None:
    assert simhash(text) == simhash(text)
    assert len(simhash(text)) == 16
    assert int(simhash(text), 16) >= 0


def test_the_first_of_several_is_the_original_of_all_others() -> None:
    found = originals([print_of("a", TEXT), print_of("b", OTHER), print_of("c", TEXT), print_of("d", f"{TEXT} more")])
    assert found == {"c": "a", "d": "a"}


def test_short_texts_are_duplicates_only_where_they_are_the_same() -> None:
    short = " ".join(WORDS)
    assert len(short.split()) < LEAST_WORDS
    found = originals([print_of("a", short), print_of("b", f"{short}."), print_of("c", short)])
    assert found == {"c": "a"}
