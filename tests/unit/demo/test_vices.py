"""Each vice of the demo site, seen by a reader who follows links."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from lxml import html

from crawler.demo.routes import Kind
from crawler.demo.truth import events, truth
from crawler.demo.vices.table import VICES, vices_named
from tests.unit.demo.site_reader import BASE, Reader, kinds

SESSIONS = ("session_query", "session_unknown", "session_parameter", "session_path")
MORE_POSTS = ("more_posts_fragment", "more_posts_json", "more_posts_script")


def article_links(reader: Reader, url: str) -> set[str]:
    return {urlsplit(link).path for link in reader.see(url).links} & reader.all_articles


def test_the_table_names_every_vice_once_and_says_a_sentence_about_it() -> None:
    names = [vice.name for vice in VICES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)
    assert all(vice.meaning.endswith(".") for vice in VICES)


def test_a_vice_that_is_not_is_refused_and_so_are_two_shapes() -> None:
    with pytest.raises(ValueError, match="no vice 'no_fedes'; it has article_numbers, "):
        vices_named(["no_fedes"])
    with pytest.raises(ValueError, match="one shape"):
        vices_named(["article_days", "article_numbers"])


def test_without_vices_links_lead_to_every_article_and_into_no_trap() -> None:
    reader = Reader()
    assert reader.articles() == reader.all_articles
    assert Kind.TRAP not in kinds(reader)


# ---------------------------------------------------------------- how articles are shown


def test_no_feeds_leaves_neither_feed_nor_mention_of_one() -> None:
    reader = Reader("no_feeds")
    for path in ("/feed/", "/feed/atom/", "/category/local/feed/"):
        assert reader.get(path).status == 404
    for path in ("/", "/category/local/", reader.edition.articles[0].path):
        assert b"/feed/" not in reader.get(path).body
    assert reader.get("/sitemap.xml").status == 200


def test_no_sitemap_leaves_neither_sitemap_nor_mention_of_one() -> None:
    reader = Reader("no_sitemap")
    for path in ("/sitemap.xml", "/news-sitemap.xml", "/sitemap-posts-1.xml", "/sitemap-pages.xml"):
        assert reader.get(path).status == 404
    robots = reader.get("/robots.txt").body.decode()
    assert "itemap" not in robots
    assert "Disallow: /private/" in robots


def test_only_listings_lead_to_articles_and_no_article_to_another() -> None:
    reader = Reader("only_listings")
    assert reader.articles() == reader.all_articles
    assert reader.get("/sitemap.xml").status == reader.get("/feed/").status == 404
    for article in reader.edition.articles:
        assert article_links(reader, urljoin(BASE, article.path)) <= {article.path}
    assert len(article_links(reader, urljoin(BASE, "/category/local/"))) >= 10


def test_only_the_sitemap_leads_to_articles() -> None:
    reader = Reader("only_sitemap")
    assert reader.articles() == set()
    assert reader.get("/category/local/").status == reader.get("/feed/").status == 404
    listed = reader.get("/sitemap-posts-1.xml").body.decode()
    assert all(f"<loc>{urljoin(BASE, path)}</loc>" in listed for path in reader.all_articles)
    assert b"/category/" not in reader.get("/sitemap-pages.xml").body
    assert article_links(reader, urljoin(BASE, reader.edition.articles[0].path)) == set()


@pytest.mark.parametrize("vice", MORE_POSTS)
def test_more_posts_hide_what_is_after_the_tenth_article_from_links(vice: str) -> None:
    reader = Reader(vice, size=200)
    reached = reader.articles()
    assert {article.path for article in reader.edition.listings["/category/local/"].articles[:10]} <= reached
    assert reached < reader.all_articles
    for path in ("/category/local/", "/tag/food/"):
        body = reader.get(path).body.decode()
        assert "More posts" in body
        assert 'rel="next"' not in body
        assert reader.get(f"{path}page/2/").status == 404


def test_a_button_names_a_fragment_which_ends_in_the_next_button() -> None:
    reader = Reader("more_posts_fragment", size=200)
    found, url = set(), urljoin(BASE, "/category/local/")
    while url:
        body = reader.get(url).body.decode()
        found |= article_links(reader, url)
        button = html.fragment_fromstring(body, create_parent=True) if "<html" not in body else html.fromstring(body)
        url = urljoin(BASE, next(iter(button.xpath("//button/@data-url")), "")) if "More posts" in body else ""
    assert found >= {article.path for article in reader.edition.listings["/category/local/"].articles}


def test_a_button_names_a_json_end_point_which_tells_what_follows() -> None:
    reader = Reader("more_posts_json", size=200)
    page = html.fromstring(reader.get("/category/local/").body.decode())
    (url,) = page.xpath("//*/@data-endpoint")
    assert parse_qs(urlsplit(url).query) == {"list": ["/category/local/"], "page": ["2"]}
    stories, fragments = [], ""
    while url:
        told = json.loads(reader.get(url).body)
        stories += [story["url"] for story in told["stories"]]
        fragments += told["html"]
        url = told["next"]
    listing = reader.edition.listings["/category/local/"].articles
    assert stories == [urljoin(BASE, article.path) for article in listing[10:]]
    assert all(article.path in fragments for article in listing[10:])


def test_a_script_has_the_template_of_a_button_that_leads_nowhere() -> None:
    reader = Reader("more_posts_script", size=200)
    page = html.fromstring(reader.get("/category/local/").body.decode())
    assert page.xpath("//a[normalize-space()='More posts']/@href") == ["#"]
    (script,) = page.xpath("//script[contains(., 'tideMore')]/text()")
    told = json.loads(script.partition("=")[2].rstrip("; "))
    found = set()
    for number in range(told["page"] + 1, told["pages"] + 1):
        found |= article_links(reader, urljoin(BASE, told["template"].replace("{page}", str(number))))
    listing = reader.edition.listings["/category/local/"].articles
    assert found == {article.path for article in listing[10:]}
    assert reader.get(told["template"].replace("{page}", str(told["pages"] + 1))).status == 404


def test_rest_is_announced_and_lists_every_post_page_by_page() -> None:
    reader = Reader("rest", size=130)
    home = reader.get("/")
    assert ("Link", f'<{BASE}wp-json/>; rel="https://api.w.org/"') in home.fields
    assert html.fromstring(home.body.decode()).xpath('//link[@rel="https://api.w.org/"]/@href') == [f"{BASE}wp-json/"]
    assert "/wp/v2/posts" in json.loads(reader.get("/wp-json/").body)["routes"]
    links = []
    for page in (1, 2):
        found = reader.get(f"/wp-json/wp/v2/posts?per_page=100&page={page}")
        assert found.fields == (("X-WP-Total", "130"), ("X-WP-TotalPages", "2"))
        links += [post["link"] for post in json.loads(found.body)]
    assert links == [urljoin(BASE, article.path) for article in reader.edition.articles]
    assert reader.get("/wp-json/wp/v2/posts?per_page=100&page=3").status == 400
    assert reader.get("/wp-json/wp/v2/posts?per_page=101").status == 400
    assert reader.get("/wp-json/wp/v2/posts?after=yesterday").status == 400


def test_rest_lists_what_was_modified_since_and_only_the_fields_asked_for() -> None:
    reader = Reader("rest", size=130, day=2)
    query = "modified_after=2026-11-21T00:00:00&orderby=modified&order=desc&per_page=100&_fields=link,modified_gmt"
    posts = json.loads(reader.get(f"/wp-json/wp/v2/posts?{query}").body)
    told = events(2, BASE, 130)
    assert {post["link"] for post in posts} >= {*told.new, *told.edited}
    assert len(posts) < 30
    times = [post["modified_gmt"] for post in posts]
    assert times == sorted(times, reverse=True)
    assert set(posts[0]) == {"link", "modified_gmt"}


@pytest.mark.parametrize("vice", ["article_numbers", "article_queries", "article_days"])
def test_articles_of_another_shape_are_all_reached_and_are_their_truth(vice: str) -> None:
    reader = Reader(vice)
    assert reader.articles() == reader.all_articles
    assert {article.url for article in truth(1, BASE, 60, [vice])} == {
        urljoin(BASE, path) for path in reader.all_articles
    }
    assert not any(path.startswith("/2026/1") for path in reader.all_articles)


# ---------------------------------------------------------------- sessions


@pytest.mark.parametrize("vice", SESSIONS)
def test_every_link_carries_a_session_and_every_page_can_be_had_under_any_and_none(vice: str) -> None:
    reader = Reader(vice, size=30)
    sign = {"session_query": "PHPSESSID=", "session_unknown": "visit=", "session_parameter": ";jsessionid="}
    own = [link for link in reader.see(BASE).links if not link.endswith("#")]
    assert own
    assert all(sign.get(vice, f"{BASE}s-") in link for link in own)
    for link in own:
        assert reader.get(link).status == 200, link
    plain = Reader(size=30)
    for path in ("/", "/category/local/", "/feed/", "/robots.txt", *reader.all_articles):
        assert (reader.get(path).status, reader.get(path).kind) == (200, plain.get(path).kind)


def test_a_known_session_stays_with_who_brings_it_and_an_unknown_one_is_new_each_time() -> None:
    for vice, is_new in zip(SESSIONS, (False, True, False, True), strict=True):
        reader = Reader(vice, size=30)
        first = reader.see(BASE).links
        again = reader.see(next(link for link in first if "/about/" in link)).links
        assert (set(first) & set(again) == set()) == is_new, vice


# ---------------------------------------------------------------- traps


@pytest.mark.parametrize("vice", ["calendar", "facets", "endless_path"])
def test_a_trap_never_ends(vice: str) -> None:
    reader = Reader(vice, size=20)
    trapped = [seen for seen in reader.walk(limit=700) if seen.answer.kind is Kind.TRAP]
    assert len(trapped) > 200
    assert any(seen.links for seen in trapped)
    assert reader.articles(limit=300) == reader.all_articles


def test_a_calendar_goes_on_in_both_directions_and_shows_what_appeared_then() -> None:
    reader = Reader("calendar", size=60)
    links = {urlsplit(link).path for link in reader.see(f"{BASE}calendar/2026/11/").links}
    assert {"/calendar/2026/10/", "/calendar/2026/12/", "/calendar/2026/11/30/"} <= links
    assert len(article_links(reader, f"{BASE}calendar/2026/11/20/")) >= 2
    assert article_links(reader, f"{BASE}calendar/2031/02/") == {one.path for one in reader.edition.most_viewed}
    assert reader.get("/calendar/2026/13/").status == 404


def test_reply_and_share_links_lead_back_to_their_article() -> None:
    reader = Reader("replytocom", "share_links", size=20)
    path = reader.edition.articles[0].path
    links = {link for link in reader.see(urljoin(BASE, path)).links if urlsplit(link).path == path}
    assert {name for link in links for name in parse_qs(urlsplit(link).query)} == {"replytocom", "share"}
    for link in links:
        found = reader.get(link)
        assert (found.kind, found.article.path if found.article else None) == (Kind.TRAP, path)


def test_print_and_amp_pages_name_their_article_as_canonical() -> None:
    for shape in ((), ("article_queries",)):
        reader = Reader("print_and_amp", *shape, size=20)
        article = reader.edition.articles[0]
        url = urljoin(BASE, article.path)
        variants = [link for link in reader.see(url).links if re.search(r"amp/$|[?&](amp|print)=1", link)]
        assert len(variants) == 2
        for link in variants:
            found = reader.get(link)
            assert found.article == article
            assert found.kind is Kind.TRAP
            assert f'<link rel="canonical" href="{url.replace("&", "&amp;")}">' in found.body.decode()
        assert reader.get(url).kind is Kind.ARTICLE


def test_links_in_other_case_and_with_more_slashes_lead_to_the_same_pages() -> None:
    reader = Reader("case_and_slashes", size=60)
    seen = list(reader.walk())
    assert {page.answer.status for page in seen} == {200}
    assert {page.answer.article.path for page in seen if page.answer.article} == reader.all_articles
    urls = " ".join(page.url for page in seen)
    assert all(sign in urls for sign in ("/Category/", "utm_source", "/2026//11//"))
    written = b"".join(page.answer.body for page in seen).decode()
    assert all(sign in written for sign in ("HTTP://127.0.0.1:8000/2026/", "#content", ":8000/./2026/"))


# ---------------------------------------------------------------- claims


def test_no_two_answers_with_a_changing_sidebar_are_the_same_but_its_articles_are() -> None:
    reader = Reader("changing_sidebar", size=20)
    path = reader.edition.articles[0].path
    first, second = reader.get(path), reader.get(path)
    assert first.body != second.body
    articles = [html.fromstring(found.body.decode()).xpath("string(//article)") for found in (first, second)]
    assert articles[0] == articles[1]
    assert reader.get("/robots.txt") == reader.get("/robots.txt")


def test_no_validators_are_sent_for_anything() -> None:
    reader = Reader("no_validators", size=20)
    assert {reader.get(path).modified_at for path in ("/", "/feed/", reader.edition.articles[0].path)} == {None}


def lastmods(reader: Reader) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("sitemap-posts-1.xml", "sitemap-posts-2.xml.gz"):
        body = reader.get(f"/{name}").body
        text = (gzip.decompress(body) if name.endswith(".gz") else body).decode()
        found.update(re.findall(r"<loc>(.*?)</loc><lastmod>(.*?)</lastmod>", text))
    return found


def test_lying_lastmods_are_all_of_today_and_stale_ones_never_speak_of_an_edit() -> None:
    assert set(lastmods(Reader("lying_lastmod", size=130, day=2)).values()) == {"2026-11-21"}
    stale, plain = (lastmods(Reader(*vices, size=130, day=2)) for vices in (("stale_lastmod",), ()))
    assert len(stale) == len(plain) == 130 + 15 - 2
    for url in events(2, BASE, 130).edited:
        assert datetime.fromisoformat(plain[url]).day == 21
        assert datetime.fromisoformat(stale[url]).date() < datetime(2026, 11, 21).date()  # noqa: DTZ001


@pytest.mark.parametrize(("vice", "canonical"), [("canonical_home", "/"), ("canonical_other", None)])
def test_a_wrong_canonical_link_is_wrong_on_every_article(vice: str, canonical: str | None) -> None:
    reader = Reader(vice, size=20)
    expected = urljoin(BASE, canonical or reader.edition.articles[0].path)
    for article in reader.edition.articles:
        page = html.fromstring(reader.get(article.path).body.decode())
        assert page.xpath('//link[@rel="canonical"]/@href') == [expected]
        assert page.xpath('//meta[@property="og:url"]/@content') == [urljoin(BASE, article.path)]


def test_nofollow_is_said_of_links_or_of_whole_pages() -> None:
    listing = html.fromstring(Reader("nofollow_links", size=20).get("/category/local/").body.decode())
    assert listing.xpath('//ul[@class="tide-teasers"]//h3/a[not(contains(@rel, "nofollow"))]') == []
    assert listing.xpath('//a[contains(@href, "/category/") and @rel="nofollow"]') == []
    page = html.fromstring(Reader("nofollow_meta", size=20).get("/category/local/").body.decode())
    assert page.xpath('//head/meta[@name="robots"]/@content') == ["index, nofollow"]
    assert ("X-Robots-Tag", "nofollow") in Reader("nofollow_header", size=20).get("/").fields


def test_rights_are_stated_in_each_place_for_them_and_nowhere_else() -> None:
    plain, path = Reader(size=20), "/.well-known/tdmrep.json"
    assert plain.get(path).status == 404
    rules = json.loads(Reader("tdm_file", size=20).get(path).body)
    assert [rule["tdm-reservation"] for rule in rules] == [0, 1]
    articles = {article.number: article.path for article in plain.edition.articles}
    field, meta = Reader("tdm_field", size=20), Reader("tdm_meta", size=20)
    for number, address in articles.items():
        assert (("TDM-Reservation", "0") in field.get(address).fields) == (number % 2 == 0)
        assert (b'name="tdm-reservation"' in meta.get(address).body) == (number % 4 == 0)
    signals = Reader("ai_signals", size=20)
    assert b"User-agent: *\nContent-Signal: search=yes, ai-train=no\n" in signals.get("/robots.txt").body
    assert ("Content-Usage", "train-ai=n") in signals.get("/").fields
    assert ("X-Robots-Tag", "noai, noimageai") in Reader("noai", size=20).get("/").fields
    assert b'<link rel="license"' in Reader("licence", size=20).get("/").body


# ---------------------------------------------------------------- walls


def test_what_is_missing_is_answered_with_200_or_a_way_home() -> None:
    gone = [urlsplit(url).path for url in events(2, BASE, 60).removed]
    soft, home = Reader("soft_404", day=2), Reader("moved_home", day=2)
    for path in (*gone, "/nowhere/"):
        assert (soft.get(path).status, soft.get(path).kind) == (200, Kind.MISSING)
        assert (home.get(path).status, home.get(path).location) == (302, BASE)


@pytest.mark.parametrize(
    ("vice", "status", "sign"),
    [("consent_wall", 200, b"Accept all"), ("login_wall", 200, b"Password"), ("challenge", 403, b"Just a moment")],
)
def test_a_wall_stands_before_the_articles_that_the_truth_leaves_out(vice: str, status: int, sign: bytes) -> None:
    reader = Reader(vice, size=90)
    told = {urlsplit(article.url).path for article in truth(1, BASE, 90, [vice])}
    assert 5 < len(reader.all_articles - told) < 15
    for path in reader.all_articles:
        found = reader.get(path)
        if path in told:
            assert found.kind is Kind.ARTICLE
        else:
            assert (found.status, found.kind) == (status, Kind.WALL)
            assert sign in found.body


# ---------------------------------------------------------------- manners


def test_a_busy_site_asks_for_a_pause_and_asks_again_until_it_is_over() -> None:
    for vice, status in (("busy_429", 429), ("busy_503", 503)):
        reader = Reader(vice, size=20)
        told = [reader.get("/about/", at_s=float(number)) for number in range(40)]
        assert [found.status for found in told] == [200] * 39 + [status]
        assert told[-1].retry_after_s == 2.0
        early = reader.get("/about/", at_s=40.5)
        assert (early.status, early.retry_after_s) == (status, 0.5)
        assert reader.get("/about/", at_s=41.0).status == 200


def test_retry_after_is_given_as_seconds_or_as_a_date_and_never_ends_before_the_pause() -> None:
    values = []
    for vice in ("busy_429", "busy_503"):
        reader = Reader(vice, size=20)
        *_, found = (reader.get("/about/", at_s=float(number)) for number in range(40))
        ((_, value),) = found.fields
        values.append(value)
    assert values[0] == "2"
    assert parsedate_to_datetime(values[1]).isoformat() == "2026-11-22T03:00:02+00:00"


def test_robots_txt_may_be_slower_ill_missing_or_elsewhere() -> None:
    assert b"Crawl-delay: 0.25\n" in Reader("crawl_delay", size=20).get("/robots.txt").body
    assert Reader("robots_5xx", size=20).get("/robots.txt").status == 503
    assert Reader("robots_404", size=20).get("/robots.txt").status == 404
    moved = Reader("robots_moved", size=20)
    first = moved.get("/robots.txt")
    second = moved.get(first.location or "")
    assert (first.status, second.status) == (301, 301)
    assert b"Disallow: /private/" in moved.get(second.location or "").body


def test_a_site_that_is_down_answers_everything_with_503_and_a_silent_one_nothing() -> None:
    for vice, status in (("down", 503), ("silent", 0)):
        reader = Reader(vice, "calendar", size=20)
        assert {reader.get(path).status for path in ("/", "/robots.txt", "/feed/")} == {status}


def test_vices_go_together() -> None:
    reader = Reader("only_listings", "session_path", "changing_sidebar", "article_queries", "print_and_amp", size=30)
    found = reader.articles(limit=600)
    assert len(found) == 30
