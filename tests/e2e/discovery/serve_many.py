"""`python -m tests.e2e.discovery.serve_many COUNT SIZE`: many demo sites in one process.

Prints their addresses as JSON; after a line on standard input prints, for each, what its visitor did, and stops.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack

from crawler.demo import DemoServer, Kind, serve
from crawler.demo.visits import disallowed, kinds, shortest_gap_s, too_early, without_requisites


def main(count: int, size: int) -> None:
    with ExitStack() as running:
        servers = [running.enter_context(serve(size=size)) for _ in range(count)]
        print(json.dumps([server.url for server in servers]), flush=True)
        sys.stdin.readline()
        print(json.dumps([seen(server) for server in servers]), flush=True)


def seen(server: DemoServer) -> dict[str, object]:
    hits = without_requisites(server.requests)
    return {
        "url": server.url,
        "requests": len(hits),
        "disallowed": [hit.path for hit in disallowed(hits)],
        "too_early": len(too_early(hits)),
        "trapped": kinds(hits)[Kind.TRAP],
        "shortest_gap_s": shortest_gap_s(hits, over=20),
        "first_at_s": hits[0].at_s if hits else None,
        "last_at_s": hits[-1].at_s if hits else None,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
