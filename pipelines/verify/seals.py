"""The signatures and time-stamps of a site's manifests → what is wrong with them.

Every one that is there has to hold. Only the newest manifest needs one: it vouches for all before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.errors import SealFailed
from pipelines.publish.manifest import Link
from pipelines.seal.keys import PublicKey
from pipelines.seal.timestamps import Roots, stamped_at
from pipelines.store.contract import Store
from pipelines.store.keys import SIGNATURE, TIMESTAMP, Kind, manifest_key, seal_key, site_prefix
from pipelines.values import Finding


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the auditor trusts; what is null or empty is not checked."""

    public_keys: tuple[PublicKey, ...] = ()
    """Any one of them may have signed a manifest: keys are renewed."""
    timestamp_roots: Roots | None = None


def check_seals(store: Store, site: str, links: Sequence[Link], trust: Trust) -> Iterator[Finding]:
    """Check the seals of the manifests *links*.

    Raises:
        StoreError: The store does not answer.
    """
    if not links or (not trust.public_keys and trust.timestamp_roots is None):
        return
    there = {stored.key for stored in store.list(site_prefix(Kind.SEALS, site))}
    for link in links:
        number, is_head = link.manifest.number, link is links[-1]
        signed, stamped = (seal_key(site, number, kind) for kind in (SIGNATURE, TIMESTAMP))
        if trust.public_keys and (is_head or signed in there):
            yield from _signature(store, link, signed if signed in there else None, trust.public_keys)
        if trust.timestamp_roots is not None and (is_head or stamped in there):
            yield from _timestamp(store, link, stamped if stamped in there else None, trust.timestamp_roots)


def _signature(store: Store, link: Link, key: str | None, trusted: Sequence[PublicKey]) -> Iterator[Finding]:
    signed = manifest_key(link.manifest.site, link.manifest.number)
    if key is None:
        yield Finding("signature", signed, "the newest manifest is not signed, so that nobody vouches for the chain")
        return
    manifest, signature = store.read(signed), store.read(key)
    if not any(each.has_signed(manifest, signature) for each in trusted):
        fingerprints = " or ".join(f"{each.fingerprint[:16]}…" for each in trusted)
        words = f"it is no signature of {signed} by the key with the fingerprint {fingerprints}"
        yield Finding("signature", key, words)


def _timestamp(store: Store, link: Link, key: str | None, roots: Roots) -> Iterator[Finding]:
    if key is None:
        where = manifest_key(link.manifest.site, link.manifest.number)
        yield Finding("timestamp", where, "the newest manifest has no time-stamp")
        return
    try:
        stamped_at(store.read(key), link.sha256, roots)
    except SealFailed as error:
        yield Finding("timestamp", key, error.message)
