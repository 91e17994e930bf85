"""What the archive holds of an article, read as tonight's pages are read.

In: an article as memory knows it. Out: digests of its content, made of the archived record by the extractor and with
the profile of tonight.

*Why*: what was learnt since, or a newer extractor, may read the same words otherwise. An article has changed where its
pages differ when they are read alike, not where two readings of one page do.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.article.build import content_digests
from pipelines.errors import ArchiveError, StoreUnavailable
from pipelines.extract.profile import Profile
from pipelines.memory.site import KnownArticle
from pipelines.publish.exchange import read_record as read_page_record
from pipelines.store.contract import Store
from pipelines.warc.reader import read_record


def reread(archived: KnownArticle, store: Store, profile: Profile) -> Mapping[str, str] | None:
    """The content of the archived revision as it is read with *profile*; null where its record does not give it now.

    Raises:
        StoreUnavailable: The archive does not answer.
    """
    place = archived.record
    try:
        record = read_record(store.read_range(place.key, place.offset, place.length), where=place.key)
        _, reading = read_page_record(record, None, profile)
    except StoreUnavailable:
        raise
    except ArchiveError:
        return None
    drafts = sorted((draft for draft in reading.drafts if draft.id == archived.id), key=lambda draft: draft.embedded)
    return content_digests(drafts[0]) if drafts else None
