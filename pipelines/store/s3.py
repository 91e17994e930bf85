"""The archive in an S3 bucket: AWS, Ceph, MinIO, rclone and their kin.

In go keys and bytes; out come objects below a prefix of a bucket. Writing once is `If-None-Match: *` where the store
honours it, which is found out with a hidden probe object and not assumed; where it does not, the key is looked at
before the put, and `capabilities` says what that leaves open. What was sent is read back and its sha256 compared:
stores exist that keep a flipped byte, and an ETag is a digest only sometimes.

botocore's own retries are off: retry.py is the one place that tries again.
"""

from __future__ import annotations

import base64
import builtins
import hashlib
import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from botocore import exceptions as boto

from pipelines.errors import ObjectDiffers, ObjectMissing, StoreError, StoreUnavailable, UploadCorrupt
from pipelines.store.contract import Capabilities
from pipelines.store.keys import check_key, check_prefix, is_hidden
from pipelines.store.multipart import PART_BYTES, send_parts, unfinished
from pipelines.store.policy import WritePolicy
from pipelines.store.s3_client import Body, s3_client
from pipelines.store.s3_errors import NO_BUCKET, status_of, translated
from pipelines.store.s3_probe import BucketProbe
from pipelines.store.source import Measures, check_source, measure, open_source
from pipelines.values import StoredObject

_log = logging.getLogger(__name__)

SINGLE_PUT_BYTES = 64 << 20
"""Larger objects are sent in parts."""

_CHUNK_BYTES = 1 << 20


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
        policy: How objects are to be kept.

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
        policy: WritePolicy | None = None,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        given = {name: value for name, value in (("endpoint", endpoint), ("region", region)) if value}
        query = f"?{urlencode(given, safe=':/')}" if given else ""
        self._location = f"s3://{bucket}{'/' + prefix if prefix else ''}{query}"
        self._single_put_bytes = single_put_bytes
        self._part_bytes = part_bytes
        self._policy = policy or WritePolicy()
        self._store_time: datetime | None = None
        with translated(self._location):
            self._client = s3_client(endpoint, region)
        self._bucket_probe = BucketProbe(self._client, bucket, self._prefix)

    @property
    def location(self) -> str:
        return self._location

    def put_new(self, key: str, source: bytes | Path, *, sha256: str) -> None:
        where = self._where(check_key(key))
        with open_source(source) as stream:
            measures = measure(stream)
            check_source(source, measures.sha256, sha256, where=where)
            stream.seek(0)
            create_only = self._bucket_probe.is_create_only()
            is_single = measures.size_bytes <= self._single_put_bytes
            if not (create_only and is_single) and self._holds(key, sha256):
                return
            condition = {"IfNoneMatch": "*"} if create_only else {}
            send = self._put_single if is_single else self._put_parts
            checksum = send(key, stream, measures, condition)
        if checksum is not None:
            self._compare_sent(key, sha256, checksum, is_ours_alone=create_only and is_single)
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
        return StoredObject(key, int(head["ContentLength"]), head.get("LastModified"))

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
                    yield StoredObject(key, int(entry["Size"]), entry.get("LastModified"))
            if not page["IsTruncated"]:
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def sha256(self, key: str) -> str:
        with self._stream(key) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def capabilities(self) -> Capabilities:
        return self._bucket_probe.capabilities()

    def remove(self, key: str) -> None:
        target = {"Bucket": self._bucket, "Key": self._full(key)}
        with translated(self._where(key)):
            for version in self._versions(target["Key"]) or ({},):
                self._client.delete_object(**target, **version)

    def _versions(self, full_key: str) -> builtins.list[dict[str, str]]:
        """Every version of an object: a bucket that keeps them would keep what was removed."""
        try:
            page = self._client.list_object_versions(Bucket=self._bucket, Prefix=full_key)
        except boto.ClientError:
            return []
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        return [{"VersionId": str(each["VersionId"])} for each in found if each["Key"] == full_key]

    def obstacle(self, key: str) -> str | None:
        with translated(self._where(key)):
            head = self._client.head_object(Bucket=self._bucket, Key=self._full(key))
        if head.get("ObjectLockLegalHoldStatus") == "ON":
            return "it is under a legal hold"
        until = head.get("ObjectLockRetainUntilDate")
        if until is not None and until > parsedate_to_datetime(head["ResponseMetadata"]["HTTPHeaders"]["date"]):
            return f"it is locked ({str(head.get('ObjectLockMode')).lower()}) until {until:%Y-%m-%d %H:%M} UTC"
        return None

    def leftovers(self, before: datetime) -> Iterator[str]:
        with translated(self._where("")):
            for each in unfinished(self._client, self._bucket, self._prefix):
                if each.begun_at < before:
                    yield f"{each.key.removeprefix(self._prefix)}?uploadId={each.upload_id}"

    def discard(self, leftover: str) -> None:
        key, _, upload = leftover.partition("?uploadId=")
        with translated(self._where(key)):
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._full(key), UploadId=upload)

    def close(self) -> None:
        self._client.close()

    # ------------------------------------------------------------ writing

    def _put_single(self, key: str, stream: IO[bytes], measures: Measures, condition: dict[str, str]) -> str | None:
        """Send all in one request; the checksum that the store should have, or null if the key is taken."""
        checksum = base64.b64encode(bytes.fromhex(measures.sha256)).decode()
        trusts_checksums = self._policy.trusts_checksums
        with translated(self._where(key)):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=self._full(key),
                    Body=stream,
                    ContentLength=measures.size_bytes,
                    ContentMD5=measures.md5_base64,
                    **({"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": checksum} if trusts_checksums else {}),
                    **self._arguments(key, measures),
                    **condition,
                )
            except boto.ClientError as error:
                if status_of(error) != HTTPStatus.PRECONDITION_FAILED:
                    raise
                return None
        return checksum

    def _put_parts(self, key: str, stream: IO[bytes], measures: Measures, condition: dict[str, str]) -> str | None:
        """Send in parts, which become an object only all together; as `_put_single`.

        An upload that breaks off stays, and the next try goes on with it: `leftovers` has those that nobody took up.
        """
        target = {"Bucket": self._bucket, "Key": self._full(key)}
        checksums = {"ChecksumAlgorithm": "SHA256"} if self._policy.trusts_checksums else {}
        with translated(self._where(key)):
            upload = self._begun(target["Key"])
            if upload is None:
                arguments = {**target, **checksums, **self._arguments(key, measures)}
                upload = str(self._client.create_multipart_upload(**arguments)["UploadId"])
            target["UploadId"] = upload
            try:
                sent = send_parts(self._client, target, stream, self._part_bytes, checksums)
            except boto.ClientError as error:
                if status_of(error) == HTTPStatus.NOT_IMPLEMENTED:  # parts that cannot be replaced
                    self._abort(target)
                    raise StoreUnavailable(
                        "an unfinished upload of other bytes was in the way and is discarded", where=self._where(key)
                    ) from error
                raise
            if sent.reused_parts:
                _log.info("an upload was taken up again", extra={"key": key, "parts": sent.reused_parts})
            try:
                self._client.complete_multipart_upload(
                    **target, MultipartUpload={"Parts": list(sent.parts)}, **condition
                )
            except boto.ClientError as error:
                if status_of(error) != HTTPStatus.PRECONDITION_FAILED:
                    raise
                self._abort(target)
                return None
            self._lock(key, measures)
        return sent.composite_sha256

    def _lock(self, key: str, measures: Measures) -> None:
        """Lock an object that was sent in parts: some stores pass over what was said of it at the beginning."""
        wanted = self._arguments(key, measures)
        target = {"Bucket": self._bucket, "Key": self._full(key)}
        if "ObjectLockMode" in wanted:
            retention = {"Mode": wanted["ObjectLockMode"], "RetainUntilDate": wanted["ObjectLockRetainUntilDate"]}
            self._client.put_object_retention(**target, Retention=retention)
        if "ObjectLockLegalHoldStatus" in wanted:
            self._client.put_object_legal_hold(**target, LegalHold={"Status": wanted["ObjectLockLegalHoldStatus"]})

    def _begun(self, full_key: str) -> str | None:
        """The newest upload of this key that was never completed."""
        try:
            found = [each for each in unfinished(self._client, self._bucket, full_key) if each.key == full_key]
        except boto.ClientError as error:
            if status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR and status_of(error) != HTTPStatus.NOT_IMPLEMENTED:
                raise
            return None  # some stores cannot list them, or say that there is none as if that were a mistake
        return max(found, key=lambda each: each.begun_at).upload_id if found else None

    def _arguments(self, key: str, measures: Measures) -> dict[str, object]:
        now = self._now() if self._policy.needs_lock else datetime.min.replace(tzinfo=UTC)
        return {"Metadata": {"sha256": measures.sha256}, **self._policy.arguments(key, now)}

    def _now(self) -> datetime:
        """The time by the store's clock, as of its first answer: a lock's end does not hang on this machine's."""
        if self._store_time is None:
            answer = self._client.head_bucket(Bucket=self._bucket)
            self._store_time = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return self._store_time

    def _abort(self, target: dict[str, str]) -> None:
        """Let go of an upload that is not wanted; if that fails too, it is one of the `leftovers`."""
        try:
            self._client.abort_multipart_upload(**target)
        except (boto.ClientError, boto.BotoCoreError) as error:
            _log.warning("unfinished upload could not be aborted", extra={"key": target["Key"], "error": str(error)})

    def _compare_sent(self, key: str, sha256: str, checksum: str, *, is_ours_alone: bool) -> None:
        if self._policy.trusts_checksums and self._named_checksum(key) == checksum:
            return
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

    def _named_checksum(self, key: str) -> str | None:
        """The sha256 that the store says it has computed, in base64; null where it names none."""
        with translated(self._where(key)):
            head = self._client.head_object(Bucket=self._bucket, Key=self._full(key), ChecksumMode="ENABLED")
        return str(head["ChecksumSHA256"]) if "ChecksumSHA256" in head else None

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

    # ------------------------------------------------------------ reading

    def _stream(self, key: str) -> io.BufferedReader:
        return io.BufferedReader(self._body(key), _CHUNK_BYTES)

    def _body(self, key: str, **request: str) -> Body:
        where = self._where(key)
        with translated(where):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._full(key), **request)
        return Body(answer["Body"], str(answer.get("ContentRange", "")), where)

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
