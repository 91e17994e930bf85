"""Dates in words of many languages → days: "14. März 2026", "3 ноября 2026", "il y a 2 jours".

In: short texts. Out: days, or null. The shape of a date (`DATED`) is the same in all languages that we know of.

*Why* dateparser only here: dateutil is quick and knows English; dateparser knows the months of the others and how they
say that something is past, but each of its languages costs 40 ms once, and a text that is no date costs them all. So it
is asked for texts that pass for one at a look, in the languages of their script.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

from dateparser.date import DateDataParser

_DAY = r"\d{1,2}(?:st|nd|rd|th|er|[.ºª])?"
_MONTH = r"[^\W\d_]{3,12}"
_DAY_AND_MONTH = rf"(?:{_DAY}(?:\s+(?:de|of))?\s*[-/]?\s*{_MONTH}|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?)"
_TIME = (
    r"(?:[,\s]*(?:\b(?:at|um|kl|à|alle|om)\b\.?)?\s*[|,–-]?\s*\d{1,2}[:.h]\d{2}(?::\d{2})?(?!\d)"
    r"(?:\s*[ap]\.?m\b\.?)?(?:\s*(?:Uhr|[A-Z]{2,4})\b)?)"
)
DATED = re.compile(
    rf"(?<!\d)(?:{_DAY_AND_MONTH}[.,]?(?:\s+del?)?[\s-]+\d{{4}}"
    r"|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2}(?:\d{2})?"
    rf"|\d{{4}}\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日일])(?!\d){_TIME}?",
    re.IGNORECASE,
)
"""A date amid other words, with its time: told by its shape in whatever language."""
_MOST_AROUND_CHARS = 20
"""So much may stand around a date in a claim: "Tuesday, 3 November 2026"."""
_SLASHED = re.compile(r"\d[/-]\d{1,2}[/-]\d")
_NUMBER = re.compile(r"\d+")
_BASE = datetime(2000, 1, 1)  # noqa: DTZ001 - it stands for no instant
_MOST_AGO_CHARS = 30
_LATIN = (
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "nl",
    "pl",
    "cs",
    "sv",
    "da",
    "nb",
    "fi",
    "tr",
    "id",
    "ro",
    "hu",
    "vi",
    "hr",
    "sk",
)
"""In this order they are tried: some names of months mean one in one language and another in the next."""
_LANGUAGES = {
    "CYRILLIC": ("ru", "uk", "bg", "sr"),
    "ARABIC": ("ar", "fa"),
    "HEBREW": ("he",),
    "DEVANAGARI": ("hi",),
    "GREEK": ("el",),
    "THAI": ("th",),
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "CJK": ("ja", "zh"),
}
"""By script, as Unicode names it; else Latin."""
_MONTH_BEGINNING = re.compile(
    r"\b(?:jan|ian|gen|ene|sty|led|oca|tam|feb|fév|fev|lut|úno|şub|hel|mar|már|mär|mrz|maa|bře|ožu|apr|ápr|avr|abr|kwi|dub"
    r"|nis|huh|tra|mai|maj|may|mei|mag|kvě|máj|tou|svi|haz|jun|jún|jui|giu|cze|čer|kes|lip|jul|júl|lug|srp|tem|hei|aug|aoû"
    r"|ago|agu|sie|ağu|elo|kol|sep|set|sze|wrz|zář|eyl|syy|ruj|okt|oct|ott|out|paź|říj|eki|lok|lis|nov|kas|stu|dec|dez|dic"
    r"|déc|gru|pro|ara|jou)",
    re.IGNORECASE,
)
"""How months begin in the Latin languages above, but for English, in three letters."""
_AGO = re.compile(
    r"\b(?:ago|vor|il y a|hace|há|atrás|fa|geleden|siden|sedan|sitten|temu|před|pred|önce|acum|ezelőtt|yang lalu|trước"
    r"|назад|тому|преди|πριν|قبل|منذ|پیش|לפני|पहले)\b|पहले|前|전|ที่แล้ว",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def day_in_words(text: str) -> date | None:
    """The day in *text*, in a language other than English; null for none, or where much else is in it."""
    found = DATED.search(text)
    if found is None or len(text) - len(found[0]) > _MOST_AROUND_CHARS or _SLASHED.search(found[0]):
        return None
    day = re.sub(rf"{_TIME}$", "", found[0])
    if _languages(day) is _LATIN and not _MONTH_BEGINNING.search(day):
        return None
    moment = _dateparser(_languages(day), _BASE).get_date_data(day).date_obj
    return moment.date() if moment is not None else None


def day_ago(text: str, seen_from: datetime) -> date | None:
    """The day that "3 hours ago" names, seen from an instant (naive, UTC); null where it is no such line."""
    if len(text) > _MOST_AGO_CHARS or len(_NUMBER.findall(text)) != 1 or not _AGO.search(text):
        return None
    moment = _dateparser(("en", *_languages(text)), seen_from).get_date_data(text).date_obj
    return moment.date() if moment is not None else None


def _languages(text: str) -> tuple[str, ...]:
    script = next((_script(char) for char in text if char.isalpha()), "")
    return _LANGUAGES.get(script, _LATIN)


def _script(char: str) -> str:
    return unicodedata.name(char[0], "").partition(" ")[0]


@lru_cache(maxsize=64)
def _dateparser(languages: tuple[str, ...], base: datetime) -> DateDataParser:
    """The library, with *base* for the present, so that it asks no clock and no zone of the machine."""
    settings = {"RELATIVE_BASE": base, "TIMEZONE": "UTC", "STRICT_PARSING": True, "DATE_ORDER": "DMY"}
    return DateDataParser(languages=list(languages), use_given_order=True, settings=settings)
