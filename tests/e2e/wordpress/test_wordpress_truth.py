"""The WordPress test site publishes what its truth says, so that a crawl of it may be measured against that truth."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from tests.e2e.wordpress.servers import WordPressUnavailable
from tests.e2e.wordpress.site import BLOCK_THEME, WordPressSite, running_wordpress

pytestmark = pytest.mark.e2e

_INNER = ("h2", "li", "figcaption", "blockquote", "p[not(ancestor::blockquote)]")
_BLOCKS = " | ".join(f"//div[contains(@class, 'entry-content')]//{name}" for name in _INNER)
_KINDS = {"p": "paragraph", "h2": "heading", "li": "list_item", "figcaption": "caption", "blockquote": "quote"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPressSite]:
    with running_wordpress(tmp_path_factory.mktemp("wp")) as running:
        yield running


def _get(url: str) -> bytes:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=20) as response:
        body: bytes = response.read()
    return body


def _page(url: str) -> html.HtmlElement:
    return html.fromstring(_get(url).decode())


def _nodes(page: etree._Element, path: str) -> list[html.HtmlElement]:
    return cast("list[html.HtmlElement]", page.xpath(path))


def _strings(page: etree._Element, path: str) -> list[str]:
    return [str(string) for string in cast("list[object]", page.xpath(path))]


def _as_utc(time: str) -> str:
    return f"{datetime.fromisoformat(time).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def test_every_article_page_shows_exactly_the_blocks_of_its_truth(site: WordPressSite) -> None:
    for post in site.truth.posts:
        page = _page(post.url)
        nodes = _nodes(page, _BLOCKS)
        shown = [(_KINDS[str(node.tag)], node.text_content().strip()) for node in nodes]
        assert shown == [(block.kind, block.text) for block in post.blocks]


def test_every_article_page_shows_headline_author_section_tags_and_time(site: WordPressSite) -> None:
    for post in site.truth.posts:
        page = _page(post.url)
        (time,) = _strings(page, "//article//time[contains(@class, 'published')]/@datetime")
        assert _nodes(page, "//article//h1")[0].text_content() == post.headline
        assert _strings(page, "//article//*[@class='byline']/a/text()") == list(post.authors)
        assert _strings(page, "//article//*[@class='cat-links']/a/text()") == [post.section]
        assert _strings(page, "//article//*[@class='tags-links']/a/text()") == list(post.keywords)
        assert _as_utc(time) == post.published_at


def test_the_rest_interface_knows_every_article_with_its_times(site: WordPressSite) -> None:
    pages = [json.loads(_get(f"{site.url}wp-json/wp/v2/posts?per_page=50&page={page}")) for page in (1, 2)]
    served = {(row["link"], row["date_gmt"] + "Z", row["modified_gmt"] + "Z") for page in pages for row in page}
    assert served == {(post.url, post.published_at, post.modified_at) for post in site.truth.posts}


def test_the_sitemap_lists_every_article_and_nothing_else(site: WordPressSite) -> None:
    tree = etree.fromstring(_get(f"{site.url}wp-sitemap-posts-post-1.xml"))
    assert set(_strings(tree, "//*[local-name()='loc']/text()")) == {post.url for post in site.truth.posts}


def test_the_pages_of_a_category_hold_all_its_articles(site: WordPressSite) -> None:
    found: list[str] = []
    address: str | None = f"{site.url}category/local/"
    while address:
        page = _page(address)
        found += _strings(page, "//article//h2[contains(@class, 'entry-title')]/a/@href")
        address = next(iter(_strings(page, "//a[contains(@class, 'next')]/@href")), None)
    local = [post for post in site.truth.posts if post.section == "Local"]
    assert found == [post.url for post in reversed(local)]


def test_no_sentence_of_an_article_stands_in_another(site: WordPressSite) -> None:
    texts = [block.text for post in site.truth.posts for block in post.blocks]
    assert len(texts) == len(set(texts))


def test_a_second_start_in_the_same_folder_serves_the_same_site(tmp_path: Path, site: WordPressSite) -> None:
    del site  # only for its answer to whether a site can run here
    with running_wordpress(tmp_path / "site") as first:
        pass
    with running_wordpress(tmp_path / "site") as second:
        assert second.truth == first.truth
        assert first.truth.posts[0].headline.encode() in _get(first.truth.posts[0].url)
    with pytest.raises(OSError, match="refused"):
        _get(first.url)


def test_the_block_theme_serves_the_same_articles(tmp_path: Path, site: WordPressSite) -> None:
    with running_wordpress(tmp_path / "site", theme=BLOCK_THEME) as other:
        assert [post.text for post in other.truth.posts] == [post.text for post in site.truth.posts]
        post = other.truth.posts[1]
        shown = [node.text_content().strip() for node in _nodes(_page(post.url), _BLOCKS)]
        assert shown == [block.text for block in post.blocks]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(WordPressUnavailable, match="not empty"), running_wordpress(tmp_path):
        pass


def test_the_months_of_the_urls_are_those_of_the_site_not_of_utc(site: WordPressSite) -> None:
    first = site.truth.posts[0]
    assert first.published_at.startswith("2023-11-30T23:")
    assert urlsplit(first.url).path.startswith("/2023/12/")
