"""DuckDB, pandas, Polars and Hugging Face datasets on an archive, by the very lines of docs/data-team.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.archive_view import environment, pressarc
from tests.unit.export.archives import MadeArchive, article, article_id, to_bytes
from tests.unit.markdown import ROOT, blocks

pytestmark = pytest.mark.servers

PAGE = ROOT / "docs/data-team.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose later parts have what was null in all before; one whose ids are all digits; one uncommitted."""
    folder = tmp_path_factory.mktemp("loaders")
    made = MadeArchive(folder / "archive")
    digits = {"id": "1" * 32, "simhash": "1" * 16, "published_at": "2026-11-21"}
    made.night([to_bytes(article(1) | digits)], [to_bytes(article(2, headline="Two\u2028lines"))])
    made.night([to_bytes(article(2, revision=2, event="changed")), to_bytes(article(3, rights={"reserved": True}))])
    made.night([to_bytes(article(3, revision=2, event="removed"))])
    made.night([to_bytes(article(9, site="b.example"))], site="b.example")
    part = next(made.folder.glob("articles/site=a.example/date=2026-11-24/*"))
    (part.parent / part.name.replace("-00000.", "-00001.")).write_bytes(
        next(made.folder.glob("articles/site=b.example/*/*")).read_bytes()
    )
    return folder


def printed(folder: Path, mark: str, *more: str) -> str:
    """What the block of the page with that mark prints, and lines behind it."""
    script = next(block for block in blocks(PAGE, "python") if mark in block)
    variables = {**environment(), "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "POLARS_FMT_MAX_COLS": "20"}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([script, *more])],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_duckdb_reads_all_sites_and_days_with_their_partitions(folder: Path) -> None:
    rows = "print(articles.filter('rights.reserved').fetchall()[0][0], articles.columns[-2:], len(articles))"
    out = printed(folder, "hive_partitioning", rows)
    assert "b.example" in out
    assert out.splitlines()[-1] == f"{article_id(3)} ['date', 'site'] 7"


def test_duckdb_reads_what_manifests_name_and_the_newest_of_it(folder: Path) -> None:
    out = printed(folder, "QUALIFY", "print(sorted(newest.fetchall()))")
    ids = sorted(
        [("1" * 32, 1, "new"), (article_id(2), 2, "changed"), (article_id(3), 2, "removed"), (article_id(9), 1, "new")]
    )
    assert [row[:3] for row in eval(out.splitlines()[-1])] == ids


def test_pandas_takes_no_id_for_a_number_and_no_date_for_another(folder: Path) -> None:
    out = printed(
        folder, "import pandas", "print(list(articles['id'])[0], list(articles['published_at'])[0], articles.shape[0])"
    )
    assert out.splitlines()[-1] == f"{'1' * 32} 2026-11-21 3"


def test_polars_reads_a_field_that_was_null_for_long(folder: Path) -> None:
    reserved = "print(articles.filter(polars.col('rights').struct.field('reserved')).collect()['id'].to_list())"
    out = printed(folder, "import polars", reserved, "print(articles.collect().height)")
    assert out.splitlines()[-2:] == [f"['{article_id(3)}']", "7"]


def test_datasets_read_every_line(folder: Path) -> None:
    out = printed(folder, "load_dataset", "print(len(articles), sorted(articles['id'])[0])")
    assert out.splitlines()[-1] == f"7 {'1' * 32}"


def test_an_export_to_parquet_loads_in_all_of_them(folder: Path) -> None:
    done = pressarc("export", "--format", "parquet", "--latest", "--out", "articles.parquet", cwd=folder)
    assert done.returncode == 0, done.stderr
    script = """
import os
os.environ["HF_HUB_OFFLINE"] = "1"
import duckdb, pandas, polars
from datasets import load_dataset
named = duckdb.sql("SELECT id FROM 'articles.parquet' WHERE provenance.versions[1].key = 'pressarc'")
print(len(named))
print(len(pandas.read_parquet("articles.parquet")))
print(polars.read_parquet("articles.parquet").height)
print(len(load_dataset("parquet", data_files="articles.parquet", split="train", cache_dir="hf")))
"""
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=120, check=True
    )
    assert loaded.stdout.split() == ["3"] * 4
