"""Files that commands are to write."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.errors import ConfigError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""A path is given without a slash that it had twice."""


def check_target(path: Path, option: str) -> None:
    """See that a file could have this name; one that is there already is no matter here.

    Raises:
        ConfigError: It is an address, a folder, or a device.
    """
    where = f"{option} {path}"
    if _ADDRESS.match(str(path)):
        raise ConfigError("this is written to a file on this machine, from where it can be copied", where=where)
    if path.is_dir():
        raise ConfigError("this is a folder; name a file in it", where=where)
    if path.exists() and not path.is_file():
        raise ConfigError("what has this name is no file, and stays; name another", where=where)
