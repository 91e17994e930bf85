"""A committed manifest is sealed: its signature and its time-stamp are put beside the chain.

Both are of the manifest's bytes as stored, each an object of its own, so that whoever has openssl can check them. As a
manifest names the one before it, one seal vouches for all that came before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipelines.config import signing_key_pem
from pipelines.errors import ObjectDiffers, ObjectMissing, SealFailed
from pipelines.options import Config
from pipelines.seal.keys import SigningKey
from pipelines.seal.timestamps import stamp
from pipelines.store.contract import Store
from pipelines.store.keys import SIGNATURE, TIMESTAMP, manifest_key, seal_key


@dataclass(frozen=True, slots=True)
class Sealing:
    """How manifests are sealed; neither is needed."""

    key: SigningKey | None = None
    timestamp_url: str | None = None

    @classmethod
    def of(cls, config: Config) -> Sealing:
        """As *config* and the environment say.

        Raises:
            ConfigError: The key cannot be read.
        """
        found = signing_key_pem(config)
        key = None if found is None else SigningKey.from_pem(found.text, where=found.where)
        return cls(key, config.seal.timestamp_url)


def seal(store: Store, site: str, number: int, sealing: Sealing) -> None:
    """Seal the site's manifest *number*; what is sealed already stays as it is.

    Raises:
        SealFailed: It bears another key's signature, or the time-stamp authority gave none.
        StoreError: The store failed. Either may be tried again.
    """
    if sealing.key is None and sealing.timestamp_url is None:
        return
    raw = store.read(manifest_key(site, number))
    if sealing.key is not None:
        key = seal_key(site, number, SIGNATURE)
        try:
            _put(store, key, sealing.key.sign(raw))
        except ObjectDiffers as error:
            raise SealFailed("the manifest bears the signature of another key", where=key) from error
    if sealing.timestamp_url is not None:
        key = seal_key(site, number, TIMESTAMP)
        if not _is_there(store, key):
            _put(store, key, stamp(raw, sealing.timestamp_url))


def _put(store: Store, key: str, content: bytes) -> None:
    store.put_new(key, content, sha256=hashlib.sha256(content).hexdigest())


def _is_there(store: Store, key: str) -> bool:
    try:
        store.stat(key)
    except ObjectMissing:
        return False
    return True


def write_key(path: Path, key: SigningKey) -> Path:
    """Write *key* to a new file that only its owner can read, and its public half beside it; that file's path.

    Raises:
        OSError: A file is there already, or the folder cannot be written.
    """
    public = path.with_name(f"{path.name}.pub")
    for target, text, mode in ((path, key.to_pem(), 0o600), (public, key.public.to_pem(), 0o644)):
        target.touch(mode=mode, exist_ok=False)
        target.write_text(text, encoding="ascii")
    return public
