"""The archive that a command is about, and its sites."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.errors import ConfigError
from pipelines.options import Config
from pipelines.publish.manifest import sites_of
from pipelines.store.archive import check_archive
from pipelines.store.contract import Store
from pipelines.store.open import open_store


def archive_of(config: Config) -> Store:
    """The store of an archive that is there.

    Raises:
        ConfigError: There is no archive at that place.
        ArchiveError: It has another format, or cannot be reached.
    """
    archive = config.archive
    store = open_store(archive.location, endpoint=archive.endpoint, region=archive.region)
    if not check_archive(store):
        raise ConfigError("there is no archive here; name one with --archive", where=store.location)
    return store


def named_sites(store: Store, sites: Sequence[str] | None) -> Sequence[str]:
    """The sites that were named, or all that the archive has.

    Raises:
        ConfigError: It has no such site.
    """
    known = sites_of(store)
    for site in sites or ():
        if site not in known:
            raise ConfigError(f"the archive has no such site; it has {', '.join(known) or 'none'}", where=site)
    return sites or known
