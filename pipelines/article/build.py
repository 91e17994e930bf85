"""From a draft to the line that is published: what the page said, and what the run knows, in one article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from pipelines.article.rights import rights_of
from pipelines.article.schema import (
    Access,
    Article,
    ArticleBlock,
    ArticleImage,
    ArticleLink,
    ArticlePlace,
    Changes,
    FurtherPlace,
    Provenance,
    Quality,
    RemovedLine,
)
from pipelines.article.simhash import simhash, to_hex
from pipelines.extract.dates import is_date_line
from pipelines.http.url import absolute_url, canonical_url
from pipelines.page.facts import is_home
from pipelines.page.text import ends_sentence, word_count
from pipelines.reasons import Event, Flag
from pipelines.values import Draft, FurtherPage, Page, RecordRef, VisitFacts

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_PASSING_WORDS = 6

CONTENT_FIELDS = ("headline", "description", "authors", "section", "published_at", "text")
"""The fields whose change makes a new revision. Keywords, images and links follow the page around the article."""

PARAGRAPHS = "paragraphs"
"""The key under which memory keeps the digests of an article's paragraphs, beside those of its content fields."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What an article's provenance says, but for the record: the same for all articles of a run."""

    site: str
    run: str
    extractor: str
    versions: dict[str, str]
    profile_sha256: str


@dataclass(frozen=True, slots=True)
class Revision:
    """The place of an article among the archive's revisions of it."""

    number: int
    event: Event
    changes: Changes | None = None
    duplicate_of: str | None = None
    """Id of the article that it repeats."""


def build(
    draft: Draft,
    page: Page,
    record: RecordRef,
    origin: Origin,
    revision: Revision,
    facts: VisitFacts | None = None,
    further: Sequence[FurtherPage] = (),
) -> Article:
    """The article line for *draft*, found on *page*, whose bytes are *record*.

    Args:
        draft: As it was read.
        page: The page that carried it.
        record: Its bytes.
        origin: The run and what read it.
        revision: Which one of the article it is.
        facts: What the crawl noted beside the record.
        further: Its other pages, where it stands on several.
    """
    return Article(
        id=draft.id,
        revision=revision.number,
        event=revision.event,
        url=_sound(draft.url),
        url_captured=page.url,
        site=origin.site,
        headline=_sound_or_null(draft.headline),
        description=_sound_or_null(draft.description),
        authors=[_sound(name) for name in draft.authors],
        section=_sound_or_null(draft.section),
        keywords=[_sound(word) for word in draft.keywords],
        language=_sound_or_null(draft.language),
        published_at=draft.published_at,
        modified_at=draft.modified_at,
        captured_at=page.captured_at,
        text=_sound(draft.text),
        blocks=[ArticleBlock.model_validate(_facts(block)) for block in draft.blocks],
        images=[ArticleImage.model_validate(_facts(image)) for image in draft.images],
        links=[ArticleLink.model_validate(_facts(link)) for link in draft.links],
        access=Access.model_validate(
            {
                "declared": draft.access_declared,
                "measured": draft.access_measured,
                "why": _sound_or_null(draft.access_why),
                "listed": draft.access_listed,
            }
        ),
        rights=rights_of(page, draft.statements, facts),
        quality=Quality(
            words=len(_WORD.findall(draft.text)),
            flags=list(draft.flags),
            removed=[RemovedLine.model_validate(_facts(removal)) for removal in draft.removed],
        ),
        duplicate_of=revision.duplicate_of,
        text_sha256=text_sha256(draft),
        simhash=to_hex(simhash(draft.text)),
        changes=revision.changes,
        moved_to=None,
        provenance=_provenance(record, origin, draft.extraction_path, embedded=draft.embedded, further=further),
    )


def further_pages(article: Article) -> tuple[FurtherPage, ...]:
    """The further pages that a line names."""
    return tuple(
        FurtherPage(
            each.url,
            RecordRef(each.key, each.offset, each.length, each.record_id, each.payload_digest),
            each.first_block,
        )
        for each in article.provenance.further
    )


def build_removed(url: str, id_: str, page: Page, record: RecordRef, origin: Origin, revision: Revision) -> Article:
    """The line that says the article at *url* is gone; *record* is the answer that showed it."""
    content = dict.fromkeys(Article.model_fields)
    facts: dict[str, object] = {
        **content,
        "schema": "pressarc.article/1",
        "id": id_,
        "revision": revision.number,
        "event": revision.event,
        "url": url,
        "url_captured": page.url,
        "site": origin.site,
        "captured_at": page.captured_at,
        "changes": revision.changes,
        "moved_to": moved_to(page),
        "provenance": _provenance(record, origin, "none", embedded=False),
    }
    facts.pop("schema_")
    return Article.model_validate(facts)


def redirect_target(page: Page) -> str | None:
    """Where the answer leads: the URL that a 3xx names; null for none."""
    location = page.header("location") if 300 <= page.status < 400 else None
    return absolute_url(page.url, location) if location else None


def moved_to(page: Page) -> str | None:
    """The address that an answer to a request for an article gives it now; null where it only takes it away."""
    target = redirect_target(page)
    return None if target is None or is_home(target) else canonical_url(target)


def text_sha256(draft: Draft) -> str:
    """Digest of the draft's text as it is published."""
    return hashlib.sha256(_sound(draft.text).encode()).hexdigest()


def content_digests(draft: Draft) -> dict[str, str]:
    """A short digest of each content field: enough to tell which of them changed."""
    settled = {name: getattr(draft, name) for name in CONTENT_FIELDS} | {"text": _settled_text(draft)}
    if Flag.DATE_RELATIVE in draft.flags:
        settled["published_at"] = None  # it is counted back from each capture, and not to the hour
    return {
        name: hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:16] for name, value in settled.items()
    }


def _settled_text(draft: Draft) -> str:
    """The text without what only counts or tells the time: "3 hours ago", "1,204 views", "an hour ago".

    Such a paragraph is short and no sentence. Where most of the words are in short lines without a number, those are
    the article. No phrases: they would have to be known in every language. A line with several numbers amid the text
    ("Thornby 3 Eastfield 1") tells something.
    """
    sentences = [place for place, block in enumerate(draft.blocks) if ends_sentence(block.text)]
    amid = range(min(sentences, default=0), max(sentences, default=0))
    passing = {
        block.text
        for place, block in enumerate(draft.blocks)
        if block.kind == "paragraph" and _is_passing(block.text) and not (place in amid and _is_score(block.text))
    }
    if not passing:
        return draft.text
    wordy = {text for text in passing if not any(map(str.isdigit, text))}
    settled = [paragraph for paragraph in draft.text.split("\n\n") if paragraph not in passing - wordy]
    rest = [paragraph for paragraph in settled if paragraph not in wordy]
    is_made_of_such = sum(map(word_count, settled)) > 2 * sum(map(word_count, rest))
    return "\n\n".join(settled if is_made_of_such else rest)


def _is_passing(text: str) -> bool:
    return not ends_sentence(text) and word_count(text) <= _PASSING_WORDS


def _is_score(text: str) -> bool:
    return len(_NUMBER.findall(text)) > 1 and not is_date_line(text)


def kept_content(draft: Draft) -> dict[str, str]:
    """What memory keeps of an article's content: the digests of its fields, and beside them those of its paragraphs."""
    return {**content_digests(draft), PARAGRAPHS: paragraph_digests(draft)}


def paragraph_digests(draft: Draft) -> str:
    """A short digest of each paragraph of the text, in order, parted by spaces: enough to tell which changed."""
    paragraphs = _sound(draft.text).split("\n\n") if draft.text else []
    return " ".join(hashlib.sha256(paragraph.encode()).hexdigest()[:8] for paragraph in paragraphs)


def _provenance(
    record: RecordRef, origin: Origin, path: str, *, embedded: bool, further: Sequence[FurtherPage] = ()
) -> Provenance:
    return Provenance(
        run=origin.run,
        warc=ArticlePlace.model_validate(asdict(record)),
        extractor=origin.extractor,
        versions=origin.versions,
        profile=origin.profile_sha256,
        path=path,
        embedded=embedded,
        further=[
            FurtherPlace.model_validate({**asdict(each.record), "url": each.url, "first_block": each.first_block})
            for each in further
        ],
    )


def _facts(value: object) -> dict[str, object]:
    """The fields of a frozen value, its strings made sound."""
    facts = {each.name: getattr(value, each.name) for each in fields(value)}  # type: ignore[arg-type]
    return {key: _sound(item) if isinstance(item, str) else item for key, item in facts.items()}


def _sound(text: str) -> str:
    """*text* without lone surrogates, which a page's JSON can spell but UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode()


def _sound_or_null(text: str | None) -> str | None:
    return None if text is None else _sound(text)
