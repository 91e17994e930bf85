"""An article's page: the lead article, and below it the further whole articles a reader scrolls into.

In: an edition and an article. Out: the page's HTML. Every `article` element is complete, with kicker, title, byline,
body and its own furniture, and all of them repeat the same ids, as themes of this kind do. Only the lead article is
described in the head; those below it carry microdata.
"""

from __future__ import annotations

from itertools import groupby

from crawler.demo.address import author_path, section_path, tag_path
from crawler.demo.content import Passage
from crawler.demo.edition import Edition
from crawler.demo.markup import escape, html
from crawler.demo.pictures import SIZES, rendition
from crawler.demo.site import DemoArticle, Picture, figure_picture
from crawler.demo.theme.metadata import metadata
from crawler.demo.theme.shell import NEWSLETTER, Sheet, document, written_date

_ADVERT = (
    '<div class="tide-ad"><span class="tide-ad-label">Advertisement</span>'
    '<div class="tide-ad-slot"><a href="https://ads.example.org/boots" rel="sponsored nofollow">'
    "Boots that have met the sea</a></div></div>"
)
_FRAMES = {
    "paragraph": ("<p>", "</p>"),
    "heading": ("<h2>", "</h2>"),
    "quote": ('<blockquote class="tide-quote"><p>', "</p></blockquote>"),
}
_MORE = '<div class="tide-more-wrap"><span class="tide-more" role="button">Continue Reading</span></div>'


def article_page(edition: Edition, article: DemoArticle) -> str:
    """The page at the article's permalink."""
    items = [_stream_item(edition, article, is_lead=True)]
    items += [_MORE + _stream_item(edition, other, is_lead=False) for other in edition.loaded_below(article)]
    sheet = Sheet(
        title=article.headline,
        main=f'<div class="tide-stream" data-loader="scroll">{"".join(items)}</div>',
        path=article.path,
        kind=f"single single-post postid-{article.number}",
        head=metadata(edition, article),
        description=article.description,
    )
    return document(edition, sheet)


def _stream_item(edition: Edition, article: DemoArticle, *, is_lead: bool) -> str:
    url = edition.absolute(article.path)
    return f"""<div class="tide-stream-item" data-url="{url}" data-title="{escape(article.headline)}">
<article id="post-{article.number}" class="tide-article post" itemscope itemtype="https://schema.org/NewsArticle">
<meta itemprop="mainEntityOfPage" content="{url}">
{_header(article, url, is_lead=is_lead)}
{_figure(article.picture, "tide-lead-image")}
<div id="tide-content" class="tide-content">
{body_html(article)}
<p class="tide-signup"><em>{NEWSLETTER}</em></p>
</div>
{_after(edition, article)}
</article>
</div>
"""


def _header(article: DemoArticle, url: str, *, is_lead: bool) -> str:
    headline = escape(article.headline)
    title = headline if is_lead else f'<a href="{url}" rel="bookmark">{headline}</a>'
    modified = ""
    if article.modified_at:
        modified = f'<meta itemprop="dateModified" content="{article.modified_at.isoformat()}">'
    who = " and ".join(
        '<span class="author-name" itemprop="author" itemscope itemtype="https://schema.org/Person">'
        f'<a href="{author_path(name)}" rel="author" itemprop="url"><span itemprop="name">{escape(name)}</span></a>'
        "</span>"
        for name in article.authors
    )
    published = article.published_at.isoformat()
    return f"""<header id="tide-head" class="tide-head">
<h3 class="tide-kicker"><a href="{section_path(article.section)}"><span>{article.section}</span></a></h3>
<h1 class="tide-title" itemprop="headline">{title}</h1>
<span class="tide-dek">{escape(article.description)}</span>
<div class="tide-info"><div class="tide-when"><p>Published</p> <p>on</p>
<time class="updated" itemprop="datePublished" datetime="{published}">{written_date(article.published_at)}</time>
{modified}</div>
<div class="tide-who"><p>By</p> {who}</div></div>
</header>"""


def body_html(article: DemoArticle) -> str:
    """The passages, with neighbours of one list or table joined and an advertisement set between."""
    pieces: list[str] = []
    paragraphs = 0
    for kind, group in groupby(article.passages, key=lambda passage: passage.kind):
        for piece in _rendered(article, kind, list(group)):
            pieces.append(piece)
            paragraphs += kind == "paragraph"
            if kind == "paragraph" and paragraphs in (2, 6):
                pieces.append(_ADVERT)
    return "\n".join(pieces)


def _rendered(article: DemoArticle, kind: str, passages: list[Passage]) -> list[str]:
    match kind:
        case "list_item":
            return ["<ul>" + "".join(f"<li>{html(passage.markup)}</li>" for passage in passages) + "</ul>"]
        case "table_row":
            return [_table([passage.markup.split("\t") for passage in passages])]
        case "caption":
            return [_figure(figure_picture(article, passage), "tide-figure") for passage in passages]
        case "embed":
            return [
                f'<div class="tide-embed"><iframe src="/embed/{passage.source}/" title="{escape(passage.markup)}"'
                ' width="560" height="315" loading="lazy"></iframe></div>'
                for passage in passages
            ]
        case _:
            before, after = _FRAMES[kind]
            return [before + html(passage.markup) + after for passage in passages]


def _table(rows: list[list[str]]) -> str:
    head = "".join(f"<th>{html(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{html(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f'<table class="tide-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _figure(picture: Picture, name: str) -> str:
    choices = ", ".join(f"{rendition(picture.stem, size)} {size[0]}w" for size in SIZES)
    credit = f' <span class="tide-credit">Photo: {escape(picture.credit)}</span>' if picture.credit else ""
    return (
        f'<figure class="{name}"><img src="{rendition(picture.stem)}" srcset="{choices}"'
        f' sizes="(max-width: 700px) 100vw, 680px" width="480" height="270" alt="{escape(picture.alt)}">'
        f"<figcaption>{escape(picture.caption)}{credit}</figcaption></figure>"
    )


def _after(edition: Edition, article: DemoArticle) -> str:
    """What the theme hangs below every body."""
    tags = ", ".join(f'<a href="{tag_path(tag)}" rel="tag">{escape(tag)}</a>' for tag in article.keywords)
    newer, older = edition.newer(article), edition.older(article)
    pager = (_neighbour("Up Next", newer) if newer else "") + (_neighbour("Don’t Miss", older) if older else "")
    bios = "".join(
        f'<div class="tide-bio"><h4><a href="{author_path(name)}">{escape(name)}</a></h4>'
        f"<p>{escape(name)} works for the {article.section.lower()} desk of the Courier and answers letters.</p></div>"
        for name in article.authors
    )
    return f"""<div class="tide-tags"><span class="tide-tags-label">Related Topics:</span> {tags}</div>
<div class="tide-share"><span>Share this story</span>
<a href="https://social.example.org/share?u={edition.absolute(article.path)}" rel="nofollow">Chirp</a></div>
<div class="tide-pager">{pager}</div>
{bios}
<div id="tide-related"><h4 class="tide-box-title">You may like</h4><ul>{_alike(edition, article)}</ul></div>
<div id="tide-comments"><p>Comments are closed.</p></div>"""


def _alike(edition: Edition, article: DemoArticle) -> str:
    return "".join(
        f'<li><a href="{other.path}" rel="bookmark">{escape(other.headline)}</a> '
        f"<p>{escape(other.description)}</p></li>"
        for other in edition.alike(article)
    )


def _neighbour(label: str, article: DemoArticle) -> str:
    return (
        f'<a class="tide-pager-link" href="{article.path}" rel="bookmark">'
        f'<span class="tide-pager-label">{escape(label)}</span><h4>{escape(article.headline)}</h4></a>'
    )
