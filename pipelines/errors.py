"""Every exception of pressarc, and where each stands in the tree.

    ArchiveError                     every one carries `where` (URL, key, or file and offset)
      ConfigError                    a setting is wrong: file, key, what was expected
      FetchError                     an exchange could not be had
        HostUnreachable~  TlsFailed  FetchTimeout~  ProtocolBroken  AddressRefused
      WarcError                      a WARC file breaks its own rules
        WarcSyntaxError  WarcRuleError  WarcWriteFailed  DigestMismatch
      ContentError                   a page cannot be read
        UndecodableBody  BodyTooLarge  UnparsableHtml  ExtractionTimeout
      StoreError                     the object store said no
        ObjectMissing  ObjectDiffers  UploadCorrupt~  AccessDenied  StoreUnavailable~
      PublishError                   a run could not be committed
        BatchIncomplete  ManifestConflict  RunLocked  SealFailed
      ReplayFailed                   the archive cannot be shown in a browser

    ~ transient: trying again may help, and only these are tried again.

An exception says "this work could not be done"; a `Reason` (reasons.py) says "it was done and the answer is no".
"""

from __future__ import annotations

from typing import ClassVar


class ArchiveError(Exception):
    """The root: one sentence for a person, and the place it is about.

    Args:
        message: What is wrong and what to do, in one sentence.
        where: The URL, key, or file (with offset) it is about.
    """

    transient: ClassVar[bool] = False

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(message, where)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders; the keyword argument must survive pickling.
        return _rebuild, (type(self), self.message, self.where)


def _rebuild(kind: type[ArchiveError], message: str, where: str) -> ArchiveError:
    return kind(message, where=where)


class ConfigError(ArchiveError):
    """A configuration file, option or variable is wrong."""


class FetchError(ArchiveError):
    """An exchange could not be had."""


class HostUnreachable(FetchError):
    """The name does not resolve, or nothing answers there."""

    transient = True


class TlsFailed(FetchError):
    """The TLS handshake failed, or the certificate is not to be trusted."""


class FetchTimeout(FetchError):
    """The time limit passed before the message was whole."""

    transient = True


class ProtocolBroken(FetchError):
    """What came back is not HTTP/1.x."""


class AddressRefused(FetchError):
    """The host's address is private and private addresses are not allowed."""


class WarcError(ArchiveError):
    """A WARC file breaks its own rules."""


class WarcSyntaxError(WarcError):
    """The bytes are no WARC record."""


class WarcRuleError(WarcError):
    """A record's header breaks the standard's rules; it is not written."""


class WarcWriteFailed(WarcError):
    """A record could not be brought to disk; the open file is spoilt, and the run has to end."""


class DigestMismatch(WarcError):
    """The bytes do not have the digest that is promised for them."""


class ContentError(ArchiveError):
    """A page cannot be read."""


class UndecodableBody(ContentError):
    """The body's transfer or content coding is broken."""


class BodyTooLarge(ContentError):
    """The body has more bytes than the caller accepts, once its codings are undone."""


class UnparsableHtml(ContentError):
    """No tree can be made of the page."""


class ExtractionTimeout(ContentError):
    """A page took longer than its time limit."""


class StoreError(ArchiveError):
    """The object store said no."""


class ObjectMissing(StoreError):
    """No object has this key."""


class ObjectDiffers(StoreError):
    """The key is taken by other bytes; objects are never overwritten."""


class UploadCorrupt(StoreError):
    """The store holds other bytes than were sent."""

    transient = True


class AccessDenied(StoreError):
    """The store refuses these credentials or this path."""


class StoreUnavailable(StoreError):
    """The store does not answer, or asks to slow down."""

    transient = True


class PublishError(ArchiveError):
    """A run could not be committed."""


class BatchIncomplete(PublishError):
    """A file the manifest would name is not there, or is not whole."""


class ManifestConflict(PublishError):
    """The chain of manifests was changed by another hand."""


class RunLocked(PublishError):
    """Another process holds this site's work folder."""


class SealFailed(PublishError):
    """A manifest could not be signed or time-stamped, or its seal does not hold."""


class ReplayFailed(ArchiveError):
    """pywb is not there or does not come up, or a port is taken."""
