"""`pressarc replay`: the archive in a browser."""

from __future__ import annotations

import signal
import threading
import webbrowser
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.options import ArchiveOption, ConfigOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ReplayFailed
from pipelines.publish.work import work_folder
from pipelines.replay.environment import default_environment, find_python, install
from pipelines.replay.run import replaying

_LOOK_AGAIN_S = 0.5


def replay(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to show; all of them by default.")] = None,
    port: Annotated[
        int, typer.Option(help="Port of the start page; pages are shown at the next one.", min=1, max=65534)
    ] = 8080,
    bind: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all, as in a container.")] = "127.0.0.1",
    open_: Annotated[bool, typer.Option("--open", help="Open the start page in a browser.")] = False,
    install_: Annotated[
        bool, typer.Option("--install", help="Install pywb in an environment of its own, and do nothing else.")
    ] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Show archived pages in a browser as they were, through pywb, until Ctrl-C.

    ```sh
    pressarc replay --install
    pressarc replay --open
    pressarc replay example.org --archive s3://bucket/prefix --port 9000
    ```

    The start page lists sites, days and articles, each with a link to its page as it was captured; pywb shows pages at
    the port after it, as `http://127.0.0.1:8081/archive/20261122030000/https://example.org/`: the capture nearest to
    that time. Pictures and styles come from the archive, too, and from nowhere else. A page of which a night only
    learnt that it had not changed is shown as it had been.

    pywb is used where it is installed beside pressarc (`pip install 'pressarc[replay]'`), and else in an environment of
    its own, because it needs older versions of some libraries: `--install` makes that, once. The sites' indexes are put
    together in the archive's work folder before the first page is shown. Everything ends with the command.
    """
    loaded = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    named = loaded.replay.environment
    environment = default_environment() if named is None else Path(named).expanduser()
    if install_:
        install(environment)
        print(f"pywb is installed in {environment}.")
        return
    python = find_python(environment)
    store = archive_of(loaded)
    shown = named_sites(store, sites)
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with (
            progress_bar() as watcher,
            replaying(store, shown, work_folder(loaded) / ".replay", python, watcher, bind=bind, port=port) as running,
        ):
            print(f"The archive is shown at {running.address}/ - Ctrl-C ends it.", flush=True)
            if open_:
                webbrowser.open(f"{running.address}/")
            while not stop.wait(_LOOK_AGAIN_S):
                if running.pywb.poll() is not None:
                    raise ReplayFailed("pywb ended; its log says why", where=str(work_folder(loaded) / ".replay"))
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
