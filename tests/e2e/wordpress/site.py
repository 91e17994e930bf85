"""A real WordPress as a test site: Debian's packages, a folder of its own, a free port of 127.0.0.1.

What goes in is a folder, empty or one that this module filled before; what comes out is a running site whose every
article is known. The first start installs and fills it, later starts take it as it was, under the same URL. Nothing
of the machine's own services is touched, and no process outlives the `with` block.

By hand: `python -m tests.e2e.wordpress.site FOLDER [PORT]`, and Ctrl-C to end it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.e2e.wordpress.seeding import make_site
from tests.e2e.wordpress.servers import (
    WordPressUnavailable,
    create_database,
    program,
    running_database,
    running_web,
)
from tests.e2e.wordpress.truth import Truth, load, save
from tests.ports import free_port

CLASSIC_THEME: Final = "twentytwentyone"
BLOCK_THEME: Final = "twentytwentythree"

_ANSWER_LIMIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class WordPressSite:
    """A site that is running now."""

    url: str
    """The home page, ending in a slash."""
    truth: Truth
    folder: Path

    @property
    def access_log(self) -> Path:
        """Every request the site has seen, in nginx's combined format."""
        return self.folder / "log" / "access.log"


@contextmanager
def running_wordpress(folder: Path, *, port: int | None = None, theme: str = CLASSIC_THEME) -> Iterator[WordPressSite]:
    """Run the test site until the block ends.

    Args:
        folder: Where everything of the site lies; made if missing.
        port: Of 127.0.0.1; by default a free one. It and the theme count only at the first start in a folder.
        theme: One of Debian's; `BLOCK_THEME` builds its pages from blocks, without the classic's template.

    Raises:
        WordPressUnavailable: A program is missing, the folder is somebody else's, or a server does not come up.
    """
    folder = folder.resolve()
    record = folder / "truth.json"
    is_new = not record.exists()
    if is_new and folder.exists() and any(folder.iterdir()):
        raise WordPressUnavailable(f"{folder} is not empty and holds no finished test site; give another folder")
    for part in ("log", "run"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_new:
        create_database(folder)
    with running_database(folder):
        if is_new:
            _create_schema(folder)
            save(make_site(folder, f"http://127.0.0.1:{port or free_port()}", theme), record)
        truth = load(record)
        with running_web(folder, urlsplit(truth.url).port or 80):
            _await_answer(truth.url, folder)
            yield WordPressSite(url=truth.url, truth=truth, folder=folder)


def _create_schema(folder: Path) -> None:
    command = [program("mariadb"), "--no-defaults", f"--socket={folder / 'run' / 'database.sock'}", "--user=root"]
    subprocess.run([*command, "--execute=CREATE DATABASE wordpress"], check=True, timeout=30)


def _await_answer(url: str, folder: Path) -> None:
    deadline = time.monotonic() + _ANSWER_LIMIT_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(f"{url}wp-json/", timeout=_ANSWER_LIMIT_S):
                return
        except urllib.error.HTTPError as error:
            raise WordPressUnavailable(f"WordPress answers {error.code}; see {folder / 'log' / 'php.log'}") from error
        except OSError as error:
            if time.monotonic() > deadline:
                raise WordPressUnavailable(f"nothing answers under {url}; see {folder / 'log'}") from error
        time.sleep(0.05)


def main(arguments: list[str]) -> int:
    """Run the site in FOLDER until interrupted."""
    if len(arguments) not in (1, 2) or not all(port.isdecimal() for port in arguments[1:]):
        print("usage: python -m tests.e2e.wordpress.site FOLDER [PORT]", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        # Set also for SIGINT: a shell starts background commands with it ignored.
        signal.signal(number, signal.default_int_handler)
    try:
        with running_wordpress(Path(arguments[0]), port=int(arguments[1]) if arguments[1:] else None) as site:
            print(f"{site.url} holds {len(site.truth.posts)} articles; Ctrl-C ends it.", flush=True)
            while True:
                time.sleep(3600)
    except WordPressUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
