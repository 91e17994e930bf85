from __future__ import annotations

import pytest
from scrapy.core.downloader.handlers.http11 import _ScrapyAgent

from crawler.capture.tap import check_versions
from pipelines.errors import ConfigError


def test_the_installed_versions_can_be_recorded() -> None:
    check_versions()


def test_a_version_without_a_name_the_tap_needs_is_refused_with_the_versions_that_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(_ScrapyAgent, "_get_agent")
    with pytest.raises(ConfigError, match=r"_ScrapyAgent has no _get_agent.*Scrapy 2\.19 and Twisted 26\.10"):
        check_versions()
