"""Pages made to hurt their reader, served and crawled: each costs itself, and the articles beside them are had."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.archive_view import lines, manifests, pressarc
from tests.e2e.raw_site import answer, linking, serving

OPTIONS = ("--delay", "0", "--set", "site.name=hostile", "--set", "crawl.retries=0", "--set", "extract.workers=2")


def story(of: str) -> str:
    paragraphs = [
        f"The {of} will open its doors again on Sunday, the council said after its {number}th meeting of the year, and "
        f"whoever wants to see the {of} before that is invited to walk past it in the evening."
        for number in range(3, 9)
    ]
    return f"<article><h1>The {of} opens again</h1>{''.join(f'<p>{text}</p>' for text in paragraphs)}</article>"


def page(body: str) -> bytes:
    return answer(f"<!doctype html><html><head><title>News</title></head><body>{body}</body></html>".encode())


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))

fifty = " ".join(f"a{n}" for n in range(50))

READ = {
    "/the-ferry-opens-again": page(story("ferry")),
    "/the-quarry-opens-again": page(story("quarry")),
    "/nested-a-hundred-thousand-deep": page(story("bakery") + "<div>" * 100_000),
    "/broken-at-every-tag": page(story("museum") + "<b><i><a href=x></b><table></i>" * 20_000),
    "/full-of-nulls": page(story("station").replace(" ", " \0") + "\0" * 1_000_000),
    "/entities-of-entities": answer(
        f'<!DOCTYPE html [<!ENTITY e0 "ha">{ENTITIES}]><html><body>{story("theatre")}&e11;'.encode()
    ),
}
"""What has an article, whatever else it has."""
REFUSED = {
    "/twenty-megabytes-in-a-line": (page("word " * 4_000_000), "too_large"),
    "/twelve-megabytes-in-a-line": (page("word " * 2_400_000), "page_too_large"),
    "/a-million-attributes": (page(f"<div {' '.join(f'a{n}' for n in range(1_000_000))}>x</div>"), "unparsable"),
    "/a-million-attributes-in-all": (page(story("tunnel") + f"<p {fifty}>x</p>" * 30_000), "extraction_memory"),
    "/lines-past-counting": (page(story("tunnel") + "x<br>" * 600_000), "page_too_large"),
    "/headings-past-counting": (page(story("tunnel") + "<h2>Head</h2><p>Text.</p>" * 100_000), "page_too_large"),
}
"""What costs more than it may, and the reason it ends with."""


@dataclass(frozen=True)
class Done:
    seconds: float
    exit_code: int
    outcomes: dict[str, dict[str, Any]]
    """The line of each path."""
    articles: dict[str, dict[str, Any]]
    manifest: dict[str, Any]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("hostile")
    bodies = {**READ, **{path: body for path, (body, _) in REFUSED.items()}}
    # One of each kind by turns: three pages in a row that lead nowhere would be taken for a maze.
    by_turns = [path for pair in zip_longest(READ, REFUSED) for path in pair if path is not None]
    with serving({"/": linking(*by_turns), **bodies}) as site:
        url = f"http://127.0.0.1:{site.port}/"
        begun = time.monotonic()
        ran = pressarc("crawl", url, "--allow-private", *OPTIONS, cwd=folder, timeout_s=240)
        seconds = time.monotonic() - begun
    archive = folder / "archive"
    (manifest,) = manifests(archive, "hostile")
    yield Done(
        seconds,
        ran.returncode,
        {_path(line): line for line in lines(archive, "outcomes", "hostile")},
        {_path(line): line for line in lines(archive, "articles", "hostile")},
        manifest,
    )
    checked = pressarc("verify", "--archive", str(archive), cwd=folder)
    assert checked.returncode == 0, checked.stdout


def _path(line: dict[str, Any]) -> str:
    return "/" + str(line["url"]).split("/", 3)[3]


@pytest.mark.parametrize("path", READ)
def test_an_article_is_had_whatever_stands_beside_it(done: Done, path: str) -> None:
    assert (done.outcomes[path]["outcome"], done.outcomes[path]["reason"]) == ("article", None)
    assert "will open its doors again on Sunday" in done.articles[path]["text"]


@pytest.mark.parametrize(("path", "reason"), [(path, reason) for path, (_, reason) in REFUSED.items()])
def test_a_page_that_asks_too_much_ends_with_its_reason(done: Done, path: str, reason: str) -> None:
    assert done.outcomes[path]["reason"] == reason
    assert path not in done.articles


def test_the_run_is_complete_and_its_counts_add_up(done: Done) -> None:
    counts = done.manifest["counts"]
    assert done.manifest["complete"]
    assert counts["exchanges"] == sum(counts["outcomes"].values()) == len(done.outcomes)
    assert counts["reasons"] == dict(Counter(line["reason"] for line in done.outcomes.values() if line["reason"]))
    assert counts["articles"]["new"] == len(READ)


def test_the_run_does_not_wait_for_them(done: Done) -> None:
    assert done.seconds < 120


def test_sent_to_extract_one_by_one_they_end_with_the_same_reasons(done: Done, tmp_path: Path) -> None:
    bodies = {**READ, **{path: body for path, (body, _) in REFUSED.items() if len(body) < 12_000_000}}
    with (tmp_path / "pages.jsonl").open("w") as file:
        for path, body in bodies.items():
            html = b64encode(body.partition(b"\r\n\r\n")[2]).decode()
            print(json.dumps({"id": path, "url": f"http://news.example{path}", "html_b64": html}), file=file)
    ran = pressarc("extract", "--pages", "pages.jsonl", "--workers", "2", cwd=tmp_path, timeout_s=120)
    assert ran.returncode == 0, ran.stderr
    answers = {each["id"]: each for each in map(json.loads, ran.stdout.splitlines())}
    assert all("will open its doors again on Sunday" in answers[path]["text"] for path in READ)
    refused = {path: answers[path]["reason"] for path in bodies if path not in READ}
    assert refused == {path: reason for path, (_, reason) in REFUSED.items() if path in bodies}
