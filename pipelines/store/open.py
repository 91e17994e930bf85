"""From what a person writes to a store: a folder's path, or `s3://bucket/prefix?endpoint=https://…&region=…`."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pipelines.errors import ConfigError, StoreError
from pipelines.store.contract import Store
from pipelines.store.keys import check_key
from pipelines.store.local import LocalStore
from pipelines.store.policy import WritePolicy
from pipelines.store.retry import RetryingStore

_BUCKET = re.compile(r"[a-z0-9A-Z][a-z0-9A-Z._-]{1,61}[a-z0-9A-Z]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def open_store(
    location: str, *, endpoint: str | None = None, region: str | None = None, policy: WritePolicy | None = None
) -> Store:
    """The store at *location*. Nothing is asked of it and nothing made in it yet.

    Args:
        location: A folder's path, or `s3://bucket[/prefix][?endpoint=<URL>&region=<name>]`.
        endpoint: URL of an S3 store other than AWS, where the location names none.
        region: Region of the bucket, where the location names none.
        policy: How an S3 store is to keep what is put; nothing special, unless said.

    Raises:
        ConfigError: The location makes no sense.
        AccessDenied: The credentials for S3 cannot be read.
    """
    scheme = _SCHEME.match(location)
    if scheme is None:
        return _folder(location)
    if scheme[1].lower() != "s3":
        raise ConfigError("an archive is a folder's path or s3://bucket/prefix", where=location)
    return _bucket(location, endpoint, region, policy or WritePolicy())


def _folder(location: str) -> Store:
    if not location.strip() or "\0" in location:
        raise ConfigError("an archive is a folder's path or s3://bucket/prefix", where=repr(location))
    folder = Path(location).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ConfigError("this is a file; an archive is a folder", where=location)
    return LocalStore(folder)


def _bucket(location: str, endpoint: str | None, region: str | None, policy: WritePolicy) -> Store:
    # boto3 takes longer to import than many a command on a local archive takes to run, so only who needs it pays.
    from pipelines.store.s3 import S3Store  # noqa: PLC0415

    parts = urlsplit(location)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(options.keys() - {"endpoint", "region"})
    if unknown or parts.fragment:
        raise ConfigError("after ? an S3 location takes endpoint=<URL> and region=<name>, nothing else", where=location)
    if not _BUCKET.fullmatch(parts.netloc):
        raise ConfigError(f"{parts.netloc!r} cannot be a bucket; write s3://bucket/prefix", where=location)
    prefix = parts.path.strip("/")
    if prefix:
        try:
            check_key(prefix)
        except StoreError as error:
            raise ConfigError(f"{prefix!r} cannot be a prefix: {error.message}", where=location) from error
    endpoint = options.get("endpoint") or endpoint
    if endpoint and not re.fullmatch(r"https?://[^/?#@\s]+/?", endpoint):
        raise ConfigError(f"the endpoint {endpoint!r} is not like http://127.0.0.1:9000", where=location)
    region = options.get("region") or region
    store = S3Store(parts.netloc, prefix, endpoint=endpoint, region=region, policy=policy)
    return RetryingStore(store, total_s=policy.patience_s)
