"""Which programs an archive was made with: what has to be the same for extraction to give the same bytes."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata

EXTRACTION = ("pressarc", "trafilatura", "lxml", "htmldate", "justext", "python-dateutil", "charset-normalizer")
"""Distributions that an article's text and metadata depend on."""

CAPTURE = ("scrapy", "twisted", "warcio", "isal")


@cache
def _version(name: str) -> str:
    """Of a distribution; asked once, since a file is read for it, and verify wants to know for every line."""
    return metadata.version(name)


def extractor() -> str:
    """The program that makes articles, with its version."""
    return f"pressarc {_version('pressarc')}"


def extraction_versions() -> dict[str, str]:
    """The versions an article's provenance names."""
    return {name: _version(name) for name in EXTRACTION}


def all_versions() -> dict[str, str]:
    """The versions a manifest names."""
    return {"python": platform.python_version(), **{name: _version(name) for name in (*CAPTURE, *EXTRACTION)}}
