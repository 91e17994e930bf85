"""What listing pages name beside links: further pages by every mechanism, loaders, feeds, sitemaps, interfaces."""

from __future__ import annotations

import pytest

from crawler.discovery.found import FoundKind
from crawler.discovery.links import LinkRules
from pipelines.reasons import Source
from pipelines.values import Target
from tests.unit.discovery.answers import HOST, expected, further, read, urls

SLUGS = ("council-votes-on-bridge", "bakery-opens-its-doors", "quarry-falls-silent-again", "ferry-sinks-at-the-pier")
TEASERS = "".join(f'<article><h2><a href="/news/{slug}">{slug.replace("-", " ")}</a></h2></article>' for slug in SLUGS)


def listing(after: str = "", head: str = "", before: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>Politics</title>{head}</head>"
        f"<body>{before}<main>{TEASERS}{after}</main></body></html>"
    )


MORE = (
    # links and buttons that say where they lead
    '<a rel="next" href="/politics?cursor=abc">Older</a>',
    '<a href="/politics/page/2/">2</a>',
    '<a href="/politics/?page=2">More posts</a>',
    '<button data-url="/politics/page/2/">More posts</button>',
    '<a href="#" data-next-url="/politics/?page=2">More posts</a>',
    '<div class="x" data-next-page="/politics/?page=2"></div>',
    '<a href="#" data-href="/ajax/politics?page=2">More</a>',
    '<button hx-get="/politics/more?page=2" hx-target="#list">More</button>',
    '<div hx-get="/politics/rest-of-it" hx-trigger="revealed"></div>',
    '<button formaction="/politics/?page=2">More</button>',
    "<button onclick=\"loadMore('/ajax/politics?page=2')\">More</button>",
    "<a href=\"javascript:;\" onclick=\"$.get('/ajax/politics?page=2', show)\">More</a>",
    # with a place for the number, or the number beside it
    '<div data-path="/politics/page/{page}/"></div>',
    '<div data-path="/politics/page/%d/"></div>',
    '<div data-path="/politics/page/__page__/"></div>',
    '<div data-path="/politics/?page={{ page }}"></div>',
    '<div data-path="/politics/?page=%page%" data-page="1"></div>',
    '<div data-path="/politics/?page=PAGE_NUMBER"></div>',
    '<button data-url="/ajax/politics" data-page="2">More</button>',
    '<button data-url="/ajax/politics" data-page="1">More</button>',
    '<button data-url="/ajax/politics" data-current-page="1">More</button>',
    '<button data-url="/ajax/politics" data-next-page="2">More</button>',
    # settings in JSON
    """<div data-settings='{"url": "/ajax/politics", "page": 1, "max": 5}'></div>""",
    '<div data-endpoint="/ajax/politics-2.json" data-next="/ajax/politics-2.json"></div>',
    """<div data-infinite-scroll='{"path": "/politics/?page=2", "append": ".x"}'></div>""",
    """<div data-options="{&quot;nextUrl&quot;:&quot;\\/politics\\/page\\/2\\/&quot;}"></div>""",
    # scripts
    '<script>var nextUrl = "/politics/page/2/";</script>',
    '<script>var cfg = {"next_page_url":"\\/politics\\/?page=2"};</script>',
    '<script>var cfg = {"next_page_url":"https:\\/\\/news.example.org\\/politics\\/?page=2"};</script>',
    '<script type="application/json">{"pagination": {"next": "/politics?page=2"}}</script>',
    '<script>var page = 1; function more() { fetch("/ajax/politics?page=" + (++page)).then(show) }</script>',
    "<script>const u = `/ajax/politics?page=${page}`</script>",
    '<script>let page = 2; load("/politics/page/" + page + "/")</script>',
    '<script>new InfiniteScroll(el, {path: "/politics/page/{{#}}/"})</script>',
)  # fmt: skip


@pytest.mark.parametrize("more", MORE)
def test_the_next_page_is_found_however_it_is_loaded(more: str) -> None:
    found = read(listing(more), "/politics/")
    allowed = {
        "/politics?cursor=abc", "/politics/page/2/", "/politics/page/2", "/politics/?page=2", "/politics?page=2",
        "/ajax/politics?page=2", "/ajax/politics-2.json", "/politics/more?page=2",
        "/politics/rest-of-it", "/ajax/politics?current-page=2",
    }  # fmt: skip
    assert len(further(found)) == 1, further(found)
    assert further(found)[0] in allowed
    assert found.candidates[-1].is_pagination
    assert found.candidates[-1].depth == 0
    assert found.candidates[-1].via is Source.LISTING
    assert expected(found) == [f"/news/{slug}" for slug in SLUGS]


@pytest.mark.parametrize(
    ("more", "next_page"),
    [
        ('<div data-path="/politics/page/{page}/"></div>', "/politics/page/4/"),
        ('<button data-url="/ajax/politics" data-page="3">More</button>', "/ajax/politics?page=4"),
        ('<button data-url="/ajax/politics" data-page="4">More</button>', "/ajax/politics?page=4"),
        ('<script>fetch("/ajax/politics?page=" + page)</script>', "/ajax/politics?page=4"),
        ('<button data-prev-url="/politics/page/2/" data-next-url="/politics/page/4/">x</button>', "/politics/page/4/"),
    ],
)
def test_numbers_are_counted_from_the_page_at_hand(more: str, next_page: str) -> None:
    assert further(read(listing(more), "/politics/page/3/")) == [next_page]


@pytest.mark.parametrize(
    ("more", "next_page"),
    [
        ('<button data-url="/ajax/list?offset=4">More</button>', "/ajax/list?offset=4"),
        ('<button data-url="/ajax/list" data-offset="4">More</button>', "/ajax/list?offset=4"),
        ('<button data-url="/ajax/list?offset=0">More</button>', "/ajax/list?offset=4"),
        ('<div data-url="/ajax/list?offset={offset}"></div>', "/ajax/list?offset=4"),
        ('<script>fetch("/ajax/list?offset=" + n)</script>', "/ajax/list?offset=4"),
        ('<button data-url="/ajax/list" data-cursor="Zm9v">More</button>', "/ajax/list?cursor=Zm9v"),
    ],
)
def test_pages_may_be_counted_by_their_entries_or_by_a_cursor(more: str, next_page: str) -> None:
    assert further(read(listing(more), "/politics/")) == [next_page]


@pytest.mark.parametrize(
    "nothing",
    [
        '<img src="/page/2.jpg" data-src="/politics/page/2.jpg">',
        '<button data-share="https://share.example.com/?page=2&url=x">Share</button>',
        '<div data-url="/widgets/weather"></div>',
        '<script src="/assets/app.js?page=2"></script>',
        '<script>var logo = "/assets/logo.png", api = "/api/session";</script>',
        '<script>var ajaxurl = "/wp-admin/admin-ajax.php";</script>',
        '<div data-date="20/11/2026" data-type="text/html" data-ratio="16/9"></div>',
        '<a href="#top">Top</a><button>Menu</button>',
    ],
)
def test_what_loads_no_further_page_is_left_alone(nothing: str) -> None:
    found = read(listing(nothing), "/politics/")
    assert urls(found) == [f"/news/{slug}" for slug in SLUGS]


@pytest.mark.parametrize(
    "other",
    [
        '<script type="application/ld+json">{"target": "https://news.example.org/?s={search_term_string}"}</script>',
        '<script type="application/ld+json">{"urlTemplate": "/search?q={search_term_string}"}</script>',
        '<div data-shortlink="/?p=1234" data-url="/embed?p=77"></div>',
        '<div data-last-page-url="/politics/page/20/"></div>',
        '<button data-url="/newsletter" data-total-pages="20" data-per-page="10">x</button>',
        '<script>var consent = {learnMoreUrl: "/sport"}</script>',
    ],
)
def test_other_places_and_other_numbers_are_no_further_pages(other: str) -> None:
    assert further(read(listing(other + '<a href="/sport">Sport</a>'), "/politics/")) == []


def test_what_scripts_load_is_not_asked_for_where_links_lead_on() -> None:
    more = '<a rel="next" href="/politics/page/2/" data-url="/ajax/politics?page=2">More</a>'
    assert further(read(listing(more), "/politics/")) == ["/politics/page/2/"]
    back = '<a rel="prev" href="/politics/">Newer</a><button data-url="/ajax/politics?page=3">More</button>'
    assert further(read(listing(back), "/politics/page/2/")) == ["/politics/", "/ajax/politics?page=3"]


WORDPRESS = '<meta name="generator" content="WordPress 6.9">'


@pytest.mark.parametrize(
    "button", ['<a href="#" class="x">More Posts</a>', "<button>Load more</button>", "<a>More</a>"]
)
def test_a_button_that_names_nothing_has_wordpress_asked_for_the_next_page(button: str) -> None:
    assert further(read(listing(button, WORDPRESS), "/politics/")) == ["/politics/page/2/"]
    assert further(read(listing(button, WORDPRESS), "/politics")) == ["/politics/page/2/"]
    assert further(read(listing(button, WORDPRESS), "/politics/page/2/")) == ["/politics/page/3/"]


@pytest.mark.parametrize(
    "page",
    [
        listing("<a href='#'>More</a>"),
        listing("", WORDPRESS),
        listing("<nav><a href='#'>More</a></nav><form><button>Search</button></form>", WORDPRESS),
        listing("", WORDPRESS, before="<a href='#'>Skip to content</a><button>Menu</button>"),
        listing("<a href='/about'>1</a><a href='/b'>2</a><a href='/c'>3</a><button>Accept</button>", WORDPRESS),
        listing("<a href='#'>By using this site you agree to all of this</a>", WORDPRESS),
    ],
)
def test_nothing_is_guessed_without_both_the_button_and_wordpress(page: str) -> None:
    assert further(read(page, "/politics/")) == []


def test_candidates_are_in_document_order_and_further_pages_last() -> None:
    body = listing(
        '<a href="/politics/page/2/">2</a><a href="/sport">Sport</a>', before='<a href="/culture">Culture</a>'
    )
    assert urls(read(body, "/politics/")) == [
        "/culture",
        *(f"/news/{slug}" for slug in SLUGS),
        "/sport",
        "/politics/page/2/",
    ]


# ---------------------------------------------------------------- articles that scripts load


LOADERS = (
    '<div data-url="/news/harbour-master-retires-at-last"></div>',
    f'<div data-next-url="{HOST}/news/harbour-master-retires-at-last"></div>',
    '<li data-id="7"><a href="/news/harbour-master-retires-at-last"></a></li>',
    """<div data-next='{"id": 7, "url": "\\/news\\/harbour-master-retires-at-last"}'></div>""",
    '<script type="application/json">{"related": [{"url": "/news/harbour-master-retires-at-last"}]}</script>',
    '<script>var next = {permalink: "https:\\/\\/news.example.org\\/news\\/harbour-master-retires-at-last"}</script>',
)


@pytest.mark.parametrize("loader", LOADERS)
def test_the_next_article_that_a_page_loads_is_a_candidate(loader: str) -> None:
    story = "<h1>The tram returns</h1>" + "<p>" + "It rained on the day the tram came back to town. " * 40 + "</p>"
    head = "<meta property='og:type' content='article'>"
    body = f"<!DOCTYPE html><html><head>{head}</head><body><article>{story}</article>{loader}</body></html>"
    found = read(body, "/news/the-tram-returns-to-town")
    assert found.kind is FoundKind.ARTICLE
    assert [(each.url, each.via, each.expects_article) for each in found.candidates] == [
        (f"{HOST}/news/harbour-master-retires-at-last", Source.LINK, False)
    ]


def test_an_article_names_no_feeds_and_no_further_pages() -> None:
    story = "<p>" + "It rained on the day the tram came back to town. " * 40 + "</p>"
    body = (
        "<html><head><meta property='og:type' content='article'><link rel='next' href='/news/tram/2'>"
        "<link rel='alternate' type='application/rss+xml' href='/news/tram-comes-back/feed/'></head>"
        f"<body><article>{story}</article><button data-url='/ajax?page=2'>More comments</button></body></html>"
    )
    found = read(body, "/news/the-tram-returns-to-town")
    assert (found.kind, found.candidates) == (FoundKind.ARTICLE, ())
    assert found.signposts.feeds == (f"{HOST}/news/tram-comes-back/feed/",)


# ---------------------------------------------------------------- signposts


def signposted(head: str, target: Target, after: str = "", headers: tuple[tuple[str, str], ...] = ()) -> list[str]:
    found = read(listing(after, head), "/", headers=headers)
    return [each.url.removeprefix(HOST) for each in found.candidates if each.target is target]


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="alternate" type="application/rss+xml" href="/feed">',
        '<link rel="alternate" type="application/atom+xml" href="/feed">',
        '<link rel="ALTERNATE" type="application/feed+json; charset=utf-8" href="/feed">',
        '<link rel="alternate feed" type="application/rdf+xml" href="/feed">',
        '<link rel="alternate" type="application/json" href="/feed">',
    ],
)
def test_feeds_that_a_listing_declares_are_candidates(head: str) -> None:
    assert signposted(head, Target.FEED) == ["/feed"]


@pytest.mark.parametrize("path", ["/news.rss", "/atom.xml", "/feeds/politics.rss.xml", "/rss/news.rdf", "/feed.json"])
def test_a_link_to_a_file_of_a_feeds_name_is_one_to_a_feed(path: str) -> None:
    assert signposted("", Target.FEED, f'<a href="{path}">RSS</a>') == [path]


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed">',
        (
            '<link rel="https://api.w.org/" href="/wp-json/">'
            '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
        ),
        '<link rel="stylesheet" type="application/rss+xml" href="/feed">',
        '<link rel="alternate" type="application/rss+xml">',
    ],
)
def test_other_alternates_are_no_feeds(head: str) -> None:
    assert signposted(head, Target.FEED) == []


def test_the_feed_of_a_section_is_asked_for_where_the_section_has_no_further_pages() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/politics/feed/">'
    for after, wanted in (("", True), ('<a href="/politics/page/2/">2</a>', False)):
        found = read(listing(after, head), "/politics/", depth=1)
        assert ("/politics/feed/" in urls(found)) is wanted
        assert found.signposts.feeds == (f"{HOST}/politics/feed/",)


def test_sitemaps_that_a_page_names_are_candidates() -> None:
    head = '<link rel="sitemap" type="application/xml" href="/map.xml">'
    assert signposted(head, Target.SITEMAP, '<a href="/sitemap_index.xml.gz">Sitemap</a>') == [
        "/map.xml",
        "/sitemap_index.xml.gz",
    ]


@pytest.mark.parametrize(
    ("head", "headers", "posts"),
    [
        ('<link rel="https://api.w.org/" href="/wp-json/">', (), "/wp-json/wp/v2/posts?"),
        ('<link rel="https://api.w.org/" href="/?rest_route=/">', (), "/?rest_route=/wp/v2/posts&"),
        ("", (("Link", f'<{HOST}/wp-json/>; rel="https://api.w.org/"'),), "/wp-json/wp/v2/posts?"),
    ],
)
def test_a_rest_interface_is_asked_for_its_newest_posts(
    head: str, headers: tuple[tuple[str, str], ...], posts: str
) -> None:
    assert signposted(head, Target.REST, headers=headers) == [
        f"{posts}per_page=100&_fields=link,date_gmt,modified_gmt,title"
    ]


def test_a_page_says_its_content_system_and_languages() -> None:
    head = (
        '<meta name="Generator" content="WordPress 6.9"><meta name="generator" content="Builder 3">'
        '<link rel="alternate" hreflang="de-AT" href="/de/"><link rel="alternate" hreflang="x-default" href="/">'
    )
    found = read(listing("", head), "/")
    assert (found.generator, found.signposts.languages) == ("WordPress 6.9; Builder 3", ("en", "de-at"))
    assert found.signposts.is_wordpress


# ---------------------------------------------------------------- nofollow


NOFOLLOW = (
    ('<meta name="robots" content="noindex, NOFOLLOW">', ()),
    ('<meta name="robots" content="none">', ()),
    ('<meta name="pressarc" content="nofollow">', ()),
    ("", (("X-Robots-Tag", "nofollow"),)),
    ("", (("X-Robots-Tag", "pressarc: noindex, nofollow"),)),
    ("", (("X-Robots-Tag", "otherbot: noindex, nofollow"), ("x-robots-tag", "none"))),
    ("", (("X-Robots-Tag", "unavailable_after: 25 Jun 2027 15:00:00 PST, nofollow"),)),
)


@pytest.mark.parametrize(("head", "headers"), NOFOLLOW)
def test_a_page_may_ask_that_its_links_not_be_followed(head: str, headers: tuple[tuple[str, str], ...]) -> None:
    found = read(listing("", head), "/", headers=headers)
    assert (found.kind, found.candidates) == (FoundKind.LISTING, ())
    assert found.notes == ("the page asks that its links not be followed",)
    lenient = LinkRules(nofollow_pages=False, nofollow_fields=not headers)
    assert len(read(listing("", head), "/", headers=headers, rules=lenient).candidates) == 4


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ('<meta name="robots" content="noindex, follow">', ()),
        ('<meta name="otherbot" content="nofollow">', ()),
        ("", (("X-Robots-Tag", "otherbot: noindex, nofollow"),)),
        ("", (("X-Robots-Tag", "noindex, max-snippet: 50"),)),
    ],
)
def test_other_requests_say_nothing_of_links(head: str, headers: tuple[tuple[str, str], ...]) -> None:
    assert len(read(listing("", head), "/", headers=headers).candidates) == 4


def test_nofollow_on_a_link_is_honoured_unless_told_otherwise() -> None:
    body = listing('<a rel="nofollow" href="/paid">Paid</a>')
    assert "/paid" not in urls(read(body, "/"))
    assert "/paid" in urls(read(body, "/", rules=LinkRules(nofollow_links=False)))


def test_articles_that_a_number_in_the_query_names_are_no_further_pages_of_the_home_page() -> None:
    headlines = ("Ferry sinks", "Quarry closes", "Mayor resigns", "Rain at last", "Bakery opens", "Choir wins", "Snow")
    links = [f'<a href="/?a={number}">{words}</a>' for number, words in enumerate(headlines, 100)]
    found = read(f"<html><body>{''.join(links)}<a href='/?p=1'>1</a><a href='/?p=2'>2</a></body></html>", "/")
    assert further(found) == ["/?p=2"]
    assert urls(found) == [*(f"/?a={number}" for number in range(100, 107)), "/?p=2"]
