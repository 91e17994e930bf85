"""What an S3 store's answers and botocore's exceptions mean, in our own words.

In goes whatever botocore raises; out comes the one StoreError that says what is wrong and what to do. What is not in
the tables is passed on as the store said it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as boto
from urllib3.exceptions import HTTPError

from pipelines.errors import AccessDenied, ObjectMissing, StoreError, StoreUnavailable, UploadCorrupt

_Meaning = tuple[type[StoreError], str]

_MISSING = (ObjectMissing, "there is no such object")
NO_BUCKET: _Meaning = (StoreError, "the bucket does not exist; create it or correct the name")
_GIVE_CREDENTIALS = (
    "give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as a profile in ~/.aws (AWS_PROFILE), or as a role"
)
_DENIED = (AccessDenied, "the store refuses these credentials here; let them read, write and list this bucket")
_UNKNOWN_KEY = (AccessDenied, f"the store does not accept these credentials; {_GIVE_CREDENTIALS}")
_EXPIRED = (AccessDenied, "the credentials have expired; renew them")
_BUSY = (StoreUnavailable, "the store has trouble or asks to slow down")
_OTHER_REGION = (StoreError, "the bucket is in another region; name it with ?region=… in the location")
_CORRUPT = (UploadCorrupt, "the content was altered on the way to the store, which noticed")

_FULL = (StoreError, "the bucket is full, or its quota is used up; make room and run it again")

_BY_CODE: dict[str, _Meaning] = {
    "NoSuchKey": _MISSING,
    "NoSuchBucket": NO_BUCKET,
    "NoSuchUpload": (StoreUnavailable, "the store forgot an upload in parts before it was complete"),
    "InvalidRange": (StoreError, "the object ends before the bytes asked for"),
    "AccessDenied": _DENIED,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "SignatureDoesNotMatch": _UNKNOWN_KEY,
    "ExpiredToken": _EXPIRED,
    "InvalidToken": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "RequestTimeTooSkewed": (AccessDenied, "this machine's clock is wrong, so its signatures are refused; set it"),
    "AuthorizationHeaderMalformed": _OTHER_REGION,
    "IllegalLocationConstraintException": _OTHER_REGION,
    "PermanentRedirect": _OTHER_REGION,
    "BadDigest": _CORRUPT,
    "XAmzContentSHA256Mismatch": _CORRUPT,
    "IncompleteBody": _CORRUPT,
    "ConditionalRequestConflict": (StoreUnavailable, "another writer is at this key"),
    "OperationAborted": (StoreUnavailable, "another operation on this key is under way"),
    "QuotaExceeded": _FULL,
    "InsufficientStorage": _FULL,
    "XMinioStorageFull": _FULL,
    "RequestTimeout": _BUSY,
    "SlowDown": _BUSY,
    "Throttling": _BUSY,
    "InternalError": _BUSY,
    "ServiceUnavailable": _BUSY,
}

_BY_STATUS: dict[int, _Meaning] = {
    301: _OTHER_REGION,
    403: _DENIED,
    404: _MISSING,  # answers to HEAD have no body, hence no code
    416: _BY_CODE["InvalidRange"],
    429: _BUSY,
    500: _BUSY,
    502: _BUSY,
    503: _BUSY,
    504: _BUSY,
    507: _FULL,
}

_BY_EXCEPTION: tuple[tuple[tuple[type[Exception], ...], type[StoreError], str], ...] = (
    (
        (boto.NoCredentialsError, boto.PartialCredentialsError),
        AccessDenied,
        f"there are no complete credentials for this store; {_GIVE_CREDENTIALS}",
    ),
    (
        (boto.ProfileNotFound, boto.CredentialRetrievalError, boto.TokenRetrievalError, boto.SSOError),
        AccessDenied,
        f"the credentials could not be read; {_GIVE_CREDENTIALS}",
    ),
    ((boto.SSLError,), StoreError, "the store's TLS certificate is not to be trusted"),
    (
        (boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError, HTTPError),
        StoreUnavailable,
        "the store does not answer, or broke off; check the endpoint and the network",
    ),
)


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn what botocore raises inside the block into a StoreError about *where*."""
    try:
        yield
    except boto.ClientError as error:
        raise _from_answer(error, where) from error
    except (boto.BotoCoreError, HTTPError) as error:
        for kinds, kind, message in _BY_EXCEPTION:
            if isinstance(error, kinds):
                raise kind(f"{message} ({error})", where=where) from error
        raise StoreError(str(error), where=where) from error


def _from_answer(error: boto.ClientError, where: str) -> StoreError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = status_of(error)
    words = str(error.response.get("Error", {}).get("Message", "")) or "no explanation"
    kind, message = _BY_CODE.get(code) or _BY_STATUS.get(status) or (StoreError, f"the store refused: {words}")
    return kind(f"{message} (S3 {code or status})", where=where)


def status_of(error: boto.ClientError) -> int:
    """The HTTP status of a refusal; 0 if it had none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
