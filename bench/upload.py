"""Memory and speed of putting a large file into a bucket, against copying it into a folder: see README.md."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import print_table, verdict
from pipelines.article.jsonl import file_sha256
from pipelines.store.open import open_store
from tests.contract.s3_servers import BUCKET, running_rclone

_KEY = "warc/site=example.org/date=2026-11-22/20261122T030000Z-1a2b3c-00000.warc.gz"
_MOST_MB = 200.0


def put(location: str, path: Path, sha256: str) -> None:
    """What the measured process does; it prints its seconds and its peak memory in MB."""
    start = time.monotonic()
    store = open_store(location)
    store.put_new(_KEY, path, sha256=sha256)
    store.close()
    print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def measured(location: str, path: Path, sha256: str) -> tuple[float, float]:
    """Seconds and peak MB of a put in a process of its own."""
    command = (sys.executable, "-m", "bench.upload", "--put", location, str(path), sha256)
    secrets = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "testtest"}
    done = subprocess.run(command, env={**os.environ, **secrets}, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mb", type=int, default=1000)
    parser.add_argument("--put", nargs=3, metavar=("LOCATION", "FILE", "SHA256"))
    arguments = parser.parse_args()
    if arguments.put:
        location, name, sha256 = arguments.put
        put(location, Path(name), sha256)
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        path, served = folder / "large", folder / "served"
        served.mkdir()
        with path.open("wb") as file:
            for _ in range(arguments.mb):
                file.write(os.urandom(1_000_000))
        sha256 = file_sha256(path)
        with running_rclone(served) as (url, _):
            places = {"S3 (rclone)": f"s3://{BUCKET}/bench?endpoint={url}", "folder": str(folder / "archive")}
            figures = {what: measured(place, path, sha256) for what, place in places.items()}
    rows = [
        [what, f"{megabytes:.0f}", verdict(megabytes, at_most=_MOST_MB), f"{arguments.mb / seconds:.0f}"]
        for what, (seconds, megabytes) in figures.items()
    ]
    header = ["", "peak MB", "target", "MB/s, read back and compared"]
    print_table(f"Upload of {arguments.mb} MB", header, rows)


if __name__ == "__main__":
    main()
