"""`python -m crawler.demo`: serve the demo site until interrupted, and say where."""

from __future__ import annotations

import argparse
import signal
import threading

from crawler.demo.server import serve


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m crawler.demo", description="Serve the demo news site on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 (default) takes any free one")
    parser.add_argument("--day", type=int, choices=(1, 2), default=1, help="which of the site's two days to serve")
    parser.add_argument("--plain", action="store_true", help="article pages without the eight further articles below")
    options = parser.parse_args()
    with serve(options.day, loaded=not options.plain, port=options.port) as server:
        stopped = threading.Event()
        # Set here, since a process that a script starts in the background inherits that SIGINT is ignored.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        print(server.url, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
