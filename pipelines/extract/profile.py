"""What was learnt about a site, frozen: the only thing besides the page that extraction depends on.

In and out: canonical JSON (`pressarc.profile/2`: sorted keys, no white space, a line feed at the end), so that a
profile has one digest wherever it is made. Profiles of `pressarc.profile/1` have no template and are read as such.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipelines.extract.template import Node, Nodes, Template
from pipelines.page.text import OPEN_NUMBER

SCHEMA = "pressarc.profile/2"
_READABLE = (SCHEMA, "pressarc.profile/1")


@dataclass(frozen=True)
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
    nodes: Nodes = field(default_factory=dict)
    """What stood at each place of the site's pages."""
    keep: tuple[str, ...] = ()
    """Rules that remove no line on this site, as its configuration has it."""

    def keeping(self, rules: Iterable[str]) -> Profile:
        """The same, with these rules and no others switched off."""
        keep = tuple(sorted(set(map(str, rules))))
        return self if keep == self.keep else replace(self, keep=keep)

    @cached_property
    def template(self) -> Template:
        """The nodes, ready to be looked up."""
        return Template(self.nodes)

    @cached_property
    def has_open_lines(self) -> bool:
        """Whether numbers are left open in some of `furniture`."""
        return any(OPEN_NUMBER in line for line in self.furniture)

    @cached_property
    def body(self) -> bytes:
        """The canonical bytes of the profile."""
        content = {
            "schema": SCHEMA,
            "furniture": dict(self.furniture),
            "title_suffixes": sorted(self.title_suffixes),
            "organisations": sorted(self.organisations),
            "articles": self.articles,
            "nodes": {place: [node.text_words, node.other_words, node.articles] for place, node in self.nodes.items()},
            **({"keep": sorted(self.keep)} if self.keep else {}),
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return f"{text}\n".encode()

    def to_json(self) -> bytes:
        """The canonical bytes of the profile."""
        return self.body

    @classmethod
    def from_json(cls, body: bytes) -> Profile:
        """Read a profile.

        Raises:
            ValueError: It is no profile of this schema, or of the one before.
        """
        content = json.loads(body)
        if not isinstance(content, dict) or content.get("schema") not in _READABLE:
            raise ValueError(f"not a {SCHEMA}")
        profile = cls(
            furniture={str(line): int(support) for line, support in content["furniture"].items()},
            title_suffixes=tuple(content["title_suffixes"]),
            organisations=tuple(content["organisations"]),
            articles=int(content["articles"]),
            nodes={str(place): Node(*map(int, counts)) for place, counts in content.get("nodes", {}).items()},
            keep=tuple(map(str, content.get("keep", ()))),
        )
        profile.__dict__["body"] = body  # its name is the digest of what was read, also where that has an older schema
        return profile

    @property
    def sha256(self) -> str:
        """Digest of the canonical bytes: the profile's name."""
        return hashlib.sha256(self.body).hexdigest()


EMPTY = Profile()
"""Nothing is known."""
