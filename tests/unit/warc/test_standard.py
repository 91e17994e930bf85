"""`rules.py` held against a second table, read off the words of the standard: what a record shall and shall not have.

ISO 28500:2017 speaks mostly in prohibitions ("shall not be used in …"), `rules.py` in permissions: written the other
way round, one slip is not made twice.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pipelines.errors import WarcRuleError
from pipelines.warc.rules import RULES, check

TYPES = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
ALL = frozenset(TYPES)


class Clause(NamedTuple):
    """What the standard says of one field."""

    value: str
    """One that is right."""
    shall: frozenset[str] = frozenset()
    shall_not: frozenset[str] = frozenset()


def only(*types: str) -> frozenset[str]:
    return frozenset(types)


def but(*types: str) -> frozenset[str]:
    return ALL - frozenset(types)


A_URI = "<urn:uuid:6f2c3a52-7d0c-4b1f-9d6e-1a2b3c4d5e6f>"
# §4 counts five types that have a payload; by §6.7.2 and §6.7.3 that of a revisit is "the original payload content".
WITHOUT_PAYLOAD = only("warcinfo", "metadata")

STANDARD = {
    # "All records shall have a … field."
    "WARC-Record-ID": Clause(A_URI, shall=ALL),
    "Content-Length": Clause("0", shall=ALL),
    "WARC-Date": Clause("2026-11-22T03:04:05Z", shall=ALL),
    "WARC-Type": Clause("", shall=ALL),
    # "All records with a non-empty block … should have a Content-Type field": none is forbidden it.
    "Content-Type": Clause("application/warc-fields"),
    # "shall not be used in 'warcinfo', 'conversion', and 'continuation' records"
    "WARC-Concurrent-To": Clause(A_URI, shall_not=only("warcinfo", "conversion", "continuation")),
    # "Any record may have a WARC-Block-Digest field."
    "WARC-Block-Digest": Clause("sha1:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    # "shall not be used on records without a well-defined payload"
    "WARC-Payload-Digest": Clause("sha1:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", shall_not=WITHOUT_PAYLOAD),
    "WARC-Identified-Payload-Type": Clause("image/jpeg", shall_not=WITHOUT_PAYLOAD),
    # "shall not be used on 'warcinfo', 'conversion' or 'continuation' records"
    "WARC-IP-Address": Clause("192.0.2.7", shall_not=only("warcinfo", "conversion", "continuation")),
    # "shall not be used in 'warcinfo', 'response', 'resource', 'request', and 'continuation' records"
    "WARC-Refers-To": Clause(A_URI, shall_not=only("warcinfo", "response", "resource", "request", "continuation")),
    # "shall not be used in 'warcinfo', 'response', 'metadata', 'conversion', 'resource', 'request' and 'continuation'"
    "WARC-Refers-To-Target-URI": Clause("http://example.org/", shall_not=but("revisit")),
    "WARC-Refers-To-Date": Clause("2026-11-22T03:04:05Z", shall_not=but("revisit")),
    # "A 'metadata' record may have …. A 'warcinfo' record shall not have a WARC-Target-URI field." All others shall.
    "WARC-Target-URI": Clause("http://example.org/", shall=but("metadata", "warcinfo"), shall_not=only("warcinfo")),
    # "may be used on any WARC record"
    "WARC-Truncated": Clause("disconnect"),
    # "may be used in any record type except 'warcinfo'"
    "WARC-Warcinfo-ID": Clause(A_URI, shall_not=only("warcinfo")),
    # "may be used in 'warcinfo' type records and shall not be used for other record types"
    "WARC-Filename": Clause("a.warc.gz", shall_not=but("warcinfo")),
    # "mandatory on 'revisit' type records and undefined for other record types"
    "WARC-Profile": Clause(
        "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        shall=only("revisit"),
        shall_not=but("revisit"),
    ),
    # "In the first segment of any record …, this parameter is mandatory. … In a 'continuation' record … also"
    "WARC-Segment-Number": Clause("1", shall=only("continuation")),
    # "mandatory on all 'continuation' records, and shall not be used in other records"
    "WARC-Segment-Origin-ID": Clause(A_URI, shall=only("continuation"), shall_not=but("continuation")),
    # "mandatory on the last 'continuation' record of a series, and shall not be used elsewhere"
    "WARC-Segment-Total-Length": Clause("1902", shall_not=but("continuation")),
}
NOT_OF_THE_STANDARD = {"WARC-Protocol", "WARC-Cipher-Suite"}
"""Proposals that our records carry: readers ignore what they do not know (§5.1)."""

each = pytest.mark.parametrize(
    ("record_type", "name"), [(record_type, name) for record_type in TYPES for name in STANDARD]
)


def least(record_type: str) -> list[tuple[str, str]]:
    """The fewest fields that a record of this type can have."""
    fields = [(name, clause.value) for name, clause in STANDARD.items() if record_type in clause.shall]
    return [(name, record_type if name == "WARC-Type" else value) for name, value in fields]


def test_both_tables_speak_of_the_same_fields() -> None:
    assert set(RULES) == set(STANDARD) | NOT_OF_THE_STANDARD


@pytest.mark.parametrize("record_type", TYPES)
def test_what_a_record_shall_have_is_enough(record_type: str) -> None:
    check(record_type, least(record_type))


@each
def test_what_a_record_shall_have_it_must_have(record_type: str, name: str) -> None:
    without = [(key, value) for key, value in least(record_type) if key != name]
    if record_type in STANDARD[name].shall:
        with pytest.raises(WarcRuleError, match=name):
            check(record_type, without)
    else:
        check(record_type, without)


@each
def test_what_a_record_shall_not_have_is_refused_and_all_else_allowed(record_type: str, name: str) -> None:
    clause = STANDARD[name]
    if record_type in clause.shall:
        return
    fields = [*least(record_type), (name, clause.value)]
    if record_type in clause.shall_not:
        with pytest.raises(WarcRuleError, match=f"shall not have {name}"):
            check(record_type, fields)
    else:
        check(record_type, fields)


@each
def test_only_concurrent_to_may_be_repeated(record_type: str, name: str) -> None:
    clause = STANDARD[name]
    if record_type in clause.shall_not:
        return
    value = record_type if name == "WARC-Type" else clause.value
    once = [(key, other) for key, other in least(record_type) if key != name]
    twice = [*once, (name, value), (name, value)]
    if name == "WARC-Concurrent-To":
        check(record_type, twice)
    else:
        with pytest.raises(WarcRuleError, match=f"{name} shall not be repeated"):
            check(record_type, twice)
