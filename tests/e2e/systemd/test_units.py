"""The units of deploy/systemd, as systemd itself reads them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.command_line import unit
from tests.unit.markdown import ROOT

pytestmark = pytest.mark.e2e

UNITS = ROOT / "deploy/systemd"
MOST_EXPOSED = 12
"""Of 100. What is left is the network, which a crawler needs."""


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_systemd_understands_every_line_of_the_units(tmp_path: Path) -> None:
    for name in ("pressarc.service", "pressarc.timer"):
        text = (UNITS / name).read_text(encoding="utf-8")
        # The program is looked for where it is said to be; here it is elsewhere.
        text = re.sub(r"(?<=ExecStart=)\S+", str(Path(sys.executable).with_name("pressarc")), text)
        text = text.replace("file:/opt/pressarc", f"file:{ROOT}")
        (tmp_path / name).write_text(text, encoding="utf-8")
    checked = analyze("verify", *(str(path) for path in sorted(tmp_path.iterdir())))
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_service_is_hardened() -> None:
    checked = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(UNITS / "pressarc.service"))
    assert checked.returncode == 0, checked.stdout


def test_the_service_may_make_code_while_it_runs_which_tls_needs() -> None:
    assert "MemoryDenyWriteExecute" not in unit("systemd/pressarc.service")["Service"]


def test_the_timer_starts_every_night() -> None:
    timer = unit("systemd/pressarc.timer")["Timer"]
    checked = analyze("calendar", timer["OnCalendar"])
    assert checked.returncode == 0, checked.stderr
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["OnCalendar"])
