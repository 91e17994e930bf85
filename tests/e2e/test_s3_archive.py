"""An archive in a bucket: the same crawl, status and verify, against a real S3 server."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crawler.demo import serve, truth
from tests.contract.s3_servers import BUCKET, running_rclone
from tests.e2e.archive_view import PRESSARC, environment, lines
from tests.e2e.test_demo_site import assert_equals_truth
from tests.ports import free_port

pytestmark = pytest.mark.servers

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "testtest", "AWS_EC2_METADATA_DISABLED": "true"}


def pressarc(*arguments: str, cwd: Path, secret: str | None = None) -> subprocess.CompletedProcess[str]:
    variables = {**environment(), **CREDENTIALS, **({"AWS_SECRET_ACCESS_KEY": secret} if secret else {})}
    command = [*PRESSARC, *arguments]
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=300, check=False)


def test_a_crawl_into_a_bucket_is_the_same_archive(tmp_path: Path) -> None:
    root = tmp_path / "server"
    root.mkdir()
    with running_rclone(root) as (endpoint, _), serve(loaded=False) as server:
        archive = f"s3://{BUCKET}/night?endpoint={endpoint}"
        options = ("--allow-private", "--delay", "0", "--set", "site.name=demo", "--archive", archive)
        options += ("--set", "crawl.requisites=none", "--set", "store.single_writer=true")
        done = pressarc("crawl", server.url, *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        # What is in the bucket is looked at behind the server's back, as the folder that it keeps it in.
        assert_equals_truth(lines(root / BUCKET / "night", "articles", "demo"), truth(1, server.url))
        status = json.loads(pressarc("status", "--archive", archive, "--json", cwd=tmp_path).stdout)
        assert status["sites"][0]["new"] == 120
        verified = pressarc("verify", "--archive", archive, cwd=tmp_path)
        assert verified.returncode == 0, verified.stdout
        dump = f"s3://{BUCKET}/dumps/night.parquet?endpoint={endpoint}"
        export = ("export", "--archive", archive, "--format", "parquet", "--out", dump)
        exported = pressarc(*export, cwd=tmp_path)
        assert exported.returncode == 0, exported.stderr
        assert pq.read_table(root / BUCKET / "dumps/night.parquet").num_rows == 120
        assert json.loads((root / BUCKET / "dumps/night.parquet.export.json").read_bytes())["lines"] == 120
        assert "no export is overwritten" in pressarc(*export, cwd=tmp_path).stderr
        article = truth(1, server.url)[0]
        delta = ("export", "--archive", archive, "--out", "delta.jsonl")
        state = f"s3://{BUCKET}/dumps/night.parquet.export.json?endpoint={endpoint}"
        assert ": 0 lines" in pressarc(*delta, "--since-manifest", state, cwd=tmp_path).stdout
        pack_to = ("--out", f"s3://{BUCKET}/packs/part.wacz?endpoint={endpoint}")
        packed = pressarc("pack", article.url, "--archive", archive, *pack_to, cwd=tmp_path)
        assert packed.returncode == 0, packed.stderr
        with zipfile.ZipFile(root / BUCKET / "packs/part.wacz") as pack:
            assert article.headline in pack.read("pages/pages.jsonl").decode()
        warc = next((root / BUCKET / "night").glob("warc/site=demo/*/*.warc.gz"))
        raw = bytearray(warc.read_bytes())
        raw[5000] ^= 1
        warc.write_bytes(raw)
        damaged = pressarc("verify", "--archive", archive, "--json", cwd=tmp_path)
        assert damaged.returncode == 1
        assert "file_digest" in {finding["rule"] for finding in json.loads(damaged.stdout)["findings"]}


def test_a_night_without_the_bucket_is_complete_here_and_published_once_it_answers(tmp_path: Path) -> None:
    root = tmp_path / "server"
    root.mkdir()
    port = free_port()
    archive = f"s3://{BUCKET}/night?endpoint=http://127.0.0.1:{port}"
    options = ("--archive", archive, "--set", "store.single_writer=true", "--set", "store.patience_s=1")
    crawl = ("--allow-private", "--delay", "0", "--set", "site.name=demo", "--set", "crawl.requisites=none")
    with serve(loaded=False) as server:
        done = pressarc("crawl", server.url, *crawl, *options, cwd=tmp_path)
    assert done.returncode == 1
    assert "it is complete in" in done.stderr
    assert "`pressarc publish`" in done.stderr
    away = pressarc("publish", *options, cwd=tmp_path)
    assert (away.returncode, "stays in the work folder" in away.stdout) == (1, True)
    with running_rclone(root, port):
        published = pressarc("publish", *options, "--json", cwd=tmp_path)
        assert published.returncode in (0, 3), published.stdout
        assert [row["manifest"] for row in json.loads(published.stdout)] == [1]
        verified = pressarc("verify", "--archive", archive, cwd=tmp_path)
        assert verified.returncode == 0, verified.stdout
        assert_equals_truth(lines(root / BUCKET / "night", "articles", "demo"), truth(1, server.url))


def test_a_bucket_that_is_not_there_and_a_wrong_key_are_said_in_one_sentence(tmp_path: Path) -> None:
    root = tmp_path / "server"
    root.mkdir()
    with running_rclone(root) as (endpoint, _):
        missing = pressarc("status", "--archive", f"s3://nowhere/night?endpoint={endpoint}", cwd=tmp_path)
        wrong = pressarc("status", "--archive", f"s3://{BUCKET}/night?endpoint={endpoint}", cwd=tmp_path, secret="no")
    for done in (missing, wrong):
        assert done.returncode in (1, 2)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "nowhere" in missing.stderr
    assert "credential" in wrong.stderr.lower() or "denied" in wrong.stderr.lower()
