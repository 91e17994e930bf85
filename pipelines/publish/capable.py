"""What the archive's store can do is asked before anything is written to it, and what it cannot is said or refused."""

from __future__ import annotations

import logging

from pipelines.errors import ConfigError
from pipelines.options import StoreOptions
from pipelines.store.contract import Store

log = logging.getLogger(__name__)


def check_capabilities(store: Store, options: StoreOptions) -> None:
    """Make sure that *store* can do what the archive and its configuration need; what it can do goes into the log.

    Raises:
        ConfigError: It cannot keep two writers apart, and nobody has promised that there is one; or it has no object
            lock, and locks are configured.
        StoreError: It cannot be asked.
    """
    found = store.capabilities()
    log.info("the archive's store was asked what it can do: %s", found.in_words(), extra={"location": store.location})
    if not found.create_only and not options.single_writer:
        raise ConfigError(
            f"{'; '.join(found.missing)}; promise it with store.single_writer = true, or choose another store",
            where=store.location,
        )
    if (options.lock or options.legal_hold) and found.object_lock is False:
        raise ConfigError(
            "the bucket has no object lock, and store.lock or store.legal_hold wants it: make a bucket that has it, "
            "for it cannot be had later",
            where=store.location,
        )
