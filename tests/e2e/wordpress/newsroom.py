"""Writes the test site's articles: from the tables of `stories.py` to posts in Gutenberg block markup.

The same posts come out every time. No two sentences on the site are the same, so that a line that does repeat across
its pages is furniture. Texts are written with typographic characters because WordPress would put them in itself.
"""

from __future__ import annotations

import html
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tests.e2e.wordpress.stories import SECTIONS, STORIES, WRITERS

TIMEZONE: Final = "Europe/Berlin"
"""The site's own: its permalinks carry the month there, its times are published in UTC."""

PICTURES: Final = ("harbour", "market", "workshop", "shore")
"""Images that the seeder draws; `@@harbour.url@@` and `@@harbour.id@@` stand for them in a post's markup."""

_FIRST_STORY_AT: Final = datetime(2023, 11, 30, 23, 20, tzinfo=UTC)
"""Already December where the site is."""
_NAMES: Final = ("Ada", "Bertil", "Chiara", "Dov", "Edda", "Farid", "Greta", "Hana", "Ivo", "Jonna", "Kofi", "Lene")
_FAMILIES: Final = ("Aalto", "Brandt", "Cieślak", "Dorn", "Eriksen", "Fonseca", "Grøn", "Huber", "Iversen", "Jansky")
_ROLES: Final = ("engineer", "treasurer", "historian", "inspector", "spokeswoman", "planner", "accountant", "biologist")
_TOWNS: Final = ("Ostervik", "Halm", "Greyhaven", "Lower Tarn", "Sundmouth", "Käslund", "Brackwater", "Nine Elms")
_MONTHS: Final = ("January", "February", "March", "April", "June", "August", "September", "October", "November")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

_LEADS: Final = (
    "After {n} months of argument, {subject} is settled: a vote in {town} on {day} left no room for an appeal.",
    "Nobody in {town} expected {subject} to be the talk of {month}, but {n} letters to this newspaper say otherwise.",
    "It took {n} meetings, two lawyers and a broken projector, yet {subject} now has a date and a budget.",
    "On {day} morning {person} signed the last of {n} pages, and with that {subject} became a fact.",
    "Ask anyone in {town} about {subject} and you will hear a number: {n}, give or take a few.",
    "There was applause in {town} on {day} when {person}, the {role}, read out what {subject} means in plain words.",
)
_SENTENCES: Final = (
    "{person}, who has worked as {role} in {town} since {year}, puts the cost of {subject} at {n} thousand crowns.",
    "A report from {month} {year} had warned that {subject} would need at least {n} more hands.",
    "In {town}, where {subject} is watched with some envy, {n} people turned up to a meeting planned for thirty.",
    "“We counted everything twice,” said {person} about {subject}, “and came to {n} both times.”",
    "The figures for {subject} differ: the {role} speaks of {n}, while {person} would sign for less than half of that.",
    "By {month}, {person} hopes, the {n} open questions around {subject} will fit on a single sheet of paper.",
    "Not all of it is new: {subject} was first proposed in {year}, when {town} still had {n} registered boats.",
    "Of {n} households asked in {town}, two in three had heard of {subject} and one in five had an opinion.",
    "The paperwork for {subject} fills {n} folders, which {person} keeps in a corridor for want of shelves.",
    "Money is the smaller worry; {person} fears that {subject} will lose the {n} volunteers of last {month}.",
    "Since {year}, the {role} explained, {subject} has been paid for out of a fund meant for {n} other things.",
    "What happens to {subject} after {month} depends on {town}, and {town} has {n} days left to answer.",
    "When {person} first wrote about {subject} in {year}, the letter went unanswered for {n} days.",
    "Neighbouring {town} tried something like {subject} and stopped after {n} weeks, mostly for want of spare parts.",
    "A petition against {subject} gathered {n} names before {person} withdrew it without giving a reason.",
    "The {role} calls {subject} a modest step; {person} calls it the first sensible one since {year}.",
    "Every {day}, a group led by {person} walks {n} paces around the site to see how {subject} is coming along.",
    "For {person} the point of {subject} is simple: {n} fewer journeys to {town} each month.",
    "Whether {subject} pays for itself will be clear in {month}, when the {role} must account for {n} invoices.",
    "The weather did its part: {n} hours of rain in {month} made {subject} look better than any brochure could.",
    "Critics such as {person} point out that {subject} leaves {n} people in {town} exactly where they were in {year}.",
    "Tools for {subject} came from {town}, {n} crates of them, each with a note from {person}.",
    "“I would rather wait for {month} than start with {n} loose screws,” {person} told the {role}.",
    "{person} keeps the minutes of {year} in a biscuit tin and reads from page {n} when {subject} comes up.",
    "Two of the {n} letters came from {town}, where {person} remembers a quieter {month}.",
    "On {day} the phones rang {n} times before noon; {person} answered most of the calls alone.",
    "Nothing in {subject} was left to chance, says the {role}, least of all the {n} keys handed out in {month}.",
    "{town} sent {person} with a cake, {n} paper plates and a question that nobody could answer.",
    "A second look at {subject} in {month} turned up {n} receipts, all in order, and one unpaid bill from {year}.",
    "School classes from {town} will visit on {n} mornings; {person} has already drawn them a map.",
    "“Ask me again in {month},” said {person}, looking at a list of {n} names and crossing out the first.",
    "For the {role}, {year} was the turning point: {n} people left {town} then, and few of them came back.",
)
_HEADINGS: Final = (
    "What {subject} costs {town}",
    "How {person} sees it",
    "From {year} to now: {subject} step by step",
    "The {n} questions about {subject}",
    "Why {town} looks on",
)
_QUOTES: Final = (
    "I have seen {n} plans come and go in {town}. With {subject}, for once, someone has read the last page as well.",
    "If {subject} fails, it will not be for lack of tea. We have poured {n} cups of it since {month}.",
    "You cannot measure {subject} in crowns alone. You measure it in the {n} people who no longer leave {town}.",
    "My grandmother would have laughed at {subject}, and then she would have given {n} crowns of her own for it.",
)
_ITEMS: Final = (
    "{month} {year}: {person} presents {subject} to {n} guests in {town}.",
    "{n} thousand crowns for {subject}, half of it from {town}.",
    "{subject}: next inspection in {month}, by {person} and the {role}.",
    "{town} lends {n} metres of scaffolding for {subject} until {month}.",
    "Open days for {subject} on the first {day} of {month}; {n} places, first come, first served.",
)
_CAPTIONS: Final = (
    "{person} in {town}, with a model of {subject}, in {month} {year}.",
    "Seen from {town} on a {day}: {subject}, {n} days before the work began.",
)
_COMMENTS: Final = (
    "I lived in {town} for {n} years and never once heard a good word about {subject}. Glad that has changed!",
    "Has anybody asked {person}? Nothing about {subject} gets done without the {role} from {town}.",
    "Thank you for the careful reporting on {subject}. One small thing: it was {n}, not fewer, I was there that {day}.",
)


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    """One block of a post as it was written: what a reader sees, and its markup."""

    kind: str
    """paragraph, heading, quote, list_item or caption."""
    text: str
    markup: str


@dataclass(frozen=True, slots=True)
class Post:
    """One post, before WordPress has seen it."""

    slug: str
    headline: str
    login: str
    author: str
    section: str
    keywords: tuple[str, ...]
    """As WordPress shows them: by name."""
    published_at: datetime
    modified_at: datetime
    blocks: tuple[WrittenBlock, ...]
    comments: tuple[tuple[str, str], ...]
    """Name and text of each comment below the post."""
    picture: str | None
    """The featured image, above the text."""

    @property
    def content(self) -> str:
        return "\n\n".join(block.markup for block in self.blocks if block.markup)

    @property
    def text(self) -> str:
        """What an extractor should find: all blocks but captions, a blank line between."""
        return "\n\n".join(block.text for block in self.blocks if block.kind != "caption")


class _Pen:
    """Fills sentence frames about one subject and never writes the same sentence twice."""

    def __init__(self, rng: random.Random, subject: str, written: set[str]) -> None:
        self.rng = rng
        self._subject = subject
        self._written = written
        self._unused: dict[tuple[str, ...], list[str]] = {}

    def write(self, frames: tuple[str, ...]) -> str:
        while True:
            unused = self._unused.setdefault(frames, [])
            if not unused:
                unused += self.rng.sample(frames, len(frames))
            line = self._fill(unused.pop())
            if line not in self._written:
                self._written.add(line)
                return line

    def paragraph(self, opening: str | None = None) -> str:
        sentences = [opening] if opening else []
        sentences += [self.write(_SENTENCES) for _ in range(self.rng.randint(1, 3))]
        return " ".join(sentences)

    def person(self) -> str:
        return f"{self.rng.choice(_NAMES)} {self.rng.choice(_FAMILIES)}"

    def _fill(self, frame: str) -> str:
        line = frame.format(
            subject=self._subject,
            person=self.person(),
            role=self.rng.choice(_ROLES),
            town=self.rng.choice(_TOWNS),
            month=self.rng.choice(_MONTHS),
            day=self.rng.choice(_DAYS),
            year=self.rng.randint(1961, 2022),
            n=self.rng.randint(12, 960),
        )
        return line[0].upper() + line[1:]


def all_posts() -> tuple[Post, ...]:
    """Write every post of the site, oldest first, the sections mixed."""
    rng = random.Random("the newsroom's own order")
    assignments = [(section, *story) for section, stories in STORIES.items() for story in stories]
    rng.shuffle(assignments)
    written: set[str] = set()
    posts: list[Post] = []
    published_at = _FIRST_STORY_AT
    for number, (section, headline, subject) in enumerate(assignments):
        earlier = posts[rng.randrange(len(posts))] if posts and number % 3 == 0 else None
        posts.append(_post(number, (section, headline), _Pen(rng, subject, written), published_at, earlier))
        published_at += timedelta(minutes=rng.randint(1500, 12000), seconds=rng.randrange(60))
    return tuple(posts)


def address_of(post: Post) -> str:
    """Give the post's path under the permalink structure `/%year%/%monthnum%/%postname%/`."""
    return f"/{post.published_at.astimezone(ZoneInfo(TIMEZONE)):%Y/%m}/{post.slug}/"


def _post(number: int, story: tuple[str, str], pen: _Pen, published_at: datetime, earlier: Post | None) -> Post:
    section, headline = story
    rng = pen.rng
    login, author = rng.choice(WRITERS)
    tags = next(tags for name, _, tags in SECTIONS if name == section)
    modified_at = published_at + timedelta(minutes=rng.randint(20, 4000)) if number % 4 == 1 else published_at
    return Post(
        slug="-".join("".join(letter for letter in headline.lower() if letter.isalnum() or letter in " -").split()),
        headline=headline,
        login=login,
        author=author,
        section=section,
        keywords=tuple(sorted(rng.sample(tags, rng.randint(1, 3)))),
        published_at=published_at,
        modified_at=modified_at,
        blocks=tuple(_body(number, pen, earlier)),
        comments=tuple((pen.person(), pen.write(_COMMENTS)) for _ in range(rng.randint(1, 3) if number % 2 else 0)),
        picture=PICTURES[number % len(PICTURES)] if number % 5 == 0 else None,
    )


def _body(number: int, pen: _Pen, earlier: Post | None) -> list[WrittenBlock]:
    rng = pen.rng
    blocks = [_paragraph(pen.paragraph(pen.write(_LEADS)))]
    blocks += [_paragraph(pen.paragraph()) for _ in range(rng.randint(1, 2))]
    if number % 4 == 2:
        blocks += _figure(PICTURES[(number + 1) % len(PICTURES)], pen.write(_CAPTIONS))
    for _ in range(rng.randint(1, 2)):
        blocks.append(_heading(pen.write(_HEADINGS)))
        blocks += [_paragraph(pen.paragraph()) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.35:
            blocks.append(_quote(pen.write(_QUOTES)))
    if number % 3 == 1:
        blocks.append(_paragraph(pen.paragraph()))
        blocks += _list([pen.write(_ITEMS) for _ in range(rng.randint(3, 5))], is_ordered=number % 2 == 0)
    if earlier:
        blocks.append(_reference(earlier, pen.write(_SENTENCES)))
    blocks.append(_paragraph(pen.paragraph()))
    return blocks


def _paragraph(text: str) -> WrittenBlock:
    return WrittenBlock("paragraph", text, _comment("paragraph", f"<p>{html.escape(text, quote=False)}</p>"))


def _reference(earlier: Post, sentence: str) -> WrittenBlock:
    link = f'<a href="{address_of(earlier)}">{html.escape(earlier.headline, quote=False)}</a>'
    markup = f"<p><strong>Earlier in this paper:</strong> {link}. <em>{html.escape(sentence, quote=False)}</em></p>"
    text = f"Earlier in this paper: {earlier.headline}. {sentence}"
    return WrittenBlock("paragraph", text, _comment("paragraph", markup))


def _heading(text: str) -> WrittenBlock:
    return WrittenBlock("heading", text, _comment("heading", f"<h2>{html.escape(text, quote=False)}</h2>"))


def _quote(text: str) -> WrittenBlock:
    inner = _comment("paragraph", f"<p>{html.escape(text, quote=False)}</p>")
    return WrittenBlock("quote", text, _comment("quote", f'<blockquote class="wp-block-quote">{inner}</blockquote>'))


def _list(items: list[str], *, is_ordered: bool) -> list[WrittenBlock]:
    """Make blocks of the items; the whole list's markup stands with the first."""
    inner = "\n\n".join(_comment("list-item", f"<li>{html.escape(item, quote=False)}</li>") for item in items)
    tag, attributes = ("ol", {"ordered": True}) if is_ordered else ("ul", {})
    markup = _comment("list", f"<{tag}>{inner}</{tag}>", attributes)
    return [WrittenBlock("list_item", item, "" if index else markup) for index, item in enumerate(items)]


def _figure(picture: str, caption: str) -> list[WrittenBlock]:
    # The id stands for a number, so that the quotes which JSON needs around it go with it.
    opening = f'<!-- wp:image {{"id":@@{picture}.id@@,"sizeSlug":"large","linkDestination":"none"}} -->'
    image = f'<img src="@@{picture}.url@@" alt="A drawing: {picture}" class="wp-image-@@{picture}.id@@"/>'
    figcaption = f'<figcaption class="wp-element-caption">{html.escape(caption, quote=False)}</figcaption>'
    figure = f'<figure class="wp-block-image size-large">{image}{figcaption}</figure>'
    return [WrittenBlock("caption", caption, f"{opening}\n{figure}\n<!-- /wp:image -->")]


def _comment(block: str, inner: str, attributes: dict[str, bool] | None = None) -> str:
    settings = f" {json.dumps(attributes)}" if attributes else ""
    return f"<!-- wp:{block}{settings} -->\n{inner}\n<!-- /wp:{block} -->"
