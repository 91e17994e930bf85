"""Pages to crawl and to write: HTML of 200 KB, the median of news pages, compressing as they do; always the same."""

from __future__ import annotations

import random
from functools import cache

PAGE_BYTES = 200_000

_VOWELS, _CONSONANTS = "aeiou", "bcdfghklmnprstvw"
_RANDOM = random.Random(2026)  # noqa: S311 (text, not secrets)


def _word() -> str:
    return "".join(_RANDOM.choice(_CONSONANTS) + _RANDOM.choice(_VOWELS) for _ in range(_RANDOM.randint(1, 4)))


_WORDS = sorted({_word() for _ in range(6000)}, key=lambda word: (len(word), word))
# Frequencies fall as 1/rank, as those of a language do, and words come in phrases.
_PHRASES = [
    " ".join(_RANDOM.choices(_WORDS, [1 / (rank + 3) for rank in range(len(_WORDS))], k=4)) for _ in range(3000)
]
_WEIGHTS = [1 / (rank + 3) for rank in range(len(_PHRASES))]

_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<link rel="canonical" href="/page/{number}"><meta property="og:type" content="article"></head><body>'
)


@cache
def page(number: int) -> bytes:
    """Page *number*: a head, a menu, teasers with links to other pages, and paragraphs up to `PAGE_BYTES`."""
    chance = random.Random(number)  # noqa: S311
    phrases = iter(chance.choices(_PHRASES, _WEIGHTS, k=16000))

    def text(count: int) -> str:
        return " ".join(next(phrases) for _ in range(count))

    parts = [_HEAD.format(title=text(2), number=number)]
    parts += (
        f'<div class="teaser teaser--compact card-{teaser % 7}" data-id="{chance.randrange(10**9)}">'
        f'<a class="teaser__link" href="/page/{(number * 151 + teaser) % 5000}?ref=teaser">{text(2)}</a>'
        f'<time class="teaser__time" datetime="2026-11-{1 + teaser % 28:02}T03:00:00Z"></time>'
        f'<img class="teaser__image" loading="lazy" src="/img/{chance.randrange(10**6):x}.jpg" alt="{text(1)}">'
        "</div>\n"
        for teaser in range(150)
    )
    size = sum(map(len, parts))
    while size < PAGE_BYTES:
        parts.append(f'<p class="story-body__text" id="p{len(parts)}">{text(15).capitalize()}.</p>\n')
        size += len(parts[-1])
    parts.append("</body></html>")
    return "".join(parts).encode()


def response(number: int) -> bytes:
    """The whole answer that carries page *number*."""
    body = page(number)
    return HEAD % len(body) + body


HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Sun, 22 Nov 2026 03:00:00 GMT\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nCache-Control: max-age=60\r\nVary: Accept-Encoding\r\n"
    b"X-Request-Id: 5f1d7a4e-90aa\r\nContent-Length: %d\r\n\r\n"
)
