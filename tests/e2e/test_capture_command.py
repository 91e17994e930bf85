"""`pressarc capture`: exactly these pages, with or without what they need, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from crawler.demo import serve, truth
from tests.e2e.archive_view import lines, manifests, pressarc

OPTIONS = ("--allow-private", "--delay", "0", "--set", "site.name=demo")


def test_exactly_the_named_pages_are_captured_and_become_articles(tmp_path: Path) -> None:
    with serve(loaded=False) as server:
        wanted = [article.url for article in truth(1, server.url)[:3]]
        (tmp_path / "more.txt").write_text(f"# two more\n{wanted[1]}\n\n{wanted[2]}\n")
        done = pressarc("capture", wanted[0], "--from", "more.txt", *OPTIONS, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        asked = {f"{server.url}{hit.path[1:]}" for hit in server.requests}
    assert asked == {*wanted, f"{server.url}robots.txt", f"{server.url}.well-known/tdmrep.json"}
    articles = lines(tmp_path / "archive", "articles", "demo")
    assert sorted(article["url"] for article in articles) == sorted(wanted)
    assert len(manifests(tmp_path / "archive", "demo")) == 1
    assert pressarc("verify", cwd=tmp_path).returncode == 0


def test_requisites_come_along_when_they_are_asked_for(tmp_path: Path) -> None:
    with serve(loaded=False) as server:
        url = truth(1, server.url)[0].url
        done = pressarc("capture", url, "--requisites", *OPTIONS, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    outcomes = lines(tmp_path / "archive", "outcomes", "demo")
    pages = [line for line in outcomes if line["outcome"] == "article"]
    needed = [line["url"] for line in outcomes if line["outcome"] == "requisite"]
    assert [line["url"] for line in pages] == [url]
    assert any(name.endswith(".css") for name in needed)
    assert any(name.endswith(".png") for name in needed)


def test_pages_of_several_sites_are_a_run_each(tmp_path: Path) -> None:
    with serve(loaded=False) as one, serve(loaded=False) as other:
        urls = [truth(1, server.url)[0].url for server in (one, other)]
        done = pressarc("capture", *urls, "--allow-private", "--delay", "0", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [result["counts"]["articles"]["new"] for result in json.loads(done.stdout)] == [1, 1]


def test_a_page_that_is_not_there_is_a_warning_and_in_the_archive(tmp_path: Path) -> None:
    with serve(loaded=False) as server:
        done = pressarc("capture", f"{server.url}private/desk/", f"{server.url}no-such-page/", *OPTIONS, cwd=tmp_path)
    assert done.returncode == 3
    assert "robots.txt disallows it" in done.stderr
    outcomes = {
        line["url"].removeprefix(server.url): line["outcome"]
        for line in lines(tmp_path / "archive", "outcomes", "demo")
    }
    assert outcomes == {
        "robots.txt": "robots",
        ".well-known/tdmrep.json": "rights",
        "no-such-page/": "http_error",
        "private/desk/": "refused",
    }


def test_without_a_url_or_with_a_wrong_one_it_says_what_to_do(tmp_path: Path) -> None:
    for arguments in ((), ("--from", "missing.txt"), ("nonsense",)):
        done = pressarc("capture", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1
