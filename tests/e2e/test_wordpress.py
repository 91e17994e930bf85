"""The whole way on a real content system: WordPress from Debian's packages, held against what was written into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.archive_view import lines, manifests, pressarc
from tests.e2e.wordpress.site import BLOCK_THEME, CLASSIC_THEME, WordPressSite, running_wordpress

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Crawled:
    site: WordPressSite
    theme: str
    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive"


@pytest.fixture(scope="module", params=[CLASSIC_THEME, BLOCK_THEME])
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("wordpress")
    with running_wordpress(folder / "site", theme=request.param) as site:
        options = ("--allow-private", "--delay", "0", "--set", "site.name=wordpress")
        done = pressarc("crawl", site.url, *options, cwd=folder, timeout_s=600)
        assert done.returncode == 0, done.stderr
        yield Crawled(site, request.param, folder)


def test_every_post_is_an_article_once_and_nothing_else_is(crawled: Crawled) -> None:
    articles = lines(crawled.archive, "articles", "wordpress")
    posts = {post.url for post in crawled.site.truth.posts}
    pages = set(crawled.site.truth.pages)
    found = Counter(article["url"] for article in articles)
    assert posts <= found.keys()
    assert found.keys() <= posts | pages
    assert set(found.values()) == {1}


def test_the_text_of_every_post_is_its_own_paragraph_by_paragraph(crawled: Crawled) -> None:
    by_url = {article["url"]: article for article in lines(crawled.archive, "articles", "wordpress")}
    wrong = [post.url for post in crawled.site.truth.posts if by_url[post.url]["text"] != post.text]
    assert not wrong, f"{len(wrong)} of {len(crawled.site.truth.posts)} texts differ, the first: {wrong[0]}"


def test_headline_and_date_are_the_posts_own_and_where_the_page_ties_them_to_it_author_and_section(
    crawled: Crawled,
) -> None:
    # The block theme gives author and category in a part of the page of their own, without any mark of what they are.
    tied = ("authors", "section") if crawled.theme == CLASSIC_THEME else ()
    by_url = {article["url"]: article for article in lines(crawled.archive, "articles", "wordpress")}
    differing = [
        (post.url, name, by_url[post.url][name], wanted)
        for post in crawled.site.truth.posts
        for name, wanted in (
            ("headline", post.headline),
            ("authors", list(post.authors)),
            ("published_at", post.published_at),
            ("section", post.section),
        )
        if (name in tied or name in ("headline", "published_at")) and by_url[post.url][name] != wanted
    ]
    assert not differing, f"{len(differing)} fields differ, the first of them: {differing[0]}"


def test_the_archive_verifies(crawled: Crawled) -> None:
    assert len(manifests(crawled.archive, "wordpress")) == 1
    verified = pressarc("verify", "--archive", str(crawled.archive), cwd=crawled.folder)
    assert verified.returncode == 0, verified.stdout
