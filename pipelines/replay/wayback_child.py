"""Runs pywb, and ends with whoever started it. A program of its own: the Python of pywb's environment runs it.

    python wayback_child.py PORT BIND

in the folder that has config.yaml; it serves for as long as its standard input is open.

*Why not `wayback` itself*: it would go on when pressarc is killed, and keep the port.
"""

from __future__ import annotations

import os
import sys


def _end_with_the_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Serve until standard input is closed."""
    from gevent import monkey  # noqa: PLC0415 (pywb's environment has it, ours does not)

    port, bind = sys.argv[1:]
    monkey.patch_all()
    # A thread of the system: one of gevent's would keep all others waiting while it reads.
    monkey.get_original("_thread", "start_new_thread")(_end_with_the_parent, ())
    from pywb.apps.cli import wayback  # noqa: PLC0415

    wayback(["--port", port, "--bind", bind])


if __name__ == "__main__":
    main()
