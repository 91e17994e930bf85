"""The pages that lead into the replay, and the bytes that pywb asks for, over a real archive and a real socket."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipelines.captures.indexes import run_indexes
from pipelines.errors import ReplayFailed
from pipelines.replay.environment import find_python, install
from pipelines.replay.server import Guide, serving
from pipelines.replay.wayback import running, write_settings
from pipelines.store.local import LocalStore
from tests.ports import free_port
from tests.unit.publish.nights import FIRST_NIGHT, HOME, SITE, in_this_process, night, no_progress, pages_of, url_of


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    folder = tmp_path_factory.mktemp("archive")
    with in_this_process():
        night(folder, pages_of("bakery", "quarry"))
    store = LocalStore(folder)
    return Guide(store, {SITE: list(run_indexes(store, SITE, folder, no_progress)), "empty": []})


@pytest.fixture(scope="module")
def address(guide: Guide) -> Iterator[str]:
    with serving(guide, bind="127.0.0.1", port=0, replay_port=4711) as served:
        yield served


def asked(address: str, path: str, **fields: str) -> tuple[int, bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", path, headers=fields)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_sites_lead_to_days_and_days_to_articles_and_these_to_their_replay(address: str) -> None:
    day = f"{FIRST_NIGHT:%Y-%m-%d}"
    assert f'href="/site/{SITE}/"'.encode() in asked(address, "/")[1]
    assert f'href="/site/{SITE}/{day}/"'.encode() in asked(address, f"/site/{SITE}/")[1]
    page = asked(address, f"/site/{SITE}/{day}/")[1].decode()
    for topic in ("bakery", "quarry"):
        assert f"The {topic} opens its doors again</a>" in page
        assert f"/{url_of(topic)}" in page
    assert 'href="http://127.0.0.1:4711/archive/2026' in page
    assert "http://10.0.0.7:4711/archive/" in asked(address, f"/site/{SITE}/{day}/", Host="10.0.0.7:1")[1].decode()
    assert f"http://127.0.0.1:4711/archive/20261121040000/{HOME}" in asked(address, f"/site/{SITE}/")[1].decode()


@pytest.mark.parametrize(
    "path", ["/site/", "/site/other/", "/site/empty/", f"/site/{SITE}/2026-99-99/", "/records/archive.json", "/x"]
)
def test_what_is_not_there_is_said(address: str, path: str) -> None:
    assert asked(address, path)[0] == 404


def test_records_are_given_by_ranges_and_nothing_else_of_the_archive_is(guide: Guide, address: str) -> None:
    (key,) = guide.records
    whole = guide.store.read(key)
    assert asked(address, f"/records/{key}", Range="bytes=5-14") == (206, whole[5:15])
    assert asked(address, f"/records/{key}", Range=f"bytes=5-{len(whole) + 9}") == (206, whole[5:])
    assert asked(address, f"/records/{key}", Range="bytes=5-") == (206, whole[5:])
    assert asked(address, f"/records/{key}") == (206, whole)
    assert asked(address, f"/records/{key}", Range=f"bytes={len(whole)}-")[0] == 404
    assert asked(address, f"/records/{key}", Range="lines=1-2")[0] == 404
    assert asked(address, "/records/../archive.json")[0] == 404


def test_a_part_that_cannot_be_read_is_said_and_the_server_goes_on(guide: Guide, tmp_path: Path) -> None:
    elsewhere = Guide(LocalStore(tmp_path), guide.runs)
    with serving(elsewhere, bind="127.0.0.1", port=0, replay_port=1) as address:
        status, said = asked(address, f"/site/{SITE}/{FIRST_NIGHT:%Y-%m-%d}/")
        assert (status, b"articles/" in said) == (500, True)
        assert asked(address, "/")[0] == 200


def test_a_port_that_is_taken_is_said(guide: Guide, address: str) -> None:
    port = urlsplit(address).port
    assert port
    with (
        pytest.raises(ReplayFailed, match="choose another with --port"),
        serving(guide, bind="127.0.0.1", port=port, replay_port=1),
    ):
        pass


def test_a_port_for_pages_that_is_taken_is_said_before_anything_is_taken_for_pywb(address: str, tmp_path: Path) -> None:
    port = urlsplit(address).port
    assert port
    with (
        pytest.raises(ReplayFailed, match="pages cannot be shown there"),
        running(tmp_path / "python", tmp_path, bind="127.0.0.1", port=port),
    ):
        pass


def test_without_pywb_the_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ReplayFailed, match="pressarc replay --install"):
        find_python(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ReplayFailed, match=r"replay\.environment"):
        install(tmp_path / "file")


def test_a_program_that_ends_at_once_is_said_with_its_last_words(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho first\necho no such module >&2\nexit 1\n")
    python.chmod(0o755)
    write_settings(tmp_path, [], "http://127.0.0.1:1/records/")
    with (
        pytest.raises(ReplayFailed, match="no such module"),
        running(python, tmp_path, bind="127.0.0.1", port=free_port()),
    ):
        pass
