from __future__ import annotations

import hashlib
import pickle

import pytest

from pipelines.extract.profile import EMPTY, Profile
from pipelines.extract.template import Node

NODES = {"p<div.body<article": Node(900, 20, 9), "li<ul<div.more": Node(0, 300, 9)}
PROFILE = Profile({"most viewed": 9, "élan": 3}, (" - The Paper",), ("The Paper",), 9, NODES)


def test_a_profile_comes_back_from_its_bytes() -> None:
    assert Profile.from_json(PROFILE.to_json()) == PROFILE


def test_the_bytes_are_canonical() -> None:
    other = Profile({"élan": 3, "most viewed": 9}, (" - The Paper",), ("The Paper",), 9, dict(reversed(NODES.items())))
    assert other.to_json() == PROFILE.to_json()
    assert EMPTY.to_json() == (
        b'{"articles":0,"furniture":{},"nodes":{},"organisations":[],"schema":"pressarc.profile/2","title_suffixes":[]}\n'
    )


def test_the_digest_is_of_the_bytes() -> None:
    assert EMPTY.sha256 == hashlib.sha256(EMPTY.to_json()).hexdigest()
    assert PROFILE.sha256 != EMPTY.sha256


def test_a_profile_goes_to_worker_processes() -> None:
    assert pickle.loads(pickle.dumps(PROFILE)) == PROFILE


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"schema":"pressarc.profile/3"}', b"nonsense"])
def test_what_is_no_profile_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Profile.from_json(body)


def test_a_profile_of_the_schema_before_keeps_its_name() -> None:
    body = (
        b'{"articles":4,"furniture":{"share":4},"organisations":[],"schema":"pressarc.profile/1","title_suffixes":[]}\n'
    )
    earlier = Profile.from_json(body)
    assert (earlier.articles, earlier.nodes) == (4, {})
    assert earlier.sha256 == hashlib.sha256(body).hexdigest()
