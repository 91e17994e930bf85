"""`python -m crawler.demo`: serve the demo site until interrupted, and say where."""

from __future__ import annotations

import argparse
import signal
import threading
from contextlib import AbstractContextManager

from crawler.demo.server import DemoServer, serve
from crawler.demo.vices.table import VICES


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m crawler.demo",
        description="Serve the demo news site on loopback.",
        epilog="vices:\n" + "\n".join(f"  {vice.name:20} {vice.meaning}" for vice in VICES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 (default) takes any free one")
    parser.add_argument("--day", type=int, default=1, help="which day to serve; without --size there are two")
    parser.add_argument("--size", type=int, help="articles on day 1; the 120 written by hand unless given")
    parser.add_argument("--vice", action="append", default=[], metavar="NAME", help="a vice; may be given repeatedly")
    parser.add_argument("--plain", action="store_true", help="article pages without the eight further articles below")
    options = parser.parse_args()
    loaded = False if options.plain else None
    try:
        _serve(serve(options.day, loaded=loaded, port=options.port, size=options.size, vices=options.vice))
    except ValueError as error:
        parser.error(str(error))


def _serve(site: AbstractContextManager[DemoServer]) -> None:
    with site as server:
        stopped = threading.Event()
        # Set here, since a process that a script starts in the background inherits that SIGINT is ignored.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        print(server.url, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
