"""Sealed WARC files go up while the crawl goes on, one after another in a thread of their own.

What goes up early is safe when this machine dies, and is not left to be done at the end. Nothing hangs on it: a file
that did not go up is published with the run, and the store takes the same bytes twice.
"""

from __future__ import annotations

import logging
import queue
import threading
from pathlib import Path

from pipelines.article.jsonl import file_sha256
from pipelines.errors import ArchiveError
from pipelines.store.contract import Store

log = logging.getLogger(__name__)

_PATIENCE_S = 5.0
"""How long whoever abandons a run waits for the file that is going up."""


class RollingUpload:
    """Uploads the files it is given; `finish` or `abandon` ends it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[tuple[Path, str] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_over = threading.Event()
        self._stored: dict[str, str] = {}

    def add(self, path: Path, key: str) -> None:
        """Put the file *path* under *key* soon; returns at once, and never raises."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="rolling upload", daemon=True)
            self._thread.start()
        self._waiting.put((path, key))

    def finish(self) -> dict[str, str]:
        """Wait for what is on its way; key → sha256 of all that the store is known to hold."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None
        return dict(self._stored)

    def abandon(self) -> None:
        """Leave what waits where it is; the file that is going up may still arrive."""
        self._is_over.set()
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(_PATIENCE_S)
            self._thread = None

    def _work(self) -> None:
        while (each := self._waiting.get()) is not None:
            path, key = each
            if self._is_over.is_set():
                continue
            try:
                sha256 = file_sha256(path)
                self._store.put_new(key, path, sha256=sha256)
            except (ArchiveError, OSError) as error:
                # Whatever comes after would wait as long; the publishing tries each again.
                self._is_over.set()
                log.warning("a WARC file could not go up during the crawl", extra={"key": key, "error": str(error)})
            else:
                self._stored[key] = sha256
