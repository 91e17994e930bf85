"""Memory and speed of `pressarc pack`, against a plain zip and py-wacz of the same WARC files: see README.md."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import print_table, verdict
from pipelines.article.jsonl import file_sha256
from pipelines.publish.indexing import write_index
from pipelines.publish.manifest import Manifest, ManifestFile, put_manifest
from pipelines.reasons import Source
from pipelines.store.archive import open_archive
from pipelines.store.keys import index_key, manifest_key, warc_key
from pipelines.store.local import LocalStore
from pipelines.values import Exchange, VisitFacts
from pipelines.warc.record import WarcInfo
from pipelines.warc.rotate import WarcLimits, WarcWriter
from tests.unit.publish.nights import FIRST_NIGHT, SITE, in_this_process, night, pages_of

_RUN = "20261122T030000Z-1a2b3c"
_FILE_BYTES, _BODY_BYTES = 256_000_000, 100_000
_MOST_MB, _LEAST_OF_ZIP = 200.0, 0.5


def build(folder: Path, megabytes: int) -> None:
    """An archive of two runs: a small one of the ordinary kind, and one with so many megabytes of pictures."""
    with in_this_process():
        manifest = night(folder, pages_of("bakery", "quarry"))
    store, at = LocalStore(folder), FIRST_NIGHT + timedelta(days=1)
    open_archive(store, now=at, owner=None)
    keys: list[str] = []
    target = folder / warc_key(SITE, at.date(), _RUN, 0)
    writer = WarcWriter(
        target.parent,
        key_of=lambda serial: warc_key(SITE, at.date(), _RUN, serial),
        info=WarcInfo("pressarc bench", None, None, _RUN),
        limits=WarcLimits(max_bytes=_FILE_BYTES),
        on_sealed=lambda _, key: keys.append(key),
    )
    for number in range(megabytes * 1_000_000 // _BODY_BYTES):
        writer.append(_picture(number), VisitFacts(Source.REQUISITE, f"https://{SITE}/", 1), at)
    writer.seal()
    index = folder / index_key(SITE, _RUN)
    write_index(index, ((key, (folder / key).open("rb")) for key in keys))
    files = [_file(folder, key) for key in (index_key(SITE, _RUN), *keys)]
    head = Manifest.model_validate_json((folder / manifest_key(SITE, 1)).read_bytes())
    previous = {"number": 1, "sha256": file_sha256(folder / manifest_key(SITE, 1))}
    changed = {"number": 2, "run": _RUN, "started_at": at, "ended_at": at, "files": files, "previous": previous}
    assert head == manifest
    put_manifest(store, Manifest.model_validate({**head.model_dump(by_alias=True), **changed}))


def _picture(number: int) -> Exchange:
    body = os.urandom(_BODY_BYTES)  # pictures do not compress
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(body)
    return Exchange(
        url=f"https://{SITE}/pictures/{number}.png",
        started_at=FIRST_NIGHT + timedelta(days=1, seconds=number // 10),
        fetch_ms=20,
        request=b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        response=BytesIO(head + body),
        response_bytes=len(head) + len(body),
        head_bytes=len(head),
        payload_sha256=hashlib.sha256(body).hexdigest(),
        truncated=None,
        peer_address=None,
        tls=None,
    )


def _file(folder: Path, key: str) -> ManifestFile:
    path = folder / key
    return ManifestFile(key=key, bytes=path.stat().st_size, sha256=file_sha256(path), records=None, lines=None)


_PLAIN_ZIP = """
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as container:
    for path in sys.argv[2:]:
        container.write(path)
"""
"""The yardstick: the same files in one zip, without digests and without an index."""


def measured(command: Sequence[str]) -> tuple[float, float]:
    """Seconds of CPU, and peak memory in MB, of a command."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mb", type=int, default=2000)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        archive = Path(name) / "archive"
        build(archive, arguments.mb)
        warcs = sorted(map(str, archive.glob("warc/*/*/*.warc.gz")))
        out = Path(name) / "out"
        ours = (sys.executable, "-m", "crawler.cli", "pack", SITE, "--archive", str(archive), "--out", str(out))
        plain = (sys.executable, "-c", _PLAIN_ZIP, str(out), *warcs)
        py_wacz = (str(Path(sys.executable).with_name("wacz")), "create", "-o", str(out), *warcs)
        figures = {}
        for what, command in {"pressarc pack": ours, "plain zip": plain, "py-wacz create": py_wacz}.items():
            figures[what] = measured(command)
            out.unlink()
        figures["(start alone)"] = measured((*ours[:3], "status", "--archive", str(archive)))
    size = arguments.mb
    rows = [[what, f"{cpu:.1f}", f"{size / cpu:.0f}", f"{peak:.0f}"] for what, (cpu, peak) in figures.items()]
    print_table(f"Pack of {size} MB", ["", "CPU s", "MB/s", "peak MB"], rows)
    (cpu, peak), start_s = figures["pressarc pack"], figures["(start alone)"][0]
    print(f"memory: {verdict(peak, at_most=_MOST_MB)}")
    for other in ("plain zip", "py-wacz create"):
        ratio = figures[other][0] / (cpu - start_s)
        print(f"speed, ours / {other}, the start left out {ratio:.2f}")
    print(f"of a plain zip: {verdict(figures['plain zip'][0] / (cpu - start_s), at_least=_LEAST_OF_ZIP)}")


if __name__ == "__main__":
    main()
