"""A content API as WordPress has it: announced in each page's head and header, listing posts as JSON.

Follows developer.wordpress.org/rest-api: `per_page` up to 100, `page`, `orderby` date or modified, `order`, `after`,
`before`, `modified_after`; X-WP-Total and X-WP-TotalPages; 400 for a page after the last.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

from crawler.demo.edition import Edition
from crawler.demo.routes import Answer, Kind
from crawler.demo.site import OUTLET, DemoArticle
from crawler.demo.theme.article import body_html
from crawler.demo.vices.rewrite import in_the_head, is_page, rewritten
from crawler.demo.vices.vice import Ask, Site, Vice

_ROOT, _POSTS = "/wp-json/", "/wp-json/wp/v2/posts"
_MOST_A_PAGE = 100


def with_rest(site: Site) -> Site:
    """The site and its API."""

    def answer(edition: Edition, ask: Ask) -> Answer:
        path = ask.path.rstrip("/")
        if path == _POSTS:
            return _posts(edition, {name: values[-1] for name, values in parse_qs(ask.query).items()})
        if path == _ROOT.rstrip("/"):
            return _json(_index(edition))
        found = site(edition, ask)
        if not is_page(found):
            return found
        root = edition.absolute(_ROOT)
        announced = replace(found, fields=(*found.fields, ("Link", f'<{root}>; rel="https://api.w.org/"')))
        return rewritten(announced, lambda html: in_the_head(html, f'<link rel="https://api.w.org/" href="{root}">'))

    return answer


def _index(edition: Edition) -> dict[str, object]:
    route = {"namespace": "wp/v2", "methods": ["GET"], "_links": {"self": [{"href": edition.absolute(_POSTS)}]}}
    return {
        "name": OUTLET,
        "url": edition.base_url.rstrip("/"),
        "home": edition.base_url.rstrip("/"),
        "namespaces": ["wp/v2"],
        "routes": {"/wp/v2/posts": route},
    }


def _posts(edition: Edition, wanted: dict[str, str]) -> Answer:
    try:
        per_page, page = int(wanted.get("per_page", "10")), int(wanted.get("page", "1"))
        after, before, modified_after = (_instant(wanted.get(name)) for name in ("after", "before", "modified_after"))
    except ValueError:
        return _refused("rest_invalid_param", "Invalid parameter(s)")
    if not 1 <= per_page <= _MOST_A_PAGE or page < 1:
        return _refused("rest_invalid_param", "Invalid parameter(s): per_page, page")
    found = [
        article
        for article in edition.articles
        if (after is None or article.published_at > after)
        and (before is None or article.published_at < before)
        and (modified_after is None or article.changed_at > modified_after)
    ]
    if wanted.get("orderby") == "modified":
        found.sort(key=lambda article: article.changed_at, reverse=True)
    if wanted.get("order") == "asc":
        found.reverse()
    pages = -(-len(found) // per_page)
    if page > max(1, pages):
        return _refused("rest_post_invalid_page_number", "The page number is larger than the number of pages.")
    shown = [_post(edition, article) for article in found[(page - 1) * per_page : page * per_page]]
    if "_fields" in wanted:
        kept = {name.partition(".")[0] for name in wanted["_fields"].split(",")}
        shown = [{name: value for name, value in post.items() if name in kept} for post in shown]
    return replace(_json(shown), fields=(("X-WP-Total", str(len(found))), ("X-WP-TotalPages", str(pages))))


def _post(edition: Edition, article: DemoArticle) -> dict[str, object]:
    return {
        "id": article.number,
        "date": f"{article.published_at:%Y-%m-%dT%H:%M:%S}",
        "date_gmt": _gmt(article.published_at),
        "guid": {"rendered": edition.absolute(f"/?p={article.number}")},
        "modified": f"{article.changed_at:%Y-%m-%dT%H:%M:%S}",
        "modified_gmt": _gmt(article.changed_at),
        "slug": article.slug,
        "status": "publish",
        "type": "post",
        "link": edition.absolute(article.path),
        "title": {"rendered": article.headline},
        "content": {"rendered": body_html(article), "protected": False},
        "excerpt": {"rendered": f"<p>{article.description}</p>\n", "protected": False},
    }


def _gmt(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def _instant(text: str | None) -> datetime | None:
    """A date as the API takes it; without an offset it is taken for UTC."""
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _json(told: object) -> Answer:
    body = json.dumps(told, ensure_ascii=False).encode()
    return Answer(200, body, "application/json; charset=UTF-8", kind=Kind.REST)


def _refused(code: str, message: str) -> Answer:
    return replace(_json({"code": code, "message": message, "data": {"status": 400}}), status=400)


REST = (Vice("rest", "A content API as WordPress has it is announced and lists all posts.", with_rest),)
