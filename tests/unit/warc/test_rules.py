from __future__ import annotations

import pytest

from pipelines.errors import WarcRuleError
from pipelines.warc.rules import RULES, TYPES, check

RECORD_ID = "<urn:uuid:a9c5c23a-0221-11e7-8fe3-0242ac120007>"
OTHER_ID = "<urn:uuid:a9cddb88-0221-11e7-8fe3-0242ac120007>"
DIGEST = "sha256:" + "0" * 64

VALID = {
    "WARC-Record-ID": RECORD_ID,
    "Content-Length": "0",
    "WARC-Date": "2026-11-22T03:00:00.000001Z",
    "Content-Type": "application/http;msgtype=response",
    "WARC-Concurrent-To": OTHER_ID,
    "WARC-Block-Digest": DIGEST,
    "WARC-Payload-Digest": DIGEST,
    "WARC-IP-Address": "2001:db8::1",
    "WARC-Refers-To": OTHER_ID,
    "WARC-Refers-To-Target-URI": "http://example.org/",
    "WARC-Refers-To-Date": "2026-11-22T03:00:00Z",
    "WARC-Target-URI": "http://example.org/a?b={c}|d",
    "WARC-Truncated": "length",
    "WARC-Warcinfo-ID": OTHER_ID,
    "WARC-Filename": "a b.warc.gz",
    "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
    "WARC-Identified-Payload-Type": "text/html",
    "WARC-Segment-Number": "2",
    "WARC-Segment-Origin-ID": OTHER_ID,
    "WARC-Segment-Total-Length": "12",
    "WARC-Protocol": "tls/1.3",
    "WARC-Cipher-Suite": "TLS_AES_256_GCM_SHA384",
}
INVALID = {
    "WARC-Record-ID": ["urn:uuid:a", "<no scheme>", "<urn:a b>"],
    "Content-Length": ["", "-1", "1.0", "\u0661"],
    "WARC-Date": ["2026-11-22", "2026-11-22T03:00:00+00:00", "2026-11-22 03:00:00Z", "2026-11-22T03:00:00.1234567891Z"],
    "Content-Type": ["html", "text/html; charset", ""],
    "WARC-Block-Digest": ["0" * 64, "sha256:", "sha 256:00"],
    "WARC-IP-Address": ["example.org", "127.0.0.01", "2001:DB8::1", "::0001", "[::1]"],
    "WARC-Target-URI": ["/a", "http://a b/", "<http://a/>", "http://a/#b", "http://a/\r\nX: y", "http://a/é", ""],
    "WARC-Truncated": ["cut", ""],
    "WARC-Filename": ["", "a\nb"],
    "WARC-Protocol": ["http 1.1", ""],
}


def header(record_type: str, *without: str, **replaced: str) -> list[tuple[str, str]]:
    """Every field a record of this type may have."""
    fields = [("WARC-Type", record_type)]
    fields += [(name, VALID[name]) for name, rule in RULES.items() if record_type in rule.allowed and name in VALID]
    fields = [(name, replaced.get(name.replace("-", "_"), value)) for name, value in fields]
    return [(name, value) for name, value in fields if name not in without]


@pytest.mark.parametrize("record_type", sorted(TYPES))
def test_a_record_may_have_every_field_its_type_allows(record_type: str) -> None:
    check(record_type, header(record_type))


@pytest.mark.parametrize(
    ("record_type", "name"),
    [
        (record_type, name)
        for record_type in sorted(TYPES)
        for name, rule in RULES.items()
        if record_type in rule.mandatory
    ],
)
def test_a_mandatory_field_may_not_be_left_out(record_type: str, name: str) -> None:
    with pytest.raises(WarcRuleError, match=name):
        check(record_type, header(record_type, name))


@pytest.mark.parametrize(
    ("record_type", "name"),
    [
        (record_type, name)
        for record_type in sorted(TYPES)
        for name, rule in RULES.items()
        if record_type not in rule.allowed
    ],
)
def test_a_field_of_another_type_is_refused(record_type: str, name: str) -> None:
    with pytest.raises(WarcRuleError, match=f"{record_type} record shall not have {name}"):
        check(record_type, [*header(record_type), (name, VALID[name])])


# What the standard says in words (WARC/1.1 §5), beside the table that says it again.
@pytest.mark.parametrize(
    ("record_type", "name"),
    [
        ("warcinfo", "WARC-Target-URI"),
        ("warcinfo", "WARC-IP-Address"),
        ("warcinfo", "WARC-Warcinfo-ID"),
        ("warcinfo", "WARC-Payload-Digest"),
        ("metadata", "WARC-Payload-Digest"),
        ("conversion", "WARC-Concurrent-To"),
        ("response", "WARC-Refers-To"),
        ("response", "WARC-Filename"),
        ("response", "WARC-Segment-Origin-ID"),
    ],
)
def test_the_standards_prohibitions_are_kept(record_type: str, name: str) -> None:
    with pytest.raises(WarcRuleError):
        check(record_type, [*header(record_type), (name, VALID[name])])


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in INVALID.items() for value in values])
def test_a_value_that_is_not_of_the_fields_form_is_refused(name: str, value: str) -> None:
    record_type = "warcinfo" if name == "WARC-Filename" else "response"
    with pytest.raises(WarcRuleError, match=name):
        check(record_type, header(record_type, **{name.replace("-", "_"): value}))


def test_only_concurrent_to_and_protocol_may_be_repeated() -> None:
    for name in ("WARC-Concurrent-To", "WARC-Protocol"):
        check("response", [*header("response"), (name, VALID[name])])
    for name in ("WARC-Date", "WARC-Target-URI", "WARC-IP-Address"):
        with pytest.raises(WarcRuleError, match=f"{name} shall not be repeated"):
            check("response", [*header("response"), (name, VALID[name])])


def test_unknown_types_and_fields_are_not_written() -> None:
    with pytest.raises(WarcRuleError, match="'note' is no type"):
        check("note", header("response"))
    with pytest.raises(WarcRuleError, match="X-Note is no field"):
        check("response", [*header("response"), ("X-Note", "a")])
    with pytest.raises(WarcRuleError, match="WARC-Type does not say request"):
        check("request", header("response"))
