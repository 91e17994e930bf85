"""`pressarc replay` as a person runs it."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.archive_view import PRESSARC, environment
from tests.ports import free_port


@dataclass(frozen=True)
class Replay:
    port: int
    process: subprocess.Popen[str]

    @property
    def start(self) -> str:
        """Address of the start page."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def hosts(self) -> set[str]:
        """Where a browser may ask for anything."""
        return {f"127.0.0.1:{self.port}", f"127.0.0.1:{self.port + 1}"}

    def url(self, timestamp: str, url: str) -> str:
        """Address of a page as it was; `mp_` behind the time leaves pywb's frame out."""
        return f"http://127.0.0.1:{self.port + 1}/archive/{timestamp}/{url}"


@contextmanager
def replay(archive: str, pywb: Path, cwd: Path, **more: str) -> Iterator[Replay]:
    """Show the archive while the block runs, and end it as Ctrl-C does.

    Args:
        archive: Where it is.
        pywb: The environment of pywb.
        cwd: Where the command runs.
        more: Further environment variables.
    """
    port = free_port(in_a_row=2)
    command = [*PRESSARC, "replay", "--archive", archive, "--port", str(port), "--set", f"replay.environment={pywb}"]
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**environment(), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            said = process.stdout.readline()
            assert re.search(rf"http://127\.0\.0\.1:{port}/", said), said + process.stderr.read()
            yield Replay(port, process)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0, process.stderr.read()
        finally:
            process.kill()
