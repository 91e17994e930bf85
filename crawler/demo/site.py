"""What the newspaper has published by a given day.

In: the day, 1 or 2. Out: the articles written by hand as frozen values, newest first. On day 2 six articles are new,
three are edited and two are gone; all others are as they were, to the byte. `nights` makes larger papers of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import cache

from crawler.demo.address import slug
from crawler.demo.content import Passage, chance, compose, pick
from crawler.demo.desks import DESKS
from crawler.demo.markup import plain
from crawler.demo.paper import Shape
from crawler.demo.story import Desk, Story

OUTLET = "The Marlhaven Courier"
LANGUAGE = "en"

_SUMMER, _WINTER = timezone(timedelta(hours=3)), timezone(timedelta(hours=2))
_CLOCKS_WENT_BACK = datetime(2026, 10, 25, 4, tzinfo=_WINTER)
_LAST_EVENING = datetime(2026, 11, 20, tzinfo=_WINTER)
SECOND_DAY = datetime(2026, 11, 21, tzinfo=_WINTER)
_PHOTOGRAPHERS = ("Ola Brek", "Jin Sato", "Marta Ruiz", "Courier archive")


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that belongs to an article."""

    stem: str
    """Path without size and suffix; `pictures.rendition` completes it."""
    alt: str
    caption: str
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """One article as the newsroom means it; times carry the city's own offset."""

    number: int
    slug: str
    path: str
    topic: str
    headline: str
    description: str
    authors: tuple[str, ...]
    section: str
    keywords: tuple[str, ...]
    published_at: datetime
    modified_at: datetime | None
    """Null until it is edited."""
    passages: tuple[Passage, ...]
    picture: Picture

    @property
    def changed_at(self) -> datetime:
        """When it was last published or edited."""
        return self.modified_at or self.published_at


@dataclass(frozen=True, slots=True)
class _Edit:
    """What day 2 does to one article: paragraph *index* is replaced, or follows what stands there."""

    topic: str
    index: int
    text: str
    is_addition: bool
    at: datetime


_EDITS = (
    _Edit(
        "the Tallow Street tunnel", 1,
        "Dye poured into a drain on Kiln Lane came out of the tunnel wall after eleven minutes. On Saturday divers "
        "found why: a brick channel, high enough to stand in, runs beneath both streets.",
        is_addition=False, at=datetime(2026, 11, 21, 9, 20, tzinfo=_WINTER),
    ),
    _Edit(
        "the seasonal fare", 1,
        "After a day of protests the company added on Saturday that pensioners will pay the winter price "
        "all year round.",
        is_addition=True, at=datetime(2026, 11, 21, 12, 5, tzinfo=_WINTER),
    ),
    _Edit(
        "the sea grass meadow", 1,
        "A meadow calms waves, hides young fish and stores carbon. Friday’s storm tore out about nine hundred of "
        "the new shoots; the others, the first dive showed, held on to their string.",
        is_addition=False, at=datetime(2026, 11, 21, 15, 45, tzinfo=_WINTER),
    ),
)  # fmt: skip
_WITHDRAWN = frozenset({"the museum tram", "the costume store"})


Planned = tuple[Story, Desk, datetime]
"""An article to be: its story, its desk, and when it is published."""


@cache
def newsroom(day: int, shape: Shape = Shape.MONTH) -> tuple[DemoArticle, ...]:
    """The articles the site carries on *day*, newest first, with addresses of that *shape*.

    Raises:
        ValueError: There is no such day; the newspaper has two.
    """
    if day not in (1, 2):
        raise ValueError(f"the demo site has days 1 and 2, not {day}")
    first = written(first_day(), (), shape)
    if day == 1:
        return tuple(reversed(first))
    kept = [_edited(article) for article in first if article.topic not in _WITHDRAWN]
    return tuple(reversed(kept + written(_second_day(), first, shape)))


def figure_picture(article: DemoArticle, figure: Passage) -> Picture:
    """The picture that a caption of the body belongs to."""
    caption = plain(figure.markup)
    return Picture(f"{article.picture.stem}-{figure.source}", caption, caption)


@cache
def withdrawn_paths(day: int, shape: Shape = Shape.MONTH) -> frozenset[str]:
    """Paths that an earlier day had and *day* has no more."""
    first, now = newsroom(1, shape), newsroom(day, shape)
    return frozenset(article.path for article in first) - frozenset(article.path for article in now)


def first_day() -> list[Planned]:
    """Every desk's stories spread over the same two months, oldest first, two a day."""
    spread = sorted(
        ((place + 0.5) / len(desk.stories), desk.slug, story, desk)
        for desk in DESKS
        for place, story in enumerate(desk.stories)
    )
    return [(story, desk, hour(rank, story)) for rank, (_, _, story, desk) in reversed(list(enumerate(spread)))]


def hour(rank: int, story: Story) -> datetime:
    """When the article of this *rank*, counted back from the newest, was published.

    Evening for the day's second article, from midnight on for its first: local and UTC dates differ for some.
    """
    start_minute = 14 * 60 if rank % 2 == 0 else 5
    minute = start_minute + pick(story.topic + "minute", range(9 * 60 + 55))
    return _zoned(_LAST_EVENING - timedelta(days=rank // 2) + timedelta(minutes=minute))


def _zoned(winter: datetime) -> datetime:
    """The same wall time in the offset that the city's clocks had then."""
    return winter.replace(tzinfo=_SUMMER) if winter < _CLOCKS_WENT_BACK else winter


def arrivals() -> list[tuple[Story, Desk]]:
    """What was written by hand for the second day."""
    return [(story, desk) for desk in DESKS for story in desk.arrivals]


def _second_day() -> list[Planned]:
    return [
        (story, desk, _zoned(SECOND_DAY + timedelta(hours=7 + 2 * place, minutes=10 + 7 * place)))
        for place, (story, desk) in enumerate(arrivals())
    ]


def written(plan: Sequence[Planned], before: Sequence[DemoArticle], shape: Shape) -> list[DemoArticle]:
    """The planned articles, oldest first; each may link to those of its desk that came before."""
    earlier: dict[str, list[tuple[str, str]]] = {}
    for article in before:
        earlier.setdefault(article.section, []).append((article.topic, article.path))
    done = []
    for number, (story, desk, published_at) in enumerate(plan, len(before)):
        links = earlier.setdefault(desk.name, [])
        article = _article(1000 + 3 * number, story, desk, published_at, links, shape)
        links.append((article.topic, article.path))
        done.append(article)
    return done


def _article(
    number: int, story: Story, desk: Desk, published_at: datetime, earlier: list[tuple[str, str]], shape: Shape
) -> DemoArticle:
    name = slug(story.headline)
    is_edited = chance(story.topic + "edited", 5)
    later = timedelta(minutes=35 + pick(story.topic + "later", range(240)))
    return DemoArticle(
        number=number,
        slug=name,
        path=shape.path(number, name, published_at),
        topic=story.topic,
        headline=story.headline,
        description=story.dek,
        authors=_authors(story, desk),
        section=desk.name,
        keywords=story.tags,
        published_at=published_at,
        modified_at=published_at + later if is_edited else None,
        passages=compose(story, desk, earlier),
        picture=Picture(
            stem=f"/media/{published_at:%Y/%m}/{name}",
            alt=f"{story.place}, with {story.topic}",
            caption=f"{story.topic[0].upper()}{story.topic[1:]} has been the talk of {story.place}.",
            credit=pick(story.topic + "credit", _PHOTOGRAPHERS),
        ),
    )


def _authors(story: Story, desk: Desk) -> tuple[str, ...]:
    first = pick(story.topic + "author", desk.authors)
    if not story.source or not chance(story.topic + "together", 6):
        return (first,)
    others = [name for other in DESKS for name in other.authors if name != first]
    return (first, pick(story.topic + "second author", others))


def _edited(article: DemoArticle) -> DemoArticle:
    for edit in _EDITS:
        if edit.topic == article.topic:
            passages = list(article.passages)
            end = edit.index if edit.is_addition else edit.index + 1
            passages[edit.index : end] = [Passage("paragraph", edit.text)]
            return replace(article, passages=tuple(passages), modified_at=edit.at)
    return article
