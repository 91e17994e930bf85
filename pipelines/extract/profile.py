"""What was learnt about a site, frozen: the only thing besides the page that extraction depends on.

In and out: canonical JSON (`pressarc.profile/1`: sorted keys, no white space, a line feed at the end), so that a
profile has one digest wherever it is made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

SCHEMA = "pressarc.profile/1"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a site's pages."""

    furniture: Mapping[str, int] = field(default_factory=dict)
    """Lines that are no article's own, as `line_key` writes them, with the number of articles they stand in."""
    title_suffixes: tuple[str, ...] = ()
    """What the site adds to the titles of its pages, separator included."""
    organisations: tuple[str, ...] = ()
    """Names that stand where an author's would, but name the outlet."""
    articles: int = 0
    """How many different articles it was learnt from."""

    def to_json(self) -> bytes:
        """The canonical bytes of the profile."""
        content = {
            "schema": SCHEMA,
            "furniture": dict(self.furniture),
            "title_suffixes": sorted(self.title_suffixes),
            "organisations": sorted(self.organisations),
            "articles": self.articles,
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return f"{text}\n".encode()

    @classmethod
    def from_json(cls, body: bytes) -> Profile:
        """Read a profile.

        Raises:
            ValueError: It is no profile of this schema.
        """
        content = json.loads(body)
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise ValueError(f"not a {SCHEMA}")
        return cls(
            furniture={str(line): int(support) for line, support in content["furniture"].items()},
            title_suffixes=tuple(content["title_suffixes"]),
            organisations=tuple(content["organisations"]),
            articles=int(content["articles"]),
        )

    @property
    def sha256(self) -> str:
        """Digest of the canonical bytes: the profile's name."""
        return hashlib.sha256(self.to_json()).hexdigest()


EMPTY = Profile()
"""Nothing is known."""
