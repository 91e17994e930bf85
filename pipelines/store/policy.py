"""How objects are to be kept by an S3 store, by kind of file: encryption, class, tags, locks.

In go the configuration and a key; out come the arguments of a put. What the store makes of them is its own affair:
what it does not know it refuses, and that is said in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from pipelines.errors import ConfigError
from pipelines.options import StoreOptions
from pipelines.store.keys import Kind

_LOCK = re.compile(r"(governance|compliance) ([1-9][0-9]{0,4})d")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Lock:
    """S3 Object Lock: how strict (governance: some may delete all the same; compliance: no one), and how long."""

    mode: str
    days: int


@dataclass(frozen=True, slots=True)
class WritePolicy:
    """What is asked of the store for each object that is put."""

    patience_s: float = 120.0
    """How long a call that fails transiently is tried again."""
    trusts_checksums: bool = False
    """Whether a sha256 that the store says it has computed is enough, in place of reading the object back."""
    encryption: str | None = None
    encryption_key: str | None = None
    classes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    tags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    locks: Mapping[str, Lock] = field(default_factory=dict)
    legal_holds: frozenset[str] = frozenset()

    @classmethod
    def of(cls, options: StoreOptions) -> WritePolicy:
        """As the configuration says.

        Raises:
            ConfigError: It names a kind that there is not, or a lock of another form.
        """
        for name in ("storage_class", "tags", "lock"):
            for kind in getattr(options, name):
                _check_kind(kind, f"store.{name}")
        for kind in options.legal_hold:
            _check_kind(kind, "store.legal_hold")
        return cls(
            patience_s=options.patience_s,
            trusts_checksums=options.comparison == "checksum",
            encryption=options.encryption,
            encryption_key=options.encryption_key,
            classes=options.storage_class,
            tags=options.tags,
            locks={kind: _lock(kind, text) for kind, text in options.lock.items()},
            legal_holds=frozenset(options.legal_hold),
        )

    @property
    def needs_lock(self) -> bool:
        return bool(self.locks or self.legal_holds)

    def arguments(self, key: str, now: datetime) -> dict[str, object]:
        """The arguments of boto3's put_object and create_multipart_upload for the object *key*.

        Args:
            key: Its key, whose first part is the kind.
            now: When it is put, by the store's clock: locks are counted from then.
        """
        kind = key.partition("/")[0]
        found: dict[str, object] = {}
        if self.encryption is not None:
            found["ServerSideEncryption"] = self.encryption
        if self.encryption_key is not None:
            found["SSEKMSKeyId"] = self.encryption_key
        if kind in self.classes:
            found["StorageClass"] = self.classes[kind]
        if kind in self.tags:
            found["Tagging"] = self.tags[kind]
        if kind in self.locks:
            lock = self.locks[kind]
            found["ObjectLockMode"] = lock.mode.upper()
            found["ObjectLockRetainUntilDate"] = now + timedelta(days=lock.days)
        if kind in self.legal_holds:
            found["ObjectLockLegalHoldStatus"] = "ON"
        return found


def _lock(kind: str, text: str) -> Lock:
    match = _LOCK.fullmatch(text)
    if match is None:
        raise ConfigError(f'{text!r} is no lock; write it like "governance 365d"', where=f"store.lock.{kind}")
    return Lock(match[1], int(match[2]))


def _check_kind(kind: str, where: str) -> None:
    if kind not in {each.value for each in Kind}:
        raise ConfigError(
            f"{kind!r} is no kind of file; they are {', '.join(each.value for each in Kind)}", where=where
        )
