"""The origin crawled in a process of its own, and what came of it: the archive, the answers, the server's log."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.origin import crawl_vices
from tests.origin.plain_reader import Block, read_blocks
from tests.origin.server import Origin
from tests.origin.vice import Vice

ROOT = Path(__file__).parents[2]


@dataclass(repr=False)
class Crawl:
    """What one crawl left, and what the origins saw of it."""

    folder: Path
    origins: dict[str, Origin]
    """By the name of the vice."""
    answers: dict[str, dict]
    close_reason: str
    log: str

    @property
    def warc(self) -> Path:
        (path,) = self.folder.glob("*.warc.gz")
        return path

    @cached_property
    def blocks(self) -> list[Block]:
        return read_blocks(self.warc)

    @cached_property
    def _by_target(self) -> dict[str | None, list[Block]]:
        by_target = defaultdict(list)
        for block in self.blocks:
            by_target[block.get("WARC-Target-URI")].append(block)
        return by_target

    def url(self, vice: Vice) -> str:
        return self.origins[vice.name].url + vice.path

    def records(self, vice: Vice, record_type: str) -> list[Block]:
        return [block for block in self._by_target[self.url(vice)] if block.get("WARC-Type") == record_type]

    def record(self, vice: Vice, record_type: str) -> Block:
        (record,) = self.records(vice, record_type)
        return record


class Crawling:
    """A crawl that has begun; several may go on at once."""

    def __init__(
        self,
        folder: Path,
        *origins: Origin,
        fail_after: int | None = None,
        trusted: Path | None = None,
        **settings: object,
    ) -> None:
        self._folder = folder
        self._origins = {vice.name: origin for origin in origins for vice in origin.vices}
        requests = [
            {"name": vice.name, "url": origin.url + vice.path, "method": vice.method}
            for origin in origins
            for vice in origin.vices
        ]
        plan = folder / "plan.json"
        plan.write_text(json.dumps({"requests": requests, "settings": settings, "fail_after": fail_after}))
        environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
        if trusted is not None:
            environment["SSL_CERT_FILE"] = str(trusted)
        self._process = subprocess.Popen(
            [sys.executable, crawl_vices.__file__, str(plan), str(folder)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, timeout_s: float = 90) -> Crawl:
        """Wait for its end."""
        try:
            _, log = self._process.communicate(timeout=timeout_s)
        finally:
            self._process.kill()
            self._process.wait()
        assert self._process.returncode == 0, log
        done = json.loads((self._folder / "answers.json").read_text())
        return Crawl(self._folder, self._origins, done["answers"], done["close_reason"], log)
