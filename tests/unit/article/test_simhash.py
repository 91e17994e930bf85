"""The simhash of a text: near for texts that nearly agree, and the same everywhere."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.article.simhash import NEAR_BITS, distance_bits, simhash, to_hex

FORMAT = Path(__file__).parents[3] / "FORMAT.md"
WORDS = [
    f"{first}{last}" for first in ("har", "bri", "gar", "mar", "wes") for last in ("bour", "dge", "den", "ket", "t")
]


def text_of(seed: int, words: int = 300) -> str:
    drawn = random.Random(seed)
    return " ".join(drawn.choice(WORDS) + str(drawn.randrange(40)) for _ in range(words))


def test_case_punctuation_and_breaks_do_not_count() -> None:
    assert simhash("The ferry sails: again, on Sunday.") == simhash("the FERRY sails again\n\n“on” Sunday!")


@pytest.mark.parametrize(
    "near",
    [
        text_of(1) + " This text was first published elsewhere and has been shortened.",
        text_of(1).replace(" ", " corrected ", 1),
        " ".join(text_of(1).split()[12:]),
    ],
)
def test_texts_that_nearly_agree_are_near(near: str) -> None:
    assert distance_bits(simhash(text_of(1)), simhash(near)) <= NEAR_BITS


def test_different_texts_of_the_same_words_are_far_from_each_other() -> None:
    hashes = [simhash(text_of(seed)) for seed in range(60)]
    least = min(distance_bits(one, other) for place, one in enumerate(hashes) for other in hashes[:place])
    assert least > 2 * NEAR_BITS


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        (
            "市議会は火曜日に港の新しい桟橋の計画を承認し、工事は来年の春に始まる予定である。" * 2,
            "市議会は火曜日に港の新しい桟橋の計画を承認し、工事は来年の秋に始まる予定である。" * 2,
            "国立博物館では週末に特別展が開かれ、遠くの町からも多くの家族連れが訪れたという。" * 2,
        ),
        (
            "नगर परिषद ने मंगलवार को बंदरगाह की नई गोदी की योजना को मंजूरी दी और काम अगले वर्ष शुरू होगा। " * 2,
            "नगर परिषद ने मंगलवार को बंदरगाह की नई गोदी की योजना को मंजूरी दी, और काम अगले वर्ष शुरू होगा! " * 2,
            "राष्ट्रीय संग्रहालय में सप्ताहांत में विशेष प्रदर्शनी लगी जिसे देखने दूर के शहरों से परिवार आए। " * 2,
        ),
    ],
)
def test_other_scripts_are_compared_as_well(text: str, near: str, far: str) -> None:
    assert distance_bits(simhash(text), simhash(near)) < distance_bits(simhash(text), simhash(far))
    assert distance_bits(simhash(text), simhash(far)) > NEAR_BITS


def test_it_is_the_same_in_every_process() -> None:
    script = f"from pipelines.article.simhash import simhash; print(simhash({text_of(2)!r}))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert printed == {f"{simhash(text_of(2))}\n".encode()}


def test_the_example_of_the_format_holds() -> None:
    assert f"`{to_hex(simhash('The ferry sails again'))}`" in FORMAT.read_text(encoding="utf-8")


@given(st.text())
def test_any_text_has_one_of_64_bits(text: str) -> None:
    assert 0 <= simhash(text) < 1 << 64
    assert len(to_hex(simhash(text))) == 16
