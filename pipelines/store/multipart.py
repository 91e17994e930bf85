"""Large objects go up in parts, and an upload that broke off goes on where it was.

In go a stream and boto3's client; out comes the list of parts that make the object. Parts that the store has from an
earlier try are taken over if their length and MD5 are those of the bytes that are to be sent; all else is sent again.
Nothing hangs on the MD5: the whole object is compared by sha256 once it is there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

PART_BYTES = 16 << 20
"""One part; it is held in memory. S3 takes 10,000 of them, which makes 160 GiB an object."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload in parts that was never completed."""

    key: str
    """As the store has it, prefix and all."""
    upload_id: str
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The parts that make an object, in order."""

    parts: tuple[dict[str, object], ...]
    composite_sha256: str
    """What S3 calls the checksum of an object in parts: that of the parts' digests, and their number."""
    reused_parts: int


def unfinished(client: Any, bucket: str, prefix: str) -> Iterator[Unfinished]:
    """The uploads below *prefix* that were never completed."""
    request = {"Bucket": bucket, "Prefix": prefix}
    while True:
        page = client.list_multipart_uploads(**request)
        for entry in page.get("Uploads", ()):
            yield Unfinished(str(entry["Key"]), str(entry["UploadId"]), entry["Initiated"])
        if not page.get("IsTruncated"):
            return
        request["KeyMarker"], request["UploadIdMarker"] = page["NextKeyMarker"], page["NextUploadIdMarker"]


def send_parts(
    client: Any, target: Mapping[str, str], stream: IO[bytes], part_bytes: int, checksums: Mapping[str, object]
) -> Sent:
    """Send the parts of *stream* that the store does not have yet.

    Args:
        client: boto3's.
        target: Bucket, Key and UploadId.
        stream: The object, from its beginning.
        part_bytes: Length of each part but the last.
        checksums: Arguments that make the store compute the parts' sha256 too; empty, and it does not.
    """
    there = _there(client, target)
    parts: list[dict[str, object]] = []
    digests: list[bytes] = []
    reused = 0
    while part := stream.read(part_bytes):
        number = len(parts) + 1
        md5, sha256 = hashlib.md5(part, usedforsecurity=False), hashlib.sha256(part)
        digests.append(sha256.digest())
        checksum = {"ChecksumSHA256": base64.b64encode(sha256.digest()).decode()} if checksums else {}
        etag = there.get((number, len(part), md5.hexdigest()))
        if etag is None:
            md5_base64 = base64.b64encode(md5.digest()).decode()
            sent = client.upload_part(**target, PartNumber=number, Body=part, ContentMD5=md5_base64, **checksum)
            etag = str(sent["ETag"])
        else:
            reused += 1
        parts.append({"PartNumber": number, "ETag": etag, **checksum})
    composite = base64.b64encode(hashlib.sha256(b"".join(digests)).digest()).decode()
    return Sent(tuple(parts), f"{composite}-{len(parts)}", reused)


def _there(client: Any, target: Mapping[str, str]) -> dict[tuple[int, int, str], str]:
    """The parts that the store has: number, length and MD5 → ETag."""
    found: dict[tuple[int, int, str], str] = {}
    marker = 0
    while True:
        page = client.list_parts(**target, PartNumberMarker=marker)
        for entry in page.get("Parts", ()):
            etag = str(entry["ETag"])
            found[int(entry["PartNumber"]), int(entry["Size"]), etag.strip('"')] = etag
        if not page.get("IsTruncated"):
            return found
        marker = int(page["NextPartNumberMarker"])
