"""Manifests are sealed, and a seal that does not hold is found."""

from __future__ import annotations

import hashlib
import shutil
import stat
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.config import SIGNING_KEY_VARIABLE
from pipelines.errors import ConfigError, SealFailed
from pipelines.publish.sealing import Sealing, seal, write_key
from pipelines.seal.keys import PublicKey, SigningKey
from pipelines.seal.timestamps import roots_from_pem, stamp, stamped_at
from pipelines.store.keys import manifest_key, seal_key
from pipelines.store.local import LocalStore
from pipelines.verify.archive import verify
from pipelines.verify.scope import Scope
from pipelines.verify.seals import Trust
from tests.authority import Authority, running_authority
from tests.damage.museum import Museum
from tests.unit.markdown import FORMAT, blocks
from tests.unit.publish.nights import (
    FIRST_NIGHT,
    SITE,
    capture,
    commit,
    config_for,
    in_this_process,
    night,
    no_progress,
    pages_of,
    start,
    visits,
)

KEY = SigningKey.new()
TRUST = Trust((KEY.public,))


@pytest.fixture
def signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Museum]:
    """Two nights, both signed."""
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, KEY.to_pem())
    archive = tmp_path / "archive"
    with in_this_process():
        night(archive, pages_of("bakery"))
        night(archive, pages_of("quarry"), at=FIRST_NIGHT + timedelta(days=1))
        yield Museum(archive)


def findings(museum: Museum, trust: Trust) -> list[tuple[str, str]]:
    report = verify(LocalStore(museum.folder), Scope((SITE,)), no_progress, trust=trust)
    return [(each.rule, each.where) for each in report.findings]


# ---------------------------------------------------------------- signatures


def test_a_signed_archive_holds_for_whoever_has_the_public_key_and_for_whoever_does_not_ask(signed: Museum) -> None:
    assert findings(signed, TRUST) == []
    assert findings(signed, Trust()) == []
    assert signed.path(seal_key(SITE, 2, "sig")).stat().st_size == 64


def test_another_key_has_signed_nothing(signed: Museum) -> None:
    other = Trust((SigningKey.new().public,))
    assert findings(signed, other) == [("signature", seal_key(SITE, number, "sig")) for number in (1, 2)]


def test_a_chain_whose_key_was_renewed_holds_for_whoever_trusts_both(
    signed: Museum, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = SigningKey.new()
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, renewed.to_pem())
    night(signed.folder, pages_of("tramway"), at=FIRST_NIGHT + timedelta(days=2))
    assert findings(signed, Trust((renewed.public, KEY.public))) == []
    old = [("signature", seal_key(SITE, number, "sig")) for number in (1, 2)]
    assert findings(signed, Trust((renewed.public,))) == old
    assert findings(signed, TRUST) == [("signature", seal_key(SITE, 3, "sig"))]


def test_who_makes_the_whole_chain_anew_cannot_sign_it(signed: Museum) -> None:
    signed.set_right(1, warnings=["nothing to see here"])
    assert findings(signed, Trust()) == []
    assert findings(signed, TRUST) == [("signature", seal_key(SITE, number, "sig")) for number in (1, 2)]


def test_an_older_manifest_needs_no_signature_and_the_newest_does(signed: Museum) -> None:
    signed.remove(seal_key(SITE, 1, "sig"))
    assert findings(signed, TRUST) == []
    signed.remove(seal_key(SITE, 2, "sig"))
    assert findings(signed, TRUST) == [("signature", manifest_key(SITE, 2))]


def test_a_damaged_signature_is_found(signed: Museum) -> None:
    for content in (b"", b"x" * 64, b"x" * 65):
        signed.path(seal_key(SITE, 2, "sig")).write_bytes(content)
        assert findings(signed, TRUST) == [("signature", seal_key(SITE, 2, "sig"))]


def test_sealing_again_changes_nothing_and_another_key_is_refused(signed: Museum) -> None:
    store, key = LocalStore(signed.folder), seal_key(SITE, 2, "sig")
    before = store.read(key)
    seal(store, SITE, 2, Sealing(KEY))
    with pytest.raises(SealFailed, match="another key") as caught:
        seal(store, SITE, 2, Sealing(SigningKey.new()))
    assert (caught.value.where, store.read(key)) == (key, before)


def test_a_run_that_died_between_manifest_and_seal_is_sealed_by_the_next_start(signed: Museum) -> None:
    at = FIRST_NIGHT + timedelta(days=2)
    run = start(config_for(signed.folder), at, suffix=9)
    capture(run, visits(pages_of("tramway"), at=at))
    kept = shutil.copytree(run.folder.path, signed.folder.parent / "kept")
    path = run.folder.path
    commit(run)
    signed.remove(seal_key(SITE, 3, "sig"))
    shutil.copytree(kept, path)
    again = start(config_for(signed.folder), at + timedelta(days=1), suffix=10)
    assert not again.is_resumed
    again.close()
    assert findings(signed, TRUST) == []


def test_a_key_is_read_from_a_file_or_from_the_environment_which_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SIGNING_KEY_VARIABLE, raising=False)
    file = tmp_path / "signing.pem"
    public = write_key(file, KEY)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PublicKey.from_pem(public.read_text(), where="").fingerprint == KEY.public.fingerprint
    with pytest.raises(FileExistsError):
        write_key(file, KEY)
    config = config_for(tmp_path, **{"seal.key_file": str(file)})
    assert Sealing.of(config_for(tmp_path)).key is None
    assert _fingerprint(Sealing.of(config)) == KEY.public.fingerprint
    other = SigningKey.new()
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, other.to_pem())
    assert _fingerprint(Sealing.of(config)) == other.public.fingerprint


def _fingerprint(sealing: Sealing) -> str:
    assert sealing.key is not None
    return sealing.key.public.fingerprint


@pytest.mark.parametrize("content", ["", "no key", KEY.public.to_pem()])
def test_a_key_that_is_none_is_refused_before_anything_is_crawled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.delenv(SIGNING_KEY_VARIABLE, raising=False)
    (tmp_path / "key").write_text(content)
    with pytest.raises(ConfigError, match="keys new") as caught:
        start(config_for(tmp_path / "archive", **{"seal.key_file": str(tmp_path / "key")}), FIRST_NIGHT)
    assert caught.value.where == str(tmp_path / "key")
    with pytest.raises(ConfigError, match="cannot be read"):
        start(config_for(tmp_path / "archive", **{"seal.key_file": str(tmp_path / "nowhere")}), FIRST_NIGHT)
    with pytest.raises(ConfigError, match="public key in PEM"):
        PublicKey.from_pem(KEY.to_pem(), where="x")


# ---------------------------------------------------------------- time-stamps, by an authority made with openssl


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with running_authority(tmp_path_factory.mktemp("authority")) as found:
        yield found


@pytest.mark.servers
def test_a_time_stamp_says_when_and_of_what(authority: Authority) -> None:
    answer = stamp(b"manifest", authority.url)
    roots = roots_from_pem(authority.ca.read_text(), where="")
    digest = "05b0a8d96c5c4e1e5e2c6c1c3a4a5f3f"  # of something else
    at = stamped_at(answer, _sha256(b"manifest"), roots)
    assert abs((at - authority.now()).total_seconds()) < 60
    for content_sha256, trusted in ((digest * 2, roots), (_sha256(b"manifest"), authority.strangers())):
        with pytest.raises(SealFailed, match="does not hold"):
            stamped_at(answer, content_sha256, trusted)
    with pytest.raises(SealFailed, match="no time-stamp"):
        stamped_at(b"rubbish", _sha256(b"manifest"), roots)


@pytest.mark.servers
def test_a_stamped_archive_holds_and_one_that_was_made_anew_does_not(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    museum = Museum(tmp_path / "archive")
    trust = Trust(timestamp_roots=roots_from_pem(authority.ca.read_text(), where=""))
    with in_this_process():
        night(museum.folder, pages_of("bakery"), **{"seal.timestamp_url": authority.url})
        assert findings(museum, trust) == []
        museum.set_right(1, warnings=["nothing to see here"])
        assert findings(museum, trust) == [("timestamp", seal_key(SITE, 1, "tsr"))]
        museum.remove(seal_key(SITE, 1, "tsr"))
        assert findings(museum, trust) == [("timestamp", manifest_key(SITE, 1))]


@pytest.mark.servers
@pytest.mark.parametrize("vice", ["silent", "refuses", "other_bytes", "rubbish"])
def test_an_authority_that_fails_does_not_keep_a_run_from_being_published(
    authority: Authority, tmp_path: Path, vice: str
) -> None:
    with in_this_process():
        run = start(config_for(tmp_path, **{"seal.timestamp_url": f"{authority.url}{vice}"}), FIRST_NIGHT)
        capture(run, visits(pages_of("bakery"), at=FIRST_NIGHT))
        manifest = commit(run)
    assert manifest.number == 1
    (note,) = run.notes
    assert "the manifest was not sealed" in note
    assert authority.url in note
    assert not (tmp_path / seal_key(SITE, 1, "tsr")).exists()


@pytest.mark.servers
def test_seals_hold_for_openssl_by_the_commands_in_the_format(authority: Authority, signed: Museum) -> None:
    seal(LocalStore(signed.folder), SITE, 1, Sealing(KEY, authority.url))
    folder = signed.folder.parent
    for name in ("runs", "seals"):
        for path in (signed.folder / name / f"site={SITE}").glob("00000001.*"):
            shutil.copy(path, folder / path.name.replace("00000001", "00000042"))
    (folder / "public.pem").write_text(KEY.public.to_pem())
    shutil.copy(authority.ca, folder / "ca.pem")
    (script,) = [block for block in blocks(FORMAT, "sh") if "openssl ts" in block]
    done = subprocess.run(
        ["sh", "-eu", "-c", script], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    assert "Signature Verified Successfully" in done.stdout
    assert "Verification: OK" in done.stdout + done.stderr


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
