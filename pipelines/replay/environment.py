"""pywb's Python: our own where pywb is installed beside us, else an environment of its own that is made on request.

*Why an environment of its own*: pywb pins old versions of libraries that others need newer, and is GPL.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import venv
from pathlib import Path

from pipelines.errors import ReplayFailed

LOCK = Path(__file__).with_name("requirements-replay.lock")
"""What is installed there, each at one version."""

_INSTALL_LIMIT_S = 900
_READY = ".ready"


def default_environment() -> Path:
    """Where the environment is unless something else is said: in the one that pressarc runs in, and gone with it."""
    return Path(sys.prefix) / "pywb"


def find_python(environment: Path) -> Path:
    """The Python that has pywb.

    Args:
        environment: Where pywb's own environment would be.

    Raises:
        ReplayFailed: There is none.
    """
    if importlib.util.find_spec("pywb") is not None:
        return Path(sys.executable)
    if not (environment / _READY).exists():
        raise ReplayFailed(
            "pywb, which shows the pages, is not installed: run `pressarc replay --install` once",
            where=str(environment),
        )
    return _python_of(environment)


def install(environment: Path) -> Path:
    """Make the environment in the folder *environment*, anew where it is there; its Python.

    Raises:
        ReplayFailed: It cannot be made.
    """
    try:
        venv.create(environment, clear=True, with_pip=True)
        command = [str(_python_of(environment)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(  # noqa: S603 (our own command)
            [*command, "--requirement", str(LOCK)],
            capture_output=True,
            text=True,
            timeout=_INSTALL_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReplayFailed(
            f"pywb could not be installed ({error}); name another folder with replay.environment",
            where=str(environment),
        ) from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip did not say why"]
        raise ReplayFailed(f"pywb could not be installed: {lines[-1]}", where=str(environment))
    (environment / _READY).touch()
    return _python_of(environment)


def _python_of(environment: Path) -> Path:
    return environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
