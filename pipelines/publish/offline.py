"""Extraction without a crawl: single pages from anywhere, and WARC files of any program."""

from __future__ import annotations

import base64
import json
import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pipelines import flow
from pipelines.article.build import Origin
from pipelines.article.schema import Article
from pipelines.errors import ContentError, WarcError
from pipelines.extract.learn import learn
from pipelines.extract.profile import EMPTY, Profile
from pipelines.http.url import site_name
from pipelines.publish.extraction import Progress, WarcFile, load_readings, read, survey
from pipelines.publish.guarded import Crew, on_page
from pipelines.publish.joining import join_pages
from pipelines.publish.outcomes import OutcomeLine
from pipelines.publish.parts import Context, lines_of_file
from pipelines.publish.resolve import Addresses, resolve
from pipelines.publish.url_notes import UrlNotes
from pipelines.reasons import Outcome, Reason
from pipelines.values import Ledger, Page, Reading, Survey
from pipelines.versions import extraction_versions, extractor

OFFLINE_RUN = "offline"
"""What stands for the run's name in articles that no run captured."""


@dataclass(frozen=True, slots=True)
class NamedPage:
    """A page with the name its sender knows it by."""

    id: str
    page: Page


def parse_page_line(line: str, *, captured_at: datetime, where: str) -> NamedPage:
    """The page in a line `{"id", "url", "html_b64"}`.

    Raises:
        ContentError: The line is not of that form.
    """
    try:
        fields = json.loads(line)
        body = base64.b64decode(fields["html_b64"], validate=True)
        return NamedPage(str(fields["id"]), Page(str(fields["url"]), body, captured_at))
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(
            f'this is no line {{"id", "url", "html_b64"}} ({type(error).__name__}: {error})', where=where
        ) from error


def extract_pages(pages: Sequence[NamedPage], crew: Crew) -> Iterator[dict[str, object]]:
    """`{"id", "text", "title", "author", "date", "reason"}` for each page, in order.

    Pages of one host teach one another. Every page is held to be an article's, as whoever sends it says; where there is
    none all the same, the fields are null, and the reason says why.

    Args:
        pages: As they were sent.
        crew: Who reads them.
    """
    prepared = list(crew.in_order(on_page(_prepare, each.page) for each in pages))
    hosts: dict[str, list[Survey]] = defaultdict(list)
    for each, ready in zip(pages, prepared, strict=True):
        hosts[_host(each.page.url)].append(Survey() if isinstance(ready, Reason) else ready.survey)
    profiles = {host: learn(surveys).to_json() for host, surveys in hosts.items()}
    jobs = (
        on_page(_read, each.page, ready, profiles[_host(each.page.url)])
        for each, ready in zip(pages, prepared, strict=True)
    )
    for each, given in zip(pages, crew.in_order(jobs), strict=True):
        reading = Reading(Outcome.PAGE, given) if isinstance(given, Reason) else given
        lead = next(iter(reading.drafts), None)
        yield {
            "id": each.id,
            "text": lead.text if lead else None,
            "title": lead.headline if lead else None,
            "author": list(lead.authors) if lead else None,
            "date": lead.published_at if lead else None,
            "reason": reading.reason,
        }


@dataclass(frozen=True, slots=True)
class _Ready:
    """A prepared page."""

    packed: bytes
    """Pickled: it goes from one worker to another and is not looked at between them."""
    survey: Survey


def _prepare(page: Page) -> _Ready:
    prepared = flow.prepare_page(page, insist=True, asks_embedded=False)
    return _Ready(pickle.dumps(prepared, protocol=pickle.HIGHEST_PROTOCOL), flow.survey_prepared(prepared))


def _read(page: Page, ready: _Ready | Reason, profile: bytes) -> Reading:
    """The lead article of a page that was prepared; of the page itself where the general extractor is needed now."""
    if isinstance(ready, Reason):
        return Reading(Outcome.PAGE, ready)
    known = _profile(profile)
    reading = flow.read_prepared(pickle.loads(ready.packed), known, insist=True, lead_only=True)  # noqa: S301 (our own)
    return reading or flow.read_page(page, known, insist=True)


@lru_cache(maxsize=32)
def _profile(raw: bytes) -> Profile:
    """The same for all pages of a host."""
    return Profile.from_json(raw)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:  # whoever sends pages may name them as they like
        return ""


@dataclass(frozen=True, slots=True)
class FileLines:
    """What one WARC file gives."""

    name: str
    articles: list[Article]
    outcomes: list[OutcomeLine]


def extract_warcs(paths: Sequence[Path], *, crew: Crew, progress: Progress) -> Iterator[FileLines]:
    """Articles and outcomes of WARC files, which are taken for captures of one night; their keys are their names.

    The articles of one file are named after its hosts; all files teach one another.

    Raises:
        WarcError: A file cannot be read.
    """
    files = [WarcFile(path, path.name, number) for number, path in enumerate(paths)]
    _check_readable(files)
    with tempfile.TemporaryDirectory(prefix="pressarc-") as temporary:
        folder = Path(temporary)
        profile = learn(survey(files, EMPTY, folder, crew, progress))
        seen = read(files, profile, folder, crew, progress)
        joining = join_pages(seen, lambda _: None, lambda _: None)
        seen = joining.seen(seen)
        addresses, ledger = Addresses(seen), Ledger(complete=True)
        verdicts = resolve(seen.sightings, lambda _: None, ())
        notes = UrlNotes(lambda _: None, ledger, addresses, ())
        for file in files:
            readings = list(load_readings(folder, file.number))
            site = _site_of(read.page.url for _, read in readings)
            origin = Origin(site, OFFLINE_RUN, extractor(), extraction_versions(), profile.sha256)
            context = Context(origin, verdicts, lambda _: None, ledger, addresses, notes, joining)
            lines = lines_of_file(file.number, readings, context)
            yield FileLines(file.path.name, lines.articles, lines.outcomes)


def _check_readable(files: Iterable[WarcFile]) -> None:
    for file in files:
        try:
            with file.path.open("rb") as stream:
                beginning = stream.read(5)
        except OSError as error:
            raise WarcError(f"the file cannot be read ({error.strerror})", where=str(file.path)) from error
        if not (beginning.startswith(b"\x1f\x8b") or beginning == b"WARC/"):
            raise WarcError("this is no WARC file: it begins with neither gzip nor WARC/", where=str(file.path))


def _site_of(urls: Iterable[str]) -> str:
    for url in urls:
        try:
            return site_name(url)
        except ValueError:
            continue
    return "unknown"
