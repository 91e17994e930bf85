"""The archive in an S3 bucket: AWS, Ceph, MinIO, rclone and their kin.

In go keys and bytes; out come objects below a prefix of a bucket. Writing once is `If-None-Match: *` where the store
honours it, which is found out with a hidden probe object and not assumed; where it does not, the key is looked at
before the put, and `capabilities` says what that leaves open. What was sent is read back and its sha256 compared:
stores exist that keep a flipped byte, and an ETag is a digest only sometimes.

botocore's own retries are off: retry.py is the one place that tries again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3.session
from botocore import exceptions as boto
from botocore.config import Config

from pipelines.errors import ObjectDiffers, ObjectMissing, StoreError, StoreUnavailable, UploadCorrupt
from pipelines.store.contract import Capabilities
from pipelines.store.keys import check_key, check_prefix, is_hidden
from pipelines.store.s3_errors import NO_BUCKET, status_of, translated
from pipelines.store.source import check_source, open_source
from pipelines.values import StoredObject

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_log = logging.getLogger(__name__)

SINGLE_PUT_BYTES = 64 << 20
"""Larger objects are sent in parts."""
PART_BYTES = 16 << 20
"""One part; it is held in memory. S3 takes 10,000 of them, which makes 160 GiB an object."""

_CONNECT_TIMEOUT_S = 10
_READ_TIMEOUT_S = 60
_CHUNK_BYTES = 1 << 20

_PROBE_NAME = ".probe-create-only"
_PROBE_CONTENT = b"pressarc asks here whether this store honours If-None-Match. It may be deleted at any time.\n"

_NOT_CREATE_ONLY = (
    "this store does not refuse the second of two simultaneous writers of one object (it ignores If-None-Match): "
    "let only one process at a time write a site"
)


class S3Store:
    """Objects below a prefix of a bucket.

    Objects above `single_put_bytes` go up in parts, and stores exist that complete such an upload without regard to
    `If-None-Match`. Those keys are looked at before the upload; what must be safe against a second writer (manifests)
    is small.

    Args:
        bucket: The bucket; it must exist.
        prefix: Where in it the archive is, without slashes at its ends; "" is the whole bucket.
        endpoint: URL of a store other than AWS.
        region: Its region; null leaves it to the environment.
        single_put_bytes: What is still sent in one request.
        part_bytes: Size of the parts of larger objects; S3 wants 5 MiB at least.

    Raises:
        AccessDenied: The credentials cannot be read.
        StoreError: Endpoint or region make no sense.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint: str | None = None,
        region: str | None = None,
        single_put_bytes: int = SINGLE_PUT_BYTES,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        given = {name: value for name, value in (("endpoint", endpoint), ("region", region)) if value}
        query = f"?{urlencode(given, safe=':/')}" if given else ""
        self._location = f"s3://{bucket}{'/' + prefix if prefix else ''}{query}"
        self._single_put_bytes = single_put_bytes
        self._part_bytes = part_bytes
        self._capabilities: Capabilities | None = None
        with translated(self._location):
            self._client = _client(endpoint, region)

    @property
    def location(self) -> str:
        return self._location

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        where = self._where(check_key(key))
        with open_source(source) as stream:
            measures = _measure(stream)
            check_source(source, measures.sha256, sha256, where=where)
            stream.seek(0)
            create_only = self.capabilities().create_only
            is_single = measures.size_bytes <= self._single_put_bytes
            if not (create_only and is_single) and self._holds(key, sha256):
                return
            condition = {"IfNoneMatch": "*"} if create_only else {}
            send = self._put_single if is_single else self._put_parts
            created = send(key, stream, measures, condition)
        if created:
            self._compare_sent(key, sha256, is_ours_alone=create_only and is_single)
        elif not self._holds(key, sha256):
            raise StoreUnavailable("the key was taken, and then it was not", where=where)

    def open(self, key: str) -> IO[bytes]:
        return self._stream(key)

    def read(self, key: str) -> bytes:
        with self.open(key) as stream:
            return stream.read()

    def read_range(self, key: str, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0:
            raise ValueError(f"offset and length cannot be negative: {offset}, {length}")
        if length == 0:
            self.stat(key)  # a Range of no bytes cannot be written
            return b""
        wanted = f"{offset}-{offset + length - 1}"
        body = self._body(key, Range=f"bytes={wanted}")
        with io.BufferedReader(body, _CHUNK_BYTES) as stream:
            if not body.content_range.startswith(f"bytes {wanted}/"):
                raise StoreError(
                    f"the store did not give bytes {wanted}: the object ends before, or the store ignores Range",
                    where=self._where(key),
                )
            return stream.read()

    def stat(self, key: str) -> StoredObject:
        where = self._where(key)
        try:
            with translated(where):
                head = self._client.head_object(Bucket=self._bucket, Key=self._full(key))
        except ObjectMissing:
            self._require_bucket()
            raise
        return StoredObject(key, int(head["ContentLength"]))

    def list(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        request = {"Bucket": self._bucket, "Prefix": self._prefix + check_prefix(prefix)}
        if after:
            request["StartAfter"] = self._prefix + after
        while True:
            with translated(f"s3://{self._bucket}/{self._prefix}{prefix}"):
                page = self._client.list_objects_v2(**request)
            for entry in page.get("Contents", ()):
                key = str(entry["Key"]).removeprefix(self._prefix)
                # A key with a slash at its end is the "folder" some programs make; StartAfter is not honoured by all.
                if key > after and not key.endswith("/") and not is_hidden(key):
                    yield StoredObject(key, int(entry["Size"]))
            if not page["IsTruncated"]:
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def sha256(self, key: str) -> str:
        with self._stream(key) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            is_honoured = self._refuses_second_put()
            self._capabilities = Capabilities(is_honoured, () if is_honoured else (_NOT_CREATE_ONLY,))
        return self._capabilities

    def close(self) -> None:
        self._client.close()

    # ------------------------------------------------------------ writing

    def _put_single(self, key: str, stream: IO[bytes], measures: _Measures, condition: dict[str, str]) -> bool:
        """Send all in one request; false if the key is taken."""
        with translated(self._where(key)):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=self._full(key),
                    Body=stream,
                    ContentLength=measures.size_bytes,
                    ContentMD5=measures.md5_base64,
                    Metadata={"sha256": measures.sha256},
                    **condition,
                )
            except boto.ClientError as error:
                if status_of(error) != HTTPStatus.PRECONDITION_FAILED:
                    raise
                return False
        return True

    def _put_parts(self, key: str, stream: IO[bytes], measures: _Measures, condition: dict[str, str]) -> bool:
        """Send in parts, which become an object only all together; false if the key is taken."""
        target = {"Bucket": self._bucket, "Key": self._full(key)}
        completed = False
        with translated(self._where(key)):
            upload = self._client.create_multipart_upload(**target, Metadata={"sha256": measures.sha256})
            target["UploadId"] = upload["UploadId"]
            try:
                parts = self._send_parts(stream, target)
                self._client.complete_multipart_upload(**target, MultipartUpload={"Parts": parts}, **condition)
                completed = True
            except boto.ClientError as error:
                if status_of(error) != HTTPStatus.PRECONDITION_FAILED:
                    raise
            finally:
                if not completed:
                    self._abort(target)
        return completed

    def _send_parts(self, stream: IO[bytes], target: dict[str, str]) -> tuple[dict[str, object], ...]:
        parts: list[dict[str, object]] = []
        while part := stream.read(self._part_bytes):
            number = len(parts) + 1
            md5 = base64.b64encode(hashlib.md5(part, usedforsecurity=False).digest()).decode()
            sent = self._client.upload_part(**target, PartNumber=number, Body=part, ContentMD5=md5)
            parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        return tuple(parts)

    def _abort(self, target: dict[str, str]) -> None:
        """Let go of an unfinished upload; if that fails too, the bucket's lifecycle rule has to do it."""
        try:
            self._client.abort_multipart_upload(**target)
        except (boto.ClientError, boto.BotoCoreError) as error:
            _log.warning("unfinished upload could not be aborted", extra={"key": target["Key"], "error": str(error)})

    def _compare_sent(self, key: str, sha256: str, *, is_ours_alone: bool) -> None:
        found_sha256: str | None = None
        for _ in range(2):  # a flip on the way back is no fault of the object's
            found_sha256 = self._held_sha256(key)
            if found_sha256 == sha256:
                return
        where = self._where(key)
        if found_sha256 is None:
            raise StoreUnavailable("the store took the object but does not show it", where=where)
        if is_ours_alone:
            self._remove_corrupt(key)
        raise UploadCorrupt(f"the store holds sha256 {found_sha256}, not {sha256} as sent", where=where)

    def _remove_corrupt(self, key: str) -> None:
        """Make room for the next attempt.

        This is the one removal there is. It is safe because the store itself said that this put made the object: no
        other writer's can be meant, and nobody was told yet that it is there. Without the right to delete, the next
        attempt ends as ObjectDiffers, and a person has to look.
        """
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._full(key))
        except (boto.ClientError, boto.BotoCoreError) as error:
            _log.warning("corrupt upload could not be removed", extra={"key": key, "error": str(error)})

    def _refuses_second_put(self) -> bool:
        """Put the probe twice, create-only; it stays, so that later questions cost one request and no deletion."""
        with translated(self._where("")):
            for _ in range(2):
                try:
                    self._client.put_object(
                        Bucket=self._bucket, Key=self._prefix + _PROBE_NAME, Body=_PROBE_CONTENT, IfNoneMatch="*"
                    )
                except boto.ClientError as error:
                    if status_of(error) == HTTPStatus.PRECONDITION_FAILED:
                        return True
                    if status_of(error) == HTTPStatus.NOT_IMPLEMENTED:
                        return False
                    raise
        return False

    # ------------------------------------------------------------ reading

    def _stream(self, key: str) -> io.BufferedReader:
        return io.BufferedReader(self._body(key), _CHUNK_BYTES)

    def _body(self, key: str, **request: str) -> _Body:
        where = self._where(key)
        with translated(where):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._full(key), **request)
        return _Body(answer["Body"], str(answer.get("ContentRange", "")), where)

    def _holds(self, key: str, sha256: str) -> bool:
        """Whether the store has these bytes at *key*; false if it has none.

        Raises:
            ObjectDiffers: It has others.
        """
        held_sha256 = self._held_sha256(key)
        if held_sha256 not in (None, sha256):
            raise ObjectDiffers(
                f"the key is taken by other bytes (sha256 {held_sha256}, not {sha256}); nothing was written",
                where=self._where(key),
            )
        return held_sha256 is not None

    def _held_sha256(self, key: str) -> str | None:
        try:
            return self.sha256(key)
        except ObjectMissing:
            return None

    def _require_bucket(self) -> None:
        """Tell a missing bucket from a missing object, which an answer to HEAD does not."""
        try:
            with translated(f"s3://{self._bucket}"):
                self._client.head_bucket(Bucket=self._bucket)
        except ObjectMissing as error:
            kind, message = NO_BUCKET
            raise kind(message, where=f"s3://{self._bucket}") from error

    def _full(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _where(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"


class _Body(io.RawIOBase):
    """The body of an answer, its failures translated."""

    def __init__(self, body: Any, content_range: str, where: str) -> None:
        self._body = body
        self._where = where
        self.content_range = content_range

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        with translated(self._where):
            return int(self._body.readinto(buffer))

    def close(self) -> None:
        self._body.close()
        super().close()


@dataclass(frozen=True, slots=True)
class _Measures:
    size_bytes: int
    md5_base64: str
    """For Content-MD5 (RFC 1864), which lets the store notice what went wrong on the way."""
    sha256: str


def _measure(stream: IO[bytes]) -> _Measures:
    md5, sha256, size_bytes = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK_BYTES):
        md5.update(chunk)
        sha256.update(chunk)
        size_bytes += len(chunk)
    return _Measures(size_bytes, base64.b64encode(md5.digest()).decode(), sha256.hexdigest())


def _client(endpoint: str | None, region: str | None) -> Any:
    session = boto3.session.Session()
    if endpoint and not region:
        region = session.region_name or "us-east-1"  # signing needs one; stores that have none take any
    return session.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        config=Config(
            signature_version="s3v4",
            # Bucket names in host names need DNS entries that only the large providers have.
            s3={"addressing_style": "path" if endpoint else "auto"},
            # The newer checksums of botocore are unknown to many stores; ours is the sha256 read back.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=_CONNECT_TIMEOUT_S,
            read_timeout=_READ_TIMEOUT_S,
        ),
    )
