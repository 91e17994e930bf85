"""What a store's answer means is said in our own words, and only what may pass is tried again."""

from __future__ import annotations

import pytest
from botocore import exceptions as boto

from pipelines.errors import AccessDenied, ObjectMissing, StoreError, StoreUnavailable, UploadCorrupt
from pipelines.store.s3_errors import translated


def answer(code: str, status: int, message: str = "words") -> boto.ClientError:
    facts = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return boto.ClientError(facts, "PutObject")


def said(error: Exception) -> StoreError:
    with pytest.raises(StoreError) as caught, translated("s3://press/key"):
        raise error
    assert caught.value.where == "s3://press/key"
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize(
    ("code", "status", "kind", "words"),
    [
        ("NoSuchKey", 404, ObjectMissing, "no such object"),
        ("404", 404, ObjectMissing, "no such object"),
        ("NoSuchBucket", 404, StoreError, "create it or correct the name"),
        ("AccessDenied", 403, AccessDenied, "let them read, write and list"),
        ("403", 403, AccessDenied, "let them read, write and list"),
        ("InvalidAccessKeyId", 403, AccessDenied, "AWS_ACCESS_KEY_ID"),
        ("ExpiredToken", 400, AccessDenied, "renew"),
        ("RequestTimeTooSkewed", 403, AccessDenied, "clock"),
        ("PermanentRedirect", 301, StoreError, "region"),
        ("SlowDown", 503, StoreUnavailable, "slow down"),
        ("InternalError", 500, StoreUnavailable, "trouble"),
        ("UnheardOf", 502, StoreUnavailable, "trouble"),
        ("RequestTimeout", 400, StoreUnavailable, "trouble"),
        ("NoSuchUpload", 404, StoreUnavailable, "forgot an upload"),
        ("ConditionalRequestConflict", 409, StoreUnavailable, "another writer"),
        ("BadDigest", 400, UploadCorrupt, "altered on the way"),
        ("EntityTooLarge", 400, StoreError, "the store refused: words"),
    ],
)
def test_an_answer_is_translated_by_its_code_and_else_by_its_status(
    code: str, status: int, kind: type[StoreError], words: str
) -> None:
    error = said(answer(code, status))

    assert type(error) is kind
    assert words in error.message
    assert code in error.message


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (boto.NoCredentialsError(), AccessDenied, "AWS_SECRET_ACCESS_KEY"),
        (boto.PartialCredentialsError(provider="env", cred_var="secret"), AccessDenied, "AWS_SECRET_ACCESS_KEY"),
        (boto.ProfileNotFound(profile="night"), AccessDenied, "night"),
        (boto.EndpointConnectionError(endpoint_url="http://h"), StoreUnavailable, "check the endpoint"),
        (boto.ReadTimeoutError(endpoint_url="http://h"), StoreUnavailable, "does not answer"),
        (boto.ConnectionClosedError(endpoint_url="http://h"), StoreUnavailable, "broke off"),
        (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), StoreUnavailable, "broke off"),
        (boto.SSLError(endpoint_url="https://h", error="self-signed"), StoreError, "certificate"),
        (boto.ParamValidationError(report="bad"), StoreError, "bad"),
    ],
)
def test_an_exception_is_translated_by_its_kind(error: Exception, kind: type[StoreError], words: str) -> None:
    translated_error = said(error)

    assert type(translated_error) is kind
    assert words in translated_error.message


def test_what_is_not_the_store_s_fault_passes_through() -> None:
    with pytest.raises(FileNotFoundError), translated("s3://press/key"):
        raise FileNotFoundError
