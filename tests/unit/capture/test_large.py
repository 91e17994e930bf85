"""A body of 200 MB: recorded to the last byte where no limit is set, and cut where one is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.origin.crawling import Crawling
from tests.origin.server import Origin
from tests.origin.vice import End, Vice, head

pytestmark = pytest.mark.servers

MIB = bytes(range(256)) * 4096
COUNT = 200
CHUNK = b"%x\r\n" % len(MIB) + MIB + b"\r\n"

LENGTH = (head(b"Content-Length: %d" % (COUNT * len(MIB))), *(MIB,) * COUNT)
CHUNKED = (head(b"Transfer-Encoding: chunked"), *(CHUNK,) * COUNT, b"0\r\n\r\n")
LARGE = (
    # What the record must hold is compared by its digest: the message is not held a second time.
    Vice("length", LENGTH, message=b"200 MB", payload=b""),
    Vice("chunked", CHUNKED, message=b"200 MB", payload=b""),
    Vice("until_close", (head(), *(MIB,) * COUNT), End.CLOSE, message=b"200 MB", payload=b""),
)


def sha256(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return f"sha256:{digest.hexdigest()}"


@pytest.mark.parametrize("vice", LARGE, ids=lambda vice: vice.name)
def test_without_a_limit_every_byte_is_recorded(tmp_path: Path, vice: Vice) -> None:
    with Origin((vice,)) as origin:
        crawl = Crawling(tmp_path, origin, DOWNLOAD_MAXSIZE=0, DOWNLOAD_TIMEOUT=120).finish(180)
    record = crawl.record(vice, "response")
    assert record.get("WARC-Block-Digest") == sha256(part for part in vice.script if isinstance(part, bytes))
    assert record.get("WARC-Payload-Digest") == sha256([MIB] * COUNT)
    assert record.get("WARC-Truncated") is None
    assert crawl.answers[vice.name]["status"] == 200


@pytest.mark.parametrize("vice", LARGE, ids=lambda vice: vice.name)
def test_with_a_limit_it_is_cut_and_says_so(tmp_path: Path, vice: Vice) -> None:
    limit = 8 * len(MIB)
    with Origin((vice,)) as origin:
        crawl = Crawling(tmp_path, origin, DOWNLOAD_MAXSIZE=limit, DOWNLOAD_TIMEOUT=120).finish(180)
    record = crawl.record(vice, "response")
    said = vice.script[0] + b"".join((CHUNK if vice.name == "chunked" else MIB) for _ in range(12))
    is_beginning = said.startswith(record.block)
    assert is_beginning
    assert len(record.block) < limit + 2 * len(MIB)
    assert record.get("WARC-Truncated") == "length"
    assert record.get("WARC-Payload-Digest") is None
    assert crawl.answers[vice.name]["reason"] == "too_large"
