"""Articles that one core exports a second, to Parquet and the rest, and the memory that takes: see README.md."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import print_table, verdict
from tests.unit.export.archives import MadeArchive, article, to_bytes

_WANTED_S = 10_000
_WANTED_MB = 500
_A_PART = 5_000
_WORDS = 450
"""Of an article, in twelve paragraphs."""

_YARDSTICK = """
import glob, gzip, io, resource, sys, time
import pyarrow as pa, pyarrow.json as pj, pyarrow.parquet as pq
start = time.process_time()
pa.set_cpu_count(1); pa.set_io_thread_count(1)
written = None
for path in sorted(glob.glob(sys.argv[1] + "/articles/*/*/*.jsonl.gz")):
    with gzip.open(path) as file:
        table = pj.read_json(io.BytesIO(file.read()), pj.ReadOptions(use_threads=False, block_size=16 << 20))
    written = written or pq.ParquetWriter(sys.argv[2], table.schema, compression="zstd")
    written.write_table(table)
written.close()
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
"""pyarrow alone, as whoever does not know pressarc would use it: types inferred, a part at a time, on one thread."""

_EXPORT = """
import resource, sys, time
from pipelines.export.export import export
from pipelines.export.place import Place
from pipelines.export.selection import Selection
from pipelines.store.open import open_store
start = time.process_time()
place = Place.of(sys.argv[2], endpoint=None, region=None)
selection = Selection(("a.example",), latest=sys.argv[4] == "latest")
export(open_store(sys.argv[1]), selection, sys.argv[3], place, lambda *_: None)
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def lines(count: int) -> Iterator[bytes]:
    """So many article lines of made-up words, about 9 kB each."""
    chance = random.Random(2026)  # noqa: S311 (text, not secrets)
    letters = "etaoinshrdlucmfwyp"
    words = [
        "".join(chance.choices(letters, range(len(letters), 0, -1), k=chance.randint(2, 9))) for _ in range(20_000)
    ]
    paragraphs = [" ".join(chance.choices(words, k=_WORDS // 12)).capitalize() + "." for _ in range(20_000)]
    for number in range(count):
        texts = chance.choices(paragraphs, k=12)
        path = "/html/body/div[3]/main/article/div[2]/p"
        yield to_bytes(
            article(
                number,
                text="\n\n".join(texts),
                blocks=[
                    {"kind": "paragraph", "text": text, "path": f"{path}[{place}]"}
                    for place, text in enumerate(texts, 1)
                ],
                links=[{"url": f"https://a.example/{number + each}", "text": "more of it"} for each in range(3)],
                keywords=["harbour", "ferry", "storm"],
                authors=["Ada Writer"],
            )
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=100_000)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        made, stream = MadeArchive(folder / "archive"), lines(arguments.articles)
        for _ in range(0, arguments.articles, _A_PART):
            made.night(islice(stream, _A_PART))
        size = sum(path.stat().st_size for path in made.folder.glob("articles/*/*/*"))
        rows = [_row("pyarrow alone, to Parquet", arguments.articles, _measured(_YARDSTICK, made.folder, folder / "y"))]
        for format_, which in (("parquet", "all"), ("parquet", "latest"), ("jsonl", "all"), ("csv", "all")):
            told = _measured(_EXPORT, made.folder, folder / f"{which}.{format_}", format_, which)
            rows.append(_row(f"export --format {format_}{' --latest' * (which == 'latest')}", arguments.articles, told))
        print_table(
            f"Export of {arguments.articles} articles, {size / 1e6:.0f} MB of parts, one core",
            ["", "articles/s of CPU time", "target", "MB of memory", "target "],
            rows,
        )


def _measured(program: str, *words: object) -> tuple[float, float]:
    command = [sys.executable, "-c", program, *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=1200)
    cpu_s, peak_mb = map(float, done.stdout.split())
    return cpu_s, peak_mb


def _row(what: str, count: int, measured: tuple[float, float]) -> list[str]:
    cpu_s, peak_mb = measured
    is_target = what.endswith("parquet")
    speed = verdict(count / cpu_s, at_least=_WANTED_S) if is_target else ""
    memory = verdict(peak_mb, at_most=_WANTED_MB) if what.startswith("export") else ""
    return [what, f"{count / cpu_s:.0f}", speed, f"{peak_mb:.0f}", memory]


if __name__ == "__main__":
    main()
