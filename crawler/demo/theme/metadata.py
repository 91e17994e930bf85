"""What an article's page says about its article in the head element: OpenGraph and JSON-LD.

In: an edition and an article. Out: HTML for the head. The JSON-LD is a graph in which the NewsArticle stands among the
site, its publisher and the breadcrumbs (schema.org NewsArticle).
"""

from __future__ import annotations

import json

from crawler.demo.address import author_path, section_path
from crawler.demo.edition import Edition
from crawler.demo.markup import escape
from crawler.demo.pictures import rendition
from crawler.demo.site import LANGUAGE, OUTLET, DemoArticle


def metadata(edition: Edition, article: DemoArticle) -> str:
    """The lines for the head element."""
    properties = [
        ("og:locale", "en_GB"),
        ("og:type", "article"),
        ("og:title", article.headline),
        ("og:description", article.description),
        ("og:url", edition.absolute(article.path)),
        ("og:site_name", OUTLET),
        ("og:image", edition.absolute(rendition(article.picture.stem))),
        ("article:published_time", article.published_at.isoformat()),
        ("article:section", article.section),
        *(("article:tag", tag) for tag in article.keywords),
    ]
    if article.modified_at:
        properties.append(("article:modified_time", article.modified_at.isoformat()))
    lines = [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties]
    lines.append(f'<meta name="author" content="{escape(", ".join(article.authors))}">')
    lines.append('<meta name="robots" content="index, follow, max-image-preview:large">')
    lines.append(f'<link rel="shortlink" href="{edition.absolute(f"/?p={article.number}")}">')
    graph = {"@context": "https://schema.org", "@graph": _graph(edition, article)}
    lines.append(f'<script type="application/ld+json">{_script(graph)}</script>')
    return "\n".join(lines) + "\n"


def _graph(edition: Edition, article: DemoArticle) -> list[dict[str, object]]:
    url, home = edition.absolute(article.path), edition.base_url
    return [
        {"@type": "NewsMediaOrganization", "@id": f"{home}#publisher", "name": OUTLET, "url": home},
        {"@type": "WebSite", "@id": f"{home}#website", "name": OUTLET, "url": home, "inLanguage": LANGUAGE},
        {
            "@type": "BreadcrumbList",
            "@id": f"{url}#breadcrumb",
            "itemListElement": [
                {"@type": "ListItem", "position": 1, "name": "Home", "item": home},
                {
                    "@type": "ListItem",
                    "position": 2,
                    "name": article.section,
                    "item": edition.absolute(section_path(article.section)),
                },
            ],
        },
        _news_article(edition, article, url),
    ]


def _news_article(edition: Edition, article: DemoArticle, url: str) -> dict[str, object]:
    described: dict[str, object] = {
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "mainEntityOfPage": {"@id": url},
        "headline": article.headline,
        "description": article.description,
        "datePublished": article.published_at.isoformat(),
        "author": [
            {"@type": "Person", "name": name, "url": edition.absolute(author_path(name))} for name in article.authors
        ],
        "publisher": {"@id": f"{edition.base_url}#publisher"},
        "articleSection": article.section,
        "keywords": list(article.keywords),
        "inLanguage": LANGUAGE,
        "isAccessibleForFree": True,
        "image": edition.absolute(rendition(article.picture.stem)),
    }
    if article.modified_at:
        described["dateModified"] = article.modified_at.isoformat()
    return described


def _script(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
