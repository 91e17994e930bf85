"""`pressarc add`: a first look at sites on loopback, as a person gets it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawler.demo import serve, truth
from crawler.probing.plan import MAX_REQUESTS
from pipelines.config import load_config
from tests.e2e.archive_view import PRESSARC, environment, pressarc
from tests.e2e.raw_site import Answer, RawSite, answer, redirect, serving

LOCAL = ("--allow-private", "--delay", "0", "--set", "site.name=small", "--set", "crawl.retries=0")
SENTENCES = (
    "The council met on Tuesday and spoke for three hours about the harbour, the mill and the road between them.",
    "Nobody left before the end, though the bakery had closed and the last bus was waiting with its lights on.",
    "In the morning the plan was on every door, and by noon there was a second plan on top of it, in red ink.",
    "The mayor says that both plans are good, that one of them is cheap, and that she has not read the other.",
)
TITLES = (
    "Council keeps the old ferry",
    "Mill wheel turns once more",
    "Road to the harbour is dry",
    "Bakery opens on Sunday again",
)


def add(site: RawSite, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return pressarc("add", f"http://127.0.0.1:{site.port}/", *LOCAL, *options, cwd=folder, timeout_s=60)


def path_of(number: int) -> str:
    return f"/town/2026/11/{20 - number}/{TITLES[number].lower().replace(' ', '-')}/"


def article(number: int, head: str = "") -> bytes:
    title = TITLES[number]
    paragraphs = "".join(f"<p>{SENTENCES[(number + n) % 4]} {title} is what the paper wrote.</p>" for n in range(4))
    return answer(
        f'<html lang="en"><head><title>{title} | Small Paper</title>{head}<meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-11-{20 - number}T08:00:00Z">'
        f'<meta name="author" content="Ida Brook"></head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{paragraphs}</article></body></html>".encode()
    )


def teasers() -> str:
    return "".join(f'<h2><a href="{path_of(n)}">{title}</a></h2>' for n, title in enumerate(TITLES))


def listing(head: str = "", more: str = "") -> bytes:
    return answer(
        f'<html lang="en"><head><title>Small Paper</title>{head}</head><body><nav><a href="/town/">Town</a> '
        f'<a href="/imprint/">Imprint</a></nav>{teasers()}{more}</body></html>'.encode()
    )


def small_paper(head: str = "", article_head: str = "") -> dict[str, Answer]:
    """A paper with a home page, a section of two pages, and four articles; nothing for machines."""
    return {
        "/": listing(head),
        "/town/": listing(more='<a rel="next" href="/town/?page=2">Older</a>'),
        "/town/?page=2": listing(),
        **{path_of(number): article(number, article_head) for number in range(4)},
    }


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_the_demo_site_is_told_whole_with_few_requests(tmp_path: Path) -> None:
    with serve() as server:
        options = ("--allow-private", "--delay", "0", "--set", "site.name=demo", "--json")
        done = pressarc("add", server.url, *options, cwd=tmp_path, timeout_s=60)
        articles = {each.url: each for each in truth(1, server.url)}
        asked = [hit.path for hit in server.requests]
    assert done.returncode == 0, done.stderr
    told = report(done)
    assert told["requests"] == len(asked) <= MAX_REQUESTS
    assert asked[0] == "/robots.txt"
    assert len(set(asked)) == len(asked)
    kinds = {source["kind"] for source in told["sources"]}
    assert kinds == {"news sitemap", "sitemap index", "sitemap", "feed"}
    assert told["pagination"].startswith(f"{server.url}category/")
    assert (told["content_system"], told["languages"]) == ("Tideline 3.2", ["en"])
    assert told["needs_scripts"] is False
    days = 61  # of the demo's two months
    assert told["per_day"] == pytest.approx(len(articles) / days, rel=0.5)
    assert len(told["samples"]) == 3
    for sample in told["samples"]:
        true = articles[sample["url"]]
        assert (sample["headline"], sample["published_at"]) == (true.headline, true.published_at)
        assert sample["authors"] == list(true.authors)
        assert true.text.startswith(sample["first_paragraph"])
    newest = max(each.published_at or "" for each in articles.values())
    assert told["samples"][0]["published_at"] == newest


def test_the_site_file_loads_and_says_what_was_found_in_comments(tmp_path: Path) -> None:
    with serving(small_paper()) as site:
        done = add(site, tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "sites" / "small.toml"
    config = load_config(str(path))
    assert config.site.url == f"http://127.0.0.1:{site.port}/"
    assert set(tomllib.loads(path.read_text(encoding="utf-8"))) == {"url", "crawl"}
    comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for said in (
        "robots.txt: no rules",
        "no feed, no sitemap",
        "/town/ (Town)",
        "pagination: ",
        "JavaScript: not needed",
    ):
        assert any(said in line for line in comments), said
    assert "/town/?page=2" in path.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["small.toml"]


def test_samples_are_shown_as_the_archive_would_hold_them(tmp_path: Path) -> None:
    with serving(small_paper()) as site:
        done = add(site, tmp_path, "--dry-run")
    shown = done.stdout
    assert shown.count("sample ") == 3
    assert "Council keeps the old ferry" in shown
    assert "2026-11-20T08:00:00Z by Ida Brook" in shown
    assert SENTENCES[0] in shown
    assert "words; flags: " in shown
    assert not (tmp_path / "sites").exists()


def test_a_file_that_is_there_is_written_over_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    path = tmp_path / "sites" / "small.toml"
    path.write_text('url = "https://mine.example/"\n', encoding="utf-8")
    with serving(small_paper()) as site:
        refused = add(site, tmp_path)
        assert refused.returncode == 2
        assert (
            refused.stderr == "pressarc: sites/small.toml: there is a site file already; "
            "--force writes over it, --dry-run only looks\n"
        )
        assert site.asked == []
        assert add(site, tmp_path, "--dry-run").returncode == 0
        assert "mine.example" in path.read_text(encoding="utf-8")
        assert add(site, tmp_path, "--force").returncode == 0
    assert "mine.example" not in path.read_text(encoding="utf-8")


def test_statements_to_machines_are_told_as_they_stand(tmp_path: Path) -> None:
    rules = b'[{"location": "/town/", "tdm-reservation": 1, "tdm-policy": "https://small.example/policy"}]'
    robots = (
        b"User-agent: *\nDisallow: /private/\nCrawl-delay: 0.01\nContent-Signal: ai-train=no\nContent-Usage: tdm=n\n"
    )
    head = '<meta name="tdm-reservation" content="1">'
    head += '<meta name="robots" content="index, noai, max-image-preview:large">'
    pages = small_paper(head)
    pages["/.well-known/tdmrep.json"] = answer(rules, kind="application/json")
    pages["/robots.txt"] = answer(robots, kind="text/plain")
    pages["/town/"] = answer(b"<p>Nothing yet.</p>", "TDM-Reservation: 1", "X-Robots-Tag: noarchive")
    with serving(pages) as site:
        told = report(add(site, tmp_path, "--json"))
    said = {(each["where"], each["said"]) for each in told["statements"]}
    assert said == {
        ("robots.txt", "Content-Signal: ai-train=no"),
        ("robots.txt", "Content-Usage: tdm=n"),
        ("tdmrep.json", 'location "/town/", tdm-reservation 1, tdm-policy "https://small.example/policy"'),
        ("meta tdm-reservation", "1"),
        ("meta robots", "index, noai, max-image-preview:large"),
        ("HTTP field tdm-reservation", "1"),
        ("HTTP field x-robots-tag", "noarchive"),
    }
    assert told["robots"] == "1 rule, Crawl-delay 0.01 s, 0 sitemaps"


def test_signs_of_a_paywall_are_told(tmp_path: Path) -> None:
    paid = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    with serving(small_paper(article_head=paid)) as site:
        told = report(add(site, tmp_path, "--json"))
    assert told["paywall"] == ["3 of 3 samples declare themselves paid"]


def test_a_site_that_is_drawn_by_scripts_is_a_warning(tmp_path: Path) -> None:
    shell = answer(
        b'<html><head><title>Small Paper</title><script src="/bundle.js" defer></script></head><body>'
        b'<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript></body></html>'
    )
    with serving({"/": shell}) as site:
        done = add(site, tmp_path)
    assert done.returncode == 3
    assert "drawn by scripts" in done.stderr
    assert "JavaScript: needed (0 words and 0 links in its HTML, 1 script files" in done.stdout
    assert "JavaScript: needed" in (tmp_path / "sites/small.toml").read_text(encoding="utf-8")


CHALLENGE = b"<title>Just a moment...</title><script src='/gate/challenge/1.js'></script>"


@pytest.mark.parametrize(
    ("pages", "sentence", "asked"),
    [
        ({"/robots.txt": answer(b"User-agent: *\nDisallow: /", kind="text/plain")}, "robots.txt disallows it", 1),
        ({"/robots.txt": answer(b"", status="503 Busy")}, "robots.txt answered 5xx", 1),
        ({}, "the home page answered 404", 2),
        ({"/": answer(CHALLENGE, status="403 Forbidden")}, "there is a wall in place of the home page", 2),
        ({"/": redirect("https://elsewhere.example/")}, "look at https://elsewhere.example/ instead", 2),
        ({"/": answer(b"<rss version='2.0'><channel></channel></rss>", kind="text/xml")}, "but a feed", 2),
        ({"/": answer(b"\x89PNG" + bytes(99), kind="image/png")}, "nothing readable", 2),
    ],
    ids=["disallowed", "robots down", "missing", "challenge", "moved", "feed", "picture"],
)
def test_a_site_that_cannot_be_looked_at_gets_a_sentence_and_no_file(
    tmp_path: Path, pages: dict[str, Answer], sentence: str, asked: int
) -> None:
    with serving(pages) as site:
        done = add(site, tmp_path)
        assert len(site.asked) == asked
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"pressarc: http://127.0.0.1:{site.port}/: ")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_look_that_is_interrupted_writes_nothing(tmp_path: Path) -> None:
    with serving(small_paper()) as site:
        command = [*PRESSARC, "add", f"http://127.0.0.1:{site.port}/", "--allow-private", "--delay", "0.5"]
        look = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True)
        try:
            deadline_s = time.monotonic() + 60
            while len(site.asked) < 3 and time.monotonic() < deadline_s:
                time.sleep(0.05)
            look.send_signal(signal.SIGINT)
            _, errors = look.communicate(timeout=60)
        finally:
            look.kill()
        assert len(site.asked) < 8
    assert look.returncode == 1
    assert errors.splitlines()[-1].endswith("the look was ended before it was over (shutdown), and nothing was written")
    assert list(tmp_path.iterdir()) == []


def test_the_delay_is_kept_between_requests(tmp_path: Path) -> None:
    delay_s = 0.2
    with serve(size=20) as server:
        options = ("--allow-private", "--delay", str(delay_s), "--dry-run")
        done = pressarc("add", server.url, *options, cwd=tmp_path, timeout_s=90)
        times = [hit.at_s for hit in server.requests]
    assert done.returncode == 0, done.stderr
    assert len(times) > 8
    # When a request arrives is not quite when it was sent: one gap may be shorter for it, all of them together not.
    assert times[-1] - times[0] >= delay_s * (len(times) - 1) * 0.95
    assert min(later - earlier for earlier, later in pairwise(times)) >= delay_s / 2


def test_private_addresses_are_refused_unless_allowed(tmp_path: Path) -> None:
    with serving(small_paper()) as site:
        done = pressarc("add", f"http://127.0.0.1:{site.port}/", cwd=tmp_path)
        assert site.asked == []
    assert done.returncode == 1
    assert "private" in done.stderr


@pytest.mark.parametrize("url", ["small.example", "ftp://small.example/", "https://"])
def test_what_is_no_address_is_wrong_usage(tmp_path: Path, url: str) -> None:
    done = pressarc("add", url, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_site_full_of_sources_redirects_and_errors_gets_no_more_than_twenty_requests(tmp_path: Path) -> None:
    names = [f"/sitemap-{n}.xml" for n in range(30)]
    robots = "\n".join(["User-agent: *", "Allow: /", *(f"Sitemap: {name}" for name in names)])
    feeds = "".join(f'<link rel="alternate" type="application/rss+xml" href="/feed-{n}.xml">' for n in range(30))
    links = "".join(f'<a href="/section-{n}/">Section {n}</a>' for n in range(30))
    index = "".join(f"<sitemap><loc>/inner-{n}.xml</loc></sitemap>" for n in range(30))
    pages: dict[str, Answer] = {
        "/robots.txt": answer(robots.encode(), kind="text/plain"),
        "/": redirect("/one"),
        "/one": redirect("/two"),
        "/two": listing(feeds, links),
        **{name: answer(f"<sitemapindex>{index}</sitemapindex>".encode(), kind="text/xml") for name in names},
        **{f"/feed-{n}.xml": redirect(f"/feed-{n + 1}.xml") for n in range(30)},
        **{path_of(number): answer(b"", status="500 Broken") for number in range(4)},
    }
    with serving(pages) as site:
        done = pressarc(
            "add",
            f"http://127.0.0.1:{site.port}/",
            "--allow-private",
            "--delay",
            "0",
            "--json",
            cwd=tmp_path,
            timeout_s=90,
        )
        asked = len(site.asked)
    told = report(done)
    assert asked == told["requests"] <= MAX_REQUESTS
    assert done.returncode == 3
    assert "of 4 pages that were named as articles, 0 could be read as such" in told["warnings"]
