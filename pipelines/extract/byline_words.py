"""Words that stand around the names of authors, by language: the last resort, where markup does not say who wrote.

One table for each place that they have in a byline. An entry is a piece of a regular expression, in small letters,
without groups that are kept; `any_of` joins those of all languages.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, ...]]
"""Language (BCP 47) → words."""

BY: Words = {
    "bg": ("от",),
    "da": ("af",),
    "de": ("von",),
    "en": ("by",),
    "es": ("por",),
    "fr": ("par",),
    "id": ("oleh",),
    "it": ("di",),
    "nl": ("door",),
    "pl": ("przez",),
    "sv": ("av",),
}
"""Before a name."""

DONE_BY: Words = {"it": ("da",)}
"""Before a name, behind a word for what was done, and part of many a name elsewhere."""

WRITTEN: Words = {
    "en": ("written", "reported", "posted", "published", "words", "story", "text"),
    "fr": ("texte",),
}
"""Before that: "Words by"."""

AUTHOR: Words = {
    "de": (r"autor(?:in|a)?(?:/(?:autor)?(?:in|a)?)?",),
    "en": ("author",),
    "fr": ("auteure?",),
    "it": ("autore",),
}
"""What labels a name."""

TEXT: Words = {"de": ("text",), "es": ("autores",), "fr": ("texte",)}
"""What labels a name where nothing but names may stand."""

SIGNED: Words = {
    "ar": ("بقلم", "كتب"),
    "he": ("כתב", "מאת"),
    "ja": ("記者",),
    "ru": ("автор", "текст"),
    "zh": ("文", "撰文", "作者", "记者"),
}
"""What labels a name in other scripts."""

REPORTER: Words = {"ko": ("기자",)}
"""Right behind a name."""

AFTERWARDS: Words = {
    "de": ("in", "aus", "für", "mit"),
    "en": ("in", "at", "for", "of", "with", "reports?"),
    "es": ("con",),
    "fr": ("à", "pour", "avec"),
}
"""Behind a name: where they are, for whom and with whom."""

AND: Words = {
    "ar": ("و",),
    "da": ("og",),
    "de": ("und",),
    "en": ("and",),
    "es": ("y", "e"),
    "fi": ("ja",),
    "fr": ("et",),
    "hi": ("और",),
    "id": ("dan",),
    "nl": ("en",),
    "sv": ("och",),
}
"""Between two names."""

STAMPED: Words = {
    "de": ("veröffentlicht", "aktualisiert"),
    "en": ("published", "updated", "posted", "modified"),
    "es": ("publicado", "actualizado"),
    "fr": ("publi[ée]e?",),
    "it": ("pubblicato", "aggiornato"),
    "pt": ("atualizado",),
}
"""What a date is the date of."""

ROLES: Words = {
    "de": ("redakteur(?:in)?", "korrespondent(?:in)?"),
    "en": ("reporters?", "editors?", "correspondents?", "writers?", "producers?"),
    "fr": ("journaliste?",),
}
"""What people are at a newspaper."""

DESKS: Words = {
    "de": ("redaktion", "agenturen"),
    "en": ("staff", "agencies"),
    "es": ("redacción",),
    "fr": ("rédaction",),
    "it": ("redazione",),
    "nb": ("redaksjonen",),
    "nl": ("redactie",),
}
"""Who stands for people there."""

NOBODY: Words = {
    "de": ("redaktion", "redaktor"),
    "en": (
        "admin", "administrator", "editor", "author", "staff", "user", "webmaster", "null", "none", "undefined",
        "unknown", "anonymous", "root", "guest", "by", "website", "wordpress", "true", "false", "n/a",
    ),
}  # fmt: skip
"""What content management systems put in the place of an author."""


def any_of(*tables: Words) -> str:
    """A regular expression for any word of *tables*, the longest first where one begins like another."""
    words = {word for table in tables for listed in table.values() for word in listed}
    return f"(?:{'|'.join(sorted(words, key=lambda word: (-len(word), word)))})"
