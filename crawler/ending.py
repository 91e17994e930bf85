"""How `pressarc` ends: what went wrong as one sentence on standard error, and an exit code.

Errors of our own say what to do themselves. The system's (no rights, no space, a folder for a file) are said here,
wherever they come from. All else is a bug, and its traceback is kept for whoever mends it.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from contextlib import suppress

from pipelines.commands.console import errors
from pipelines.commands.options import FAILED, USAGE
from pipelines.errors import ArchiveError, ConfigError

_ADVICE = {
    errno.EACCES: "let this user read and write there, or name another place",
    errno.EPERM: "let this user read and write there, or name another place",
    errno.EROFS: "mount it writable, or name another place",
    errno.ENOSPC: "make room and run it again",
    errno.EDQUOT: "make room and run it again",
    errno.EIO: "see to the disk, and run it again",
    errno.EFBIG: "name a place on a file system that takes larger files",
    errno.EISDIR: "name a file in it",
    errno.ENOTDIR: "name another place",
    errno.EEXIST: "name another place",
    errno.EMFILE: "let it open more files (ulimit -n)",
}
"""What to do about an error of the system."""


def end_with(error: Exception) -> int:
    """Say what went wrong; the exit code.

    Where standard output cannot be written to, nothing more is tried with it; that whoever read it is gone (`pressarc …
    | head`) is not worth a word.
    """
    if isinstance(error, ArchiveError):
        _say(str(error))
        return USAGE if isinstance(error, ConfigError) else FAILED
    if isinstance(error, OSError):
        _forget_output()
        if not isinstance(error, BrokenPipeError):
            _say(_words(error))
        return FAILED
    _say(f"this is a bug ({type(error).__name__}: {error}). {_kept(error)}, and is what to report it with")
    return FAILED


def _say(sentence: str) -> None:
    errors.print(f"pressarc: {sentence}", markup=False)


def _words(error: OSError) -> str:
    said = error.strerror or str(error) or f"the system said no ({type(error).__name__})"
    where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    advice = _ADVICE.get(error.errno or 0)
    return where + said[:1].lower() + said[1:] + (f"; {advice}" if advice else "")


def _forget_output() -> None:
    """The interpreter flushes standard output as it ends, and would complain again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _kept(error: Exception) -> str:
    """Where the traceback is: in a file for a person; else in the log that standard error is."""
    trace = "".join(traceback.format_exception(error))
    if sys.stderr.isatty():
        with (
            suppress(OSError),
            tempfile.NamedTemporaryFile(
                "w", prefix="pressarc-", suffix=".traceback", encoding="utf-8", errors="replace", delete=False
            ) as file,
        ):
            file.write(trace)
            file.flush()
            return f"Its traceback is in {file.name}"
    print(trace, end="", file=sys.stderr)
    return "Its traceback stands above"
