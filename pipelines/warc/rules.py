"""The rules of WARC 1.1 for the named fields of a record's header, as one table (§5, §6).

A record type and its fields go in; nothing comes out, or `WarcRuleError`. The writer asks before it writes.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipelines.errors import WarcRuleError

TYPES = frozenset(
    {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"},
)
_CAPTURED = frozenset({"response", "resource", "request", "metadata", "revisit"})
_NOT_WARCINFO = TYPES - {"warcinfo"}
# §4: these have a payload; §6.7.2: a revisit reports the digest of the payload it refers to.
_WITH_PAYLOAD = frozenset({"response", "resource", "request", "conversion", "continuation", "revisit"})
_NONE: frozenset[str] = frozenset()


def _is_uri(value: str) -> bool:
    return re.fullmatch(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+>", value) is not None


def _is_target(value: str) -> bool:
    # §5.12: escaped and without blanks; no angle brackets (an erratum of 1.0), and a fragment is not requested.
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!\"$-;=?-~]+", value) is not None


def _is_date(value: str) -> bool:
    pattern = r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d(\.\d{1,9})?Z"
    return re.fullmatch(pattern, value, re.ASCII) is not None


def _is_count(value: str) -> bool:
    return re.fullmatch(r"\d+", value, re.ASCII) is not None


def _is_digest(value: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z0-9=+/_-]+", value) is not None


def _is_address(value: str) -> bool:
    try:
        # RFC 5952: one spelling for each address.
        return str(ipaddress.ip_address(value)) == value
    except ValueError:
        return False


def _is_media_type(value: str) -> bool:
    return re.fullmatch(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w.+-]+=(\"[^\"]*\"|[^\s\";]+))*", value, re.ASCII) is not None


def _is_token(value: str) -> bool:
    return re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z/-]+", value) is not None


def _is_text(value: str) -> bool:
    return bool(value)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the standard says of one field."""

    allowed: frozenset[str]
    is_valid: Callable[[str], bool]
    mandatory: frozenset[str] = _NONE
    repeatable: bool = False


RULES: dict[str, Rule] = {
    "WARC-Record-ID": Rule(TYPES, _is_uri, TYPES),
    "Content-Length": Rule(TYPES, _is_count, TYPES),
    "WARC-Date": Rule(TYPES, _is_date, TYPES),
    "WARC-Type": Rule(TYPES, TYPES.__contains__, TYPES),
    "Content-Type": Rule(TYPES, _is_media_type),
    "WARC-Concurrent-To": Rule(_CAPTURED, _is_uri, repeatable=True),
    "WARC-Block-Digest": Rule(TYPES, _is_digest),
    "WARC-Payload-Digest": Rule(_WITH_PAYLOAD, _is_digest),
    "WARC-IP-Address": Rule(_CAPTURED, _is_address),
    "WARC-Refers-To": Rule(frozenset({"metadata", "revisit", "conversion"}), _is_uri),
    "WARC-Refers-To-Target-URI": Rule(frozenset({"revisit"}), _is_target),
    "WARC-Refers-To-Date": Rule(frozenset({"revisit"}), _is_date),
    "WARC-Target-URI": Rule(_NOT_WARCINFO, _is_target, _NOT_WARCINFO - {"metadata"}),
    "WARC-Truncated": Rule(TYPES, frozenset({"length", "time", "disconnect", "unspecified"}).__contains__),
    "WARC-Warcinfo-ID": Rule(_NOT_WARCINFO, _is_uri),
    "WARC-Filename": Rule(frozenset({"warcinfo"}), _is_text),
    "WARC-Profile": Rule(frozenset({"revisit"}), _is_text, frozenset({"revisit"})),
    "WARC-Identified-Payload-Type": Rule(_WITH_PAYLOAD, _is_media_type),
    "WARC-Segment-Number": Rule(TYPES, _is_count, frozenset({"continuation"})),
    "WARC-Segment-Origin-ID": Rule(frozenset({"continuation"}), _is_uri, frozenset({"continuation"})),
    "WARC-Segment-Total-Length": Rule(frozenset({"continuation"}), _is_count),
    # Proposals of the community, not of the standard: readers ignore what they do not know (§5.1).
    "WARC-Protocol": Rule(_CAPTURED, _is_token, repeatable=True),
    "WARC-Cipher-Suite": Rule(_CAPTURED, _is_token),
}

_MANDATORY = {kind: tuple(name for name, rule in RULES.items() if kind in rule.mandatory) for kind in TYPES}


def check(record_type: str, headers: Iterable[tuple[str, str]]) -> None:
    """Hold *headers* against the table.

    Raises:
        WarcRuleError: The first rule that is broken: unknown type or field, a field that this type may not have, that
            is missing or repeated, or a value that is not of the field's form.
    """
    pairs = tuple(headers)
    where = next((value for name, value in pairs if name == "WARC-Target-URI"), record_type)
    if record_type not in TYPES:
        raise WarcRuleError(f"{record_type!r} is no type of WARC 1.1", where=where)
    if ("WARC-Type", record_type) not in pairs:
        raise WarcRuleError(f"WARC-Type does not say {record_type}", where=where)
    for name, value in pairs:
        rule = RULES.get(name)
        if rule is None:
            raise WarcRuleError(f"{name} is no field that we write", where=where)
        if record_type not in rule.allowed:
            raise WarcRuleError(f"a {record_type} record shall not have {name}", where=where)
        if not value.isprintable() or not rule.is_valid(value):
            raise WarcRuleError(f"{name} shall not be {value[:120]!r}", where=where)
    _check_counts(record_type, [name for name, _ in pairs], where)


def _check_counts(record_type: str, names: list[str], where: str) -> None:
    for name in _MANDATORY[record_type]:
        if name not in names:
            raise WarcRuleError(f"a {record_type} record shall have {name}", where=where)
    for name in names:
        if names.count(name) > 1 and not RULES[name].repeatable:
            raise WarcRuleError(f"{name} shall not be repeated", where=where)
