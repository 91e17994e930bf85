"""The connection to an S3 server: a client that asks no more of the server than all of them understand."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import boto3.session
from botocore.config import Config

from pipelines.store.s3_errors import translated

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CONNECT_TIMEOUT_S = 10
_READ_TIMEOUT_S = 60


def s3_client(endpoint: str | None, region: str | None) -> Any:
    """A client for AWS, or for the store at *endpoint*."""
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


class Body(io.RawIOBase):
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
