"""Time-stamps of bytes (RFC 3161): asked of an authority over HTTP, and checked against its certificate.

A time-stamp is kept as the authority's whole answer (TimeStampResp, DER), which `openssl ts -verify` reads too. Only
the digest of the bytes is sent.
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from datetime import datetime
from typing import TypeAlias

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from pipelines.errors import ConfigError, SealFailed

Roots: TypeAlias = tuple[Certificate, ...]
"""Certificates that are trusted to vouch for time-stamp authorities."""

_MAX_ANSWER_BYTES = 1 << 20


def roots_from_pem(pem: str, *, where: str) -> Roots:
    """The certificates in *pem*.

    Raises:
        ConfigError: There are none; *where* is what it is called then.
    """
    try:
        return tuple(load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise ConfigError("there is no certificate in PEM (-----BEGIN CERTIFICATE-----)", where=where) from error


def stamp(content: bytes, url: str, *, timeout_s: float = 30.0) -> bytes:
    """Ask the authority at *url* for a time-stamp of *content*.

    Raises:
        SealFailed: It does not answer, refuses, or answers for other bytes.
    """
    request = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
    answer = _post(url, request.as_bytes(), timeout_s)
    response = _decoded(answer)
    if response is None or response.status not in (0, 1):
        raise SealFailed("the time-stamp authority gave no time-stamp that can be read (as DER)", where=url)
    if response.tst_info.message_imprint.message != hashlib.sha256(content).digest():
        raise SealFailed("the time-stamp authority stamped something else", where=url)
    if response.tst_info.nonce != request.nonce:
        raise SealFailed("the time-stamp authority sent an answer to another request", where=url)
    return answer


def stamped_at(answer: bytes, content_sha256: str, roots: Roots) -> datetime:
    """When the authority saw bytes of this digest.

    Raises:
        SealFailed: It is no time-stamp of them, or none that *roots* vouch for.
    """
    response = _decoded(answer)
    if response is None:
        raise SealFailed("this is no time-stamp")
    builder = VerifierBuilder(roots=list(roots))
    try:
        builder.build().verify(response, bytes.fromhex(content_sha256))
    except (VerificationError, ValueError) as error:
        raise SealFailed(f"the time-stamp does not hold ({error})") from error
    return response.tst_info.gen_time


def _decoded(answer: bytes) -> TimeStampResponse | None:
    try:
        return decode_timestamp_response(answer)
    except ValueError:
        return None


def _post(url: str, query: bytes, timeout_s: float) -> bytes:
    request = urllib.request.Request(url, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310 (checked)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 (the configuration lets only http through)
            return bytes(answer.read(_MAX_ANSWER_BYTES))
    except (OSError, urllib.error.URLError, http.client.HTTPException, ValueError) as error:
        raise SealFailed(f"the time-stamp authority does not answer ({error})", where=url) from error
