"""Where everything stands on the site: names in, paths from the root out."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

_UNDECOMPOSED = str.maketrans({"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "’": ""})


def slug(name: str) -> str:
    """The ASCII form of *name* for a path: lowercase words joined by hyphens."""
    folded = unicodedata.normalize("NFKD", name.translate(_UNDECOMPOSED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded.lower()).strip("-")


def article_path(headline: str, published_at: datetime) -> str:
    """The permalink's path: year and month of the local date, and the headline."""
    return f"/{published_at:%Y/%m}/{slug(headline)}/"


def section_path(section: str) -> str:
    """The path of a section's listing."""
    return f"/category/{slug(section)}/"


def tag_path(tag: str) -> str:
    """The path of a tag's listing."""
    return f"/tag/{slug(tag)}/"


def author_path(author: str) -> str:
    """The path of an author's listing."""
    return f"/author/{slug(author)}/"


def page_path(listing_path: str, number: int) -> str:
    """The path of page *number*, counted from 1, of a listing."""
    return listing_path if number == 1 else f"{listing_path}page/{number}/"
