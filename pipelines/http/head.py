"""The head of an HTTP/1.x response: bytes in, status line and fields out, in the order and spelling they came.

Servers are odd and archives are forever, so all that can be read is read: bare LF, folded fields, spaces before the
colon, lines that are no field at all (skipped). Only a message without a status line is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.errors import ProtocolBroken

_HEAD_END = re.compile(rb"\n\r?\n")
# RFC 9112 §4, but lenient: any blanks between the parts, and HTTP/2 and /3 as other archives' tools write them.
_STATUS_LINE = re.compile(rb"(HTTP/\d+(?:\.\d+)?)[ \t]+(\d{3})(?:[ \t]+(.*?))?[ \t]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and fields of a response (RFC 9112 §4, §5), decoded as latin-1: every byte has its character."""

    version: str
    """As received, such as "HTTP/1.1"."""
    status: int
    reason: str
    fields: tuple[tuple[str, str], ...]
    """Name and value of each field, in order, repeated ones repeated; values without the blanks around them."""
    size_bytes: int
    """Bytes of the message before its body, the empty line included."""

    def get(self, name: str) -> str | None:
        """The first field of that name (case-insensitive), or null."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), None)

    def get_all(self, name: str) -> tuple[str, ...]:
        """Every field of that name (case-insensitive), in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.fields if key.lower() == wanted)


def parse_head(raw: bytes) -> Head:
    """Read the head of the response that *raw* begins with; what follows the empty line is not looked at.

    A head that was cut, so that there is no empty line, is read as far as it goes.

    Raises:
        ProtocolBroken: *raw* does not begin with an HTTP status line.
    """
    end = _HEAD_END.search(raw)
    size_bytes = end.end() if end else len(raw)
    status_line, _, rest = raw[:size_bytes].partition(b"\n")
    match = _STATUS_LINE.fullmatch(status_line.removesuffix(b"\r"))
    if match is None:
        raise ProtocolBroken(f"the answer begins with {raw[:40]!r}, which is no HTTP status line")
    version, status, reason = match.groups(default=b"")
    return Head(version.decode("latin-1"), int(status), reason.decode("latin-1"), parse_fields(rest), size_bytes)


def parse_fields(raw: bytes, encoding: str = "latin-1") -> tuple[tuple[str, str], ...]:
    """Read "name: value" lines up to the first empty line: HTTP fields (RFC 9112 §5), or `application/warc-fields`.

    Folded lines are joined with one space (§5.2); lines without a colon or without a name are skipped, and so are
    folded ones that continue nothing (§2.2).
    """
    unfolded: list[bytes] = []
    for ended in raw.split(b"\n"):
        line = ended.removesuffix(b"\r")
        if not line:
            break
        if line[:1] in b" \t":
            if unfolded:
                unfolded[-1] += b" " + line.strip(b" \t")
        else:
            unfolded.append(line)
    fields = []
    for line in unfolded:
        name, colon, value = line.partition(b":")
        name = name.strip(b" \t")
        if colon and name:
            fields.append((name.decode(encoding, "replace"), value.strip(b" \t").decode(encoding, "replace")))
    return tuple(fields)
