"""Ports for servers that are other programs, which have to be told one before they start."""

from __future__ import annotations

import random
import socket

# Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 elsewhere), and above those at
# which well-known servers listen. A port from the upper range may be taken by any connection before its server starts.
_FIRST, _LAST = 10_000, 29_999
_random = random.SystemRandom()  # not the shared generator, which each test seeds alike


def free_port(in_a_row: int = 1) -> int:
    """The first of as many ports of loopback, one after another, at which nobody listens."""
    for _ in range(1000):
        first = _random.randrange(_FIRST, _LAST - in_a_row)
        if all(_is_free(port) for port in range(first, first + in_a_row)):
            return first
    raise RuntimeError(f"no {in_a_row} free ports in a row between {_FIRST} and {_LAST}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
