"""`pressarc sites` and what `pressarc nightly` says before it does anything, as a person types them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.cli import app
from pipelines.errors import ConfigError
from pipelines.publish.work import held
from pipelines.store.archive import open_archive
from pipelines.store.local import LocalStore

GOOD = """# Ours since 2026.
url = "https://news.example.org/"  # the home page

[crawl]
# delay_s = 1.0
max_pages = 50
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/news.example.org.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_check_says_one_sentence_for_each_file_that_is_wrong_and_ends_with_2(folder: Path) -> None:
    wrong = {
        "option": 'url = "https://a.example/"\n[crawl]\ndelay = 2\n',
        "toml": "url = \n",
        "address": 'url = "a.example"\n',
        "empty": "",
        "twice": 'url = "https://news.example.org/"\nname = "news.example.org"\n',
        "name": 'url = "https://b.example/"\nname = "B Example"\n',
    }
    for name, text in wrong.items():
        (folder / f"sites/{name}.toml").write_text(text, encoding="utf-8")
    done = run("sites", "check")
    said = done.stderr.splitlines()
    assert done.exit_code == 2
    assert len(said) == len(wrong)
    assert [line for line in said if not any(line.startswith(f"sites/{name}.toml: ") for name in wrong)] == []
    assert "the nearest is `crawl.delay_s`" in done.stderr
    assert json.loads(run("sites", "check", "news.example.org", "--json").stdout)[0]["error"] is None


def test_check_of_files_that_are_right_ends_well(folder: Path) -> None:
    done = run("sites", "check")
    assert (done.exit_code, done.stdout) == (0, "1 site file is right.\n")


def test_a_site_is_switched_off_and_on_and_its_file_stays_a_persons(folder: Path) -> None:
    path = folder / "sites/news.example.org.toml"
    path.chmod(0o640)
    assert run("sites", "disable", "news.example.org").exit_code == 0
    assert path.read_text(encoding="utf-8") == f"{GOOD}\n[nightly]\nenabled = false\n"
    assert path.stat().st_mode & 0o777 == 0o640
    (listed,) = json.loads(run("sites", "list", "--json").stdout)
    assert (listed["enabled"], listed["due"]) == (False, None)
    assert run("sites", "enable", "news.example.org").exit_code == 0
    assert path.read_text(encoding="utf-8") == f"{GOOD}\n[nightly]\nenabled = true\n"
    assert "already" in run("sites", "enable", "news.example.org").stdout


def test_where_one_of_the_named_sites_is_not_there_none_is_switched(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no sites/other\.toml; there are news\.example\.org"):
        run("sites", "disable", "news.example.org", "other")
    assert (folder / "sites/news.example.org.toml").read_text(encoding="utf-8") == GOOD


def test_sites_alone_lists_them_and_one_that_was_never_crawled_is_due_now() -> None:
    done = run("sites")
    assert done.stdout == "site=news.example.org  enabled=yes  due=now  last_run=-  state=never\n"


def test_sites_alone_takes_the_options_of_list_and_leaves_those_of_a_command_to_it(folder: Path) -> None:
    (folder / "pressarc.toml").touch()
    assert json.loads(run("sites", "--config", "pressarc.toml", "--json").stdout)[0]["state"] == "never"
    with pytest.raises(ConfigError, match="after the command: pressarc sites check"):
        run("sites", "--json", "check")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(folder: Path) -> None:
    (folder / "sites/broken.toml").write_text("url = \n", encoding="utf-8")
    done = run("nightly", "--dry-run")
    assert done.exit_code == 1  # as the night would end, for what is wrong already
    assert "news.example.org: crawl: has no run yet" in done.stdout
    assert "broken: none: sites/broken.toml: this is not valid TOML" in done.stdout
    assert not (folder / "archive").exists()
    (folder / "sites/broken.toml").unlink()
    assert run("nightly", "--dry-run").exit_code == 0


def test_a_night_of_which_nothing_is_due_ends_well_and_says_why(folder: Path) -> None:
    run("sites", "disable", "news.example.org")
    done = run("nightly")
    assert (done.exit_code, done.stdout) == (0, "news.example.org: skipped: it is disabled (nightly.enabled)\n")


def test_a_second_start_says_that_a_night_is_under_way_and_ends_well(folder: Path) -> None:
    with held(folder / "archive/.work/nightly.lock"):
        done = run("nightly")
    assert done.exit_code == 0
    assert "Another night is under way" in done.stdout


def test_without_site_files_the_next_step_is_named(folder: Path) -> None:
    (folder / "sites/news.example.org.toml").unlink()
    assert "pressarc add URL" in run("nightly").stdout
    assert "pressarc add URL" in run("sites").stdout


def test_a_damaged_manifest_fails_its_site_and_no_other(folder: Path) -> None:
    (folder / "sites/other.example.toml").write_text('url = "https://other.example/"\n', encoding="utf-8")
    open_archive(LocalStore(folder / "archive"), now=datetime(2026, 11, 22, tzinfo=UTC), owner=None)
    damaged = folder / "archive/runs/site=news.example.org/00000001.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{}", encoding="utf-8")
    plan = {row["site"]: row for row in json.loads(run("nightly", "--dry-run", "--json").stdout)}
    assert (plan["news.example.org"]["action"], plan["other.example"]["action"]) == ("none", "crawl")
    assert "00000001.json" in plan["news.example.org"]["why"]
    assert [row["state"] for row in json.loads(run("sites", "list", "--json").stdout)] == ["unknown", "never"]
