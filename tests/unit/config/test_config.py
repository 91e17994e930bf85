"""Configuration: four layers, and errors that name the file, the key, and the nearest option."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from pipelines.article.jsonl import canonical_json
from pipelines.config import load_config, to_toml
from pipelines.errors import ConfigError
from pipelines.options import Config, options

URL = "https://www.news.example.org/"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_url_is_a_whole_configuration() -> None:
    config = load_config(URL)
    assert (config.site.url, config.site.name) == (URL, "news.example.org")
    assert config.model_copy(update={"site": Config().site}) == Config()


def test_later_layers_win() -> None:
    write("pressarc.toml", "[crawl]\ndelay_s = 2\nretries = 1\nmax_pages = 10\ntimeout_s = 9\n")
    write("sites/paper.toml", f'url = "{URL}"\n[crawl]\nretries = 3\nmax_pages = 20\ntimeout_s = 8\n')
    config = load_config("paper", overrides=["crawl.max_pages=30", "crawl.timeout_s=7"], flags={"crawl.timeout_s": 6.0})
    crawl = config.crawl
    assert (crawl.delay_s, crawl.retries, crawl.max_pages, crawl.timeout_s) == (2, 3, 30, 6)
    assert config.site.name == "paper"


def test_a_flag_that_is_not_given_changes_nothing() -> None:
    assert load_config(URL, flags={"crawl.max_pages": None}).crawl.max_pages == Config().crawl.max_pages


def test_a_site_file_may_stand_anywhere_and_say_its_name() -> None:
    path = write("elsewhere/x.toml", f'name = "daily"\nurl = "{URL}"\n')
    assert load_config(str(path)).site.name == "daily"
    path = write("elsewhere/y.toml", f'[site]\nurl = "{URL}"\n')
    assert load_config(str(path)).site.name == "news.example.org"


def test_sites_are_looked_for_beside_the_configuration_file() -> None:
    config_file = write("etc/pressarc.toml", "")
    write("etc/sites/paper.toml", f'url = "{URL}"\n')
    assert load_config("paper", config_file=config_file).site.url == URL


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("crawl.contact=desk@example.org", "desk@example.org"),
        ("crawl.contact=https://example.org/about?a=b", "https://example.org/about?a=b"),
        ('crawl.contact="a b"', "a b"),
        ("crawl.contact=", ""),
    ],
)
def test_an_override_is_toml_or_a_bare_word(text: str, value: str) -> None:
    assert load_config(URL, overrides=[text]).crawl.contact == value


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[crawl]\ndelay = 2\n", ["`crawl.delay`", "`crawl.delay_s`"]),
        ("[crawl]\nmax_page = 2\n", ["`crawl.max_page`", "`crawl.max_pages`"]),
        ("[crwal]\n", ["`crwal`", "`crawl`"]),
        ("max_pages = 3\n", ["`max_pages`", "`crawl.max_pages`"]),
        ("[crawl]\ndelay_s = -1\n", ["`crawl.delay_s` = -1", "greater than or equal to 0"]),
        ("[crawl]\ndelay_s = inf\n", ["`crawl.delay_s`"]),
        ("[capture]\nwarc_max_age_s = inf\n", ["`capture.warc_max_age_s`", "finite"]),
        ("[capture]\nwarc_max_age_s = nan\n", ["`capture.warc_max_age_s`"]),
        ('[crawl]\nmax_pages = "many"\n', ["`crawl.max_pages` = 'many'", "integer"]),
        ('[crawl]\nonly_between = "at night"\n', ["`crawl.only_between` = 'at night'", "hours of the day like 22:00-"]),
        ('[crawl]\nonly_between = "22:00-25:00"\n', ["expected hours"]),
        ('[crawl]\nonly_between = "06:00-06:00"\n', ["expected hours"]),
        ('[crawl]\ntime_zone = "Europe/Berlim"\n', ["there is no such time zone", "`Europe/Berlin`"]),
        ('[crawl]\ntime_zone = "../etc"\n', ["there is no such time zone"]),
        ('[crawl]\ntime_zone = ""\n', ["there is no such time zone"]),
        ("crawl = 3\n", ["`crawl` = 3"]),
        ("[crawl\n", ["not valid TOML"]),
    ],
)
def test_a_wrong_file_is_named_with_its_key_and_the_nearest(toml: str, words: list[str]) -> None:
    write("pressarc.toml", toml)
    with pytest.raises(ConfigError) as caught:
        load_config(URL)
    assert caught.value.where == "pressarc.toml"
    assert [word for word in words if word not in caught.value.message] == []


@pytest.mark.parametrize(
    "toml",
    ['site = "paper"\nurl = "https://e.org/"\n', "site = 3\n", f'[[site]]\nurl = "{URL}"\n', "urls = 3\n", "url = 3\n"],
)
def test_a_wrong_site_file_is_named(toml: str) -> None:
    path = write("sites/paper.toml", toml)
    with pytest.raises(ConfigError) as caught:
        load_config("paper")
    assert caught.value.where == str(path)


@pytest.mark.parametrize("text", ["crawl.delay_s", "delay_s=2", "=", ""])
def test_an_override_without_a_key_or_a_value_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"section[.]key=value") as caught:
        load_config(URL, overrides=[text])
    assert caught.value.where == f"--set {text}"


def test_an_override_of_no_option_is_named() -> None:
    with pytest.raises(ConfigError, match=r"`crawl\.delay_s`") as caught:
        load_config(URL, overrides=["crawl.dely_s=2"])
    assert caught.value.where == "--set crawl.dely_s=2"


def test_a_site_that_is_not_there_is_named_with_the_nearest() -> None:
    write("sites/guardian.toml", f'url = "{URL}"\n')
    with pytest.raises(ConfigError, match="the nearest is `guardian`"):
        load_config("gaurdian")


def test_files_that_cannot_be_read_are_named() -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_config(URL, config_file=Path("none.toml"))
    Path("pressarc.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"pressarc\.toml"):
        load_config(URL)


@pytest.mark.parametrize(
    "site", ["ftp://e.org/", "https://", "https:///path", "://", "http://[::1", "https://e.org:x/"]
)
def test_a_url_that_is_no_web_address_is_named(site: str) -> None:
    with pytest.raises(ConfigError, match=r"write it like https://example[.]org/"):
        load_config(site)


def test_without_a_site_there_is_no_name() -> None:
    assert load_config().site.name == ""


def test_the_user_agent_says_how_to_reach_whoever_runs_it() -> None:
    assert load_config(URL).user_agent.startswith("pressarc/")
    assert "; desk@example.org)" in load_config(URL, overrides=["crawl.contact=desk@example.org"]).user_agent


def test_the_printed_configuration_is_the_configuration() -> None:
    config = load_config(
        URL, overrides=["crawl.delay_s=2.5", 'archive.owner="Bücherei \\"am Markt\\""', "crawl.allow_private=true"]
    )
    text = to_toml(config)
    assert Config.model_validate(tomllib.loads(text)) == config
    for name, model in options():
        assert f"[{name}]" in text
        for key, info in model.model_fields.items():
            assert f"# {info.description}\n" in text
            assert f"{key} =" in text


def test_every_option_has_its_meaning_and_its_unit_in_its_name() -> None:
    for _, model in options():
        for key, info in model.model_fields.items():
            assert info.description
            assert ("Seconds" in info.description) == key.endswith("_s"), key


def test_a_configuration_survives_json() -> None:
    config = load_config(URL)
    assert Config.model_validate_json(config.model_dump_json()) == config
    assert json.loads(canonical_json(config.model_dump(mode="json"))) == config.model_dump(mode="json")
