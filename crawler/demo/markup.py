"""The newsroom's markup for runs of text: `*emphasis*`, `**strong**`, `[words](href)`, and the no-break space.

In: a line of it. Out: what a reader sees (`plain`), or the HTML that the theme prints (`html`), where typographic signs
become character references as content management systems write them.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_EMPHASIS = re.compile(r"\*(.+?)\*")
_REFERENCES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "’": "&#8217;",
        "“": "&#8220;",
        "”": "&#8221;",
        "–": "&#8211;",
        "é": "&eacute;",
        "\u00a0": "&nbsp;",
    }
)


def escape(text: str) -> str:
    """*text* for an HTML text node or a quoted attribute."""
    return text.translate(_REFERENCES)


def html(markup: str) -> str:
    """*markup* as inline HTML."""
    escaped = escape(markup)
    linked = _LINK.sub(r'<a href="\2">\1</a>', escaped)
    return _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", linked))


def plain(markup: str) -> str:
    """*markup* as the reader sees it: white space collapsed, the no-break space among it."""
    bare = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", _LINK.sub(r"\1", markup)))
    return " ".join(bare.split())


def links(markup: str) -> list[tuple[str, str]]:
    """The links of *markup* in order, each as (href, words)."""
    return [(href, plain(words)) for words, href in _LINK.findall(markup)]
