"""What a bucket can do, found out by trying it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from botocore import exceptions as boto

from pipelines.store.contract import Capabilities
from pipelines.store.s3_errors import status_of, translated

_PROBE_NAME = ".probe-create-only"
_PROBE_CONTENT = b"pressarc asks here whether this store honours If-None-Match. It may be deleted at any time.\n"

_NOT_CREATE_ONLY = (
    "this store does not refuse the second of two simultaneous writers of one object (it ignores If-None-Match): "
    "let only one process at a time write a site"
)


class BucketProbe:
    """Asks each question once.

    Args:
        client: Of the store.
        bucket: Its name.
        prefix: Where in it the archive is, with a slash at its end; "" is the whole bucket.
    """

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._create_only: bool | None = None
        self._capabilities: Capabilities | None = None

    def capabilities(self) -> Capabilities:
        """All that can be found out."""
        if self._capabilities is None:
            is_honoured = self.is_create_only()
            self._capabilities = Capabilities(
                create_only=is_honoured,
                missing=() if is_honoured else (_NOT_CREATE_ONLY,),
                versioning=self._ask(self._client.get_bucket_versioning, "Status", "Enabled"),
                object_lock=self._ask(
                    self._client.get_object_lock_configuration, "ObjectLockConfiguration", "ObjectLockEnabled"
                ),
            )
        return self._capabilities

    def is_create_only(self) -> bool:
        """Whether the store refuses the second of two puts of one key."""
        if self._create_only is None:
            self._create_only = self._refuses_second_put()
        return self._create_only

    def _refuses_second_put(self) -> bool:
        """Put the probe twice, create-only; it stays, so that later questions cost one request and no deletion."""
        with translated(f"s3://{self._bucket}/{self._prefix}"):
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

    def _ask(self, question: Callable[..., Any], name: str, wanted: str) -> bool | None:
        """Whether the bucket has a feature; null where the store will not say."""
        try:
            answer = question(Bucket=self._bucket).get(name)
        except boto.ClientError as error:
            return False if "NotFound" in str(error.response.get("Error", {}).get("Code", "")) else None
        except boto.BotoCoreError:
            return None
        return wanted in answer if isinstance(answer, dict) else answer == wanted
