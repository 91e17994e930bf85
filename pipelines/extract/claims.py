"""What a page says of an article besides its text; and of that, with the site's profile, its headline and its authors.

Only the site's other pages tell what is the outlet's name in a title or in a byline: so these two are chosen last.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extract.authors import names
from pipelines.extract.headline import is_site, without_site
from pipelines.extract.profile import Profile
from pipelines.page.text import line_key


@dataclass(frozen=True, slots=True)
class Claims:
    """What a page says of an article besides its text."""

    titles: tuple[str, ...]
    """Every form in which it gives the headline, the most trusted first."""
    authors: tuple[tuple[str, ...], ...]
    """What stands for the authors, a group for each source."""
    outlets: tuple[str, ...]
    """What the page calls its outlet."""
    body: tuple[str, ...]
    """The article's text as metadata gives it, line by line; often none, sometimes shortened."""
    description: str | None
    section: str | None
    keywords: tuple[str, ...]
    language: str | None
    published_at: str | None
    modified_at: str | None
    has_later_date: bool
    """Whether a date after the capture was passed over."""
    is_date_relative: bool
    """Whether the date of publication was counted back from the capture."""
    access_declared: str
    access_why: str | None
    promised_words: int
    """How many words the metadata says that the article has; 0 where it does not say."""

    def headlines(self, profile: Profile) -> tuple[str, ...]:
        """The forms of the headline without the site's name, each once; the first is the headline."""
        forms: dict[str, str] = {}
        learnt = [suffix.strip(" |-–—·•:»«/‹›") for suffix in profile.title_suffixes]
        for title in self.titles:
            text = without_site(title, self.outlets, profile.title_suffixes)
            if text and not is_site(text, learnt):
                forms.setdefault(line_key(text), text)
        return tuple(forms.values())

    def names(self, profile: Profile, guessed: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The authors, as the first source has them that names any; or as a later one has them that names one more.

        Args:
            profile: What is known of the site.
            guessed: Names to fall back upon.
        """
        outlets = (*self.outlets, *profile.organisations)
        found: tuple[str, ...] = ()
        for group in (*self.authors, guessed):
            people = names(group, outlets)
            is_more = len(people) == len(found) + 1 and {*map(line_key, found)} < {*map(line_key, people)}
            if not found or is_more:
                found = people
        return found
