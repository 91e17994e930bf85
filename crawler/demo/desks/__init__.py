"""The newsroom's desks: one module each, holding what was written by hand."""

from __future__ import annotations

from crawler.demo.desks import business, culture, local, opinion, science, sport
from crawler.demo.story import Desk

DESKS: tuple[Desk, ...] = (local.DESK, business.DESK, culture.DESK, science.DESK, sport.DESK, opinion.DESK)
