"""The demo site's pages against what the newsroom knows: routes and theme, without a socket."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from lxml import html

from crawler.demo.edition import Edition
from crawler.demo.markup import html as inline_html
from crawler.demo.markup import plain
from crawler.demo.pictures import picture
from crawler.demo.routes import answer
from crawler.demo.site import newsroom
from crawler.demo.theme.shell import FURNITURE
from crawler.demo.truth import TruthArticle, truth

BASE = "http://127.0.0.1:8000/"
BLOCKS = "./p|./h2|./blockquote|./ul/li|./table//tr|./figure/figcaption|.//iframe"


@pytest.fixture(scope="module")
def loaded() -> Edition:
    return Edition(BASE)


@pytest.fixture(scope="module")
def plain_edition() -> Edition:
    return Edition(BASE, is_loaded=False)


def page(edition: Edition, path: str) -> html.HtmlElement:
    found = answer(edition, path)
    assert found.status == 200, path
    return html.fromstring(found.body.decode())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def shown_blocks(article: html.HtmlElement) -> Iterator[str]:
    """The texts of the body, the theme's own sign-up line left out."""
    (content,) = article.xpath('.//div[@class="tide-content"]')
    for block in content.xpath(BLOCKS):
        if block.get("class") != "tide-signup":
            yield " | ".join(words(cell) for cell in block) if block.tag == "tr" else words(block)


def texts(document: bytes, name: str) -> list[str]:
    """What the elements called *name* say, in any namespace."""
    return [element.text for element in ElementTree.fromstring(document).findall(f".//{{*}}{name}") if element.text]


def truths() -> dict[str, TruthArticle]:
    return {article.url: article for article in truth(1, BASE)}


def test_every_page_shows_its_article_as_the_truth_has_it(plain_edition: Edition) -> None:
    for url, told in truths().items():
        tree = page(plain_edition, urlsplit(url).path)
        (article,) = tree.xpath("//article")
        assert list(shown_blocks(article)) == [text for _, text in told.blocks]
        assert words(article.xpath(".//h1")[0]) == told.headline
        assert [words(name) for name in article.xpath('.//*[@itemprop="name"]')] == list(told.authors)
        images = [urljoin(url, image.get("src")) for image in article.xpath(".//img")]
        assert images == [image.url for image in told.images]
        assert (
            len(tree.xpath("//article//p[normalize-space()='Advertisement']|//article//*[@class='tide-ad-label']")) >= 1
        )


def test_a_loaded_page_carries_eight_further_articles_each_as_its_own_page_has_it(loaded: Edition) -> None:
    told = truths()
    for article in newsroom(1)[::9]:
        items = page(loaded, article.path).xpath('//div[@class="tide-stream-item"]')
        assert items[0].get("data-url") == urljoin(BASE, article.path)
        assert len(items) == 9
        for item in items:
            truth_of_item = told[item.get("data-url")]
            assert truth_of_item.section == article.section
            assert list(shown_blocks(item)) == [text for _, text in truth_of_item.blocks]
            (when,) = item.xpath('.//time[@itemprop="datePublished"]/@datetime')
            assert (
                datetime.fromisoformat(when).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                == truth_of_item.published_at
            )
            changed = item.xpath('.//meta[@itemprop="dateModified"]/@content')
            assert bool(changed) == bool(truth_of_item.modified_at)
        permalinks = [item.xpath(".//h1/a/@href") for item in items]
        assert permalinks == [[], *([item.get("data-url")] for item in items[1:])]


def test_a_loaded_page_has_every_line_of_furniture(loaded: Edition) -> None:
    article = newsroom(1)[30]
    shown = {" ".join(text.split()) for text in page(loaded, article.path).itertext()}
    assert set(FURNITURE) <= shown


def test_a_loaded_page_repeats_the_ids_of_its_articles(loaded: Edition) -> None:
    tree = page(loaded, newsroom(1)[0].path)
    assert len(tree.xpath('//*[@id="tide-content"]')) == 9
    assert len(tree.xpath('//*[@class="tide-more"]')) == 8


def test_only_the_lead_article_is_described_in_the_head(loaded: Edition) -> None:
    article = next(article for article in newsroom(1) if article.modified_at)
    tree = page(loaded, article.path)
    (script,) = tree.xpath('//script[@type="application/ld+json"]')
    (item,) = [entry for entry in json.loads(script.text)["@graph"] if entry["@type"] == "NewsArticle"]
    assert item["headline"] == article.headline
    assert [author["name"] for author in item["author"]] == list(article.authors)
    assert datetime.fromisoformat(item["datePublished"]) == article.published_at
    assert datetime.fromisoformat(item["dateModified"]) == article.modified_at
    assert tree.xpath('string(//meta[@property="og:title"]/@content)') == article.headline
    assert tree.xpath('string(//link[@rel="canonical"]/@href)') == urljoin(BASE, article.path)
    assert tree.xpath("string(//title)") == f"{article.headline} - The Marlhaven Courier"


def test_every_article_is_reached_from_home_through_categories_and_their_pages(loaded: Edition) -> None:
    home = page(loaded, "/")
    categories = [href for href in home.xpath('//nav[@class="tide-nav"]//a/@href') if "/category/" in href]
    reached: set[str] = set()
    lengths = []
    for category in categories:
        path: str | None = category
        count = 0
        while path:
            listing = page(loaded, urlsplit(path).path)
            teasers = listing.xpath('//ul[@class="tide-teasers"]//h3/a/@href')
            assert 1 <= len(teasers) <= 10
            reached.update(teasers)
            count += 1
            path = next(iter(listing.xpath('//a[@rel="next"]/@href')), None)
            assert bool(path) == bool(listing.xpath('//link[@rel="next"]'))
        lengths.append(count)
    assert reached == {article.path for article in newsroom(1)}
    assert lengths == [4, 3, 3, 2, 2, 2]


def test_every_link_of_the_site_to_itself_leads_somewhere(plain_edition: Edition) -> None:
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        found = answer(plain_edition, path)
        assert found.status == 200, path
        if not found.content_type.startswith("text/html") or path == "/search":
            continue
        tree = html.fromstring(found.body.decode())
        for element in tree.iter("a", "link", "img", "iframe"):
            href = element.get("href") or element.get("src") or ""
            url = urlsplit(urljoin(BASE + path.lstrip("/"), href))
            if url.netloc == "127.0.0.1:8000" and not url.query.startswith("p=") and url.path not in seen:
                seen.add(url.path)
                waiting.append(url.path)
    assert {article.path for article in newsroom(1)} <= seen
    assert "/private/desk/" in seen


def test_tags_and_authors_have_pages(loaded: Edition) -> None:
    for article in newsroom(1)[::13]:
        tree = page(loaded, article.path)
        for href in tree.xpath('(//article)[1]//a[@rel="tag" or @rel="author"]/@href'):
            assert answer(loaded, href).status == 200


def test_a_short_link_moves_to_the_permalink(loaded: Edition) -> None:
    article = newsroom(1)[5]
    moved = answer(loaded, "/", f"p={article.number}")
    assert (moved.status, moved.location) == (301, urljoin(BASE, article.path))


def test_the_first_page_of_a_listing_has_one_address_and_the_page_after_the_last_none(loaded: Edition) -> None:
    assert answer(loaded, "/category/local/page/1/").location == urljoin(BASE, "/category/local/")
    assert answer(loaded, "/category/local/page/4/").status == 200
    assert answer(loaded, "/category/local/page/5/").status == 404


def test_withdrawn_articles_are_gone_with_and_without_their_slash() -> None:
    second = Edition(BASE, day=2)
    path = "/2026/10/stray-tram-from-the-museum-joins-the-morning-line/"
    assert answer(Edition(BASE), path).status == 200
    assert answer(second, path).status == 410
    assert answer(second, path.rstrip("/")).location == urljoin(BASE, path)
    listed = b"".join(answer(second, f"/category/local/page/{n}/").body for n in (2, 3, 4))
    assert path.encode() not in listed + answer(second, "/sitemap-posts-1.xml").body


def test_sitemaps_name_every_article_once_and_the_news_sitemap_only_the_last_two_days(loaded: Edition) -> None:
    urls: list[str] = []
    for location in texts(answer(loaded, "/sitemap.xml").body, "loc"):
        body = answer(loaded, urlsplit(location).path).body
        urls += texts(gzip.decompress(body) if location.endswith(".gz") else body, "loc")
    assert sorted(url for url in urls if "/2026/" in url) == sorted(truths())
    titles = texts(answer(loaded, "/news-sitemap.xml").body, "title")
    newest = newsroom(1)[0].published_at
    assert titles == [article.headline for article in newsroom(1) if (newest - article.published_at).days < 2]
    assert 2 < len(titles) < 10


def test_feeds_carry_the_ten_newest(loaded: Edition) -> None:
    newest = [urljoin(BASE, article.path) for article in newsroom(1)[:10]]
    assert texts(answer(loaded, "/feed/").body, "link")[1:] == newest
    feed = ElementTree.fromstring(answer(loaded, "/feed/atom/").body)
    assert [link.get("href") for link in feed.findall("{*}entry/{*}link")] == newest
    assert len(texts(answer(loaded, "/category/sport/feed/").body, "pubDate")) == 10


def test_robots_txt_closes_search_and_the_private_part(loaded: Edition) -> None:
    lines = answer(loaded, "/robots.txt").body.decode().splitlines()
    assert {"Disallow: /search", "Disallow: /private/", "Crawl-delay: 0.02"} <= set(lines)
    assert f"Sitemap: {BASE}sitemap.xml" in lines


def test_a_page_that_changes_overnight_says_so_and_one_that_does_not_keeps_its_date() -> None:
    one, two = Edition(BASE, day=1), Edition(BASE, day=2)
    paths = [article.path for article in newsroom(2) if article.path in one.by_path]
    kept = 0
    for path in [*paths, *one.listings, "/", "/robots.txt", "/feed/"]:
        before, after = answer(one, path), answer(two, path)
        if before.body != after.body:
            assert before.modified_at is not None
            assert after.modified_at is not None
            assert after.modified_at > before.modified_at, path
        elif "/2026/" in path:
            kept += before.modified_at == after.modified_at
    assert kept >= 11


def test_pictures_are_pngs_of_the_size_in_their_name() -> None:
    image = picture("/media/2026/11/any-name-240x135.png")
    assert image is not None
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", image[16:24]) == (240, 135)
    (length,) = struct.unpack(">I", image[33:37])
    assert len(zlib.decompress(image[41 : 41 + length])) == 135 * (240 * 3 + 1)
    assert picture("/media/2026/11/any-name-241x135.png") is None


def test_markup_becomes_html_with_references_and_plain_text_without() -> None:
    markup = "The *Courier* on [Marsh & Ito](/a/): “7\u00a0per cent”, **é**"
    assert inline_html(markup) == (
        'The <em>Courier</em> on <a href="/a/">Marsh &amp; Ito</a>: '
        "&#8220;7&nbsp;per cent&#8221;, <strong>&eacute;</strong>"
    )
    assert plain(markup) == "The Courier on Marsh & Ito: “7 per cent”, é"
    assert words(html.fromstring(f"<p>{inline_html(markup)}</p>")) == plain(markup)
