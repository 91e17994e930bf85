"""What is in deploy/ is what its programs take, and names only what pressarc has: commands, options, sentences."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from pipelines.commands.options import WARNINGS
from pipelines.config import load_config
from tests.unit.command_line import command_of, commands, simple_commands, unit
from tests.unit.markdown import ROOT, blocks, tables, without_blocks

DEPLOY = ROOT / "deploy"
DOCKERFILE, RUNBOOK = DEPLOY / "Dockerfile", DEPLOY / "RUNBOOK.md"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text(encoding="utf-8"))
KUBERNETES: dict[str, Any] = {
    f"{each['kind']}/{each['metadata']['name']}": each
    for each in yaml.safe_load_all((DEPLOY / "kubernetes/pressarc.yaml").read_text(encoding="utf-8"))
}
POD: dict[str, Any] = KUBERNETES["CronJob/pressarc"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def parses(arguments: list[str]) -> str:
    """The name of the command that *arguments* call, its options parsed."""
    name, given = command_of(arguments)
    commands()[name].make_context(name, given)
    return name


# ---------------------------------------------------------------- image


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    found = subprocess.run([tool("hadolint"), DOCKERFILE], capture_output=True, text=True, check=False, timeout=60)
    assert (found.returncode, found.stdout) == (0, "")


def test_what_the_image_copies_is_there_and_let_through() -> None:
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    copied = {
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    }
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied == {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_image_runs_as_the_user_that_kubernetes_gives_it_and_is_pinned() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", text, re.MULTILINE)
    assert {base for base, _ in stages} - {name for _, name in stages} == {"${BASE}"}
    assert re.search(r"^ARG BASE=python:3\.\d+\.\d+-slim-\w+$", text, re.MULTILINE)
    (user,) = re.findall(r"^USER (\d+):\d+$", text, re.MULTILINE)
    security = POD["securityContext"]
    assert int(user) == security["runAsUser"] == security["runAsGroup"] == security["fsGroup"]


def test_exit_code_3_is_success_where_the_caller_knows_only_0() -> None:
    assert CONTAINER["command"] == ["tini", "-e", str(WARNINGS), "--", "pressarc"]
    assert unit("systemd/pressarc.service")["Service"]["SuccessExitStatus"] == str(WARNINGS)
    nights = [line for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines() if "pressarc" in line[:40]]
    assert all(f"|| [ $? -eq {WARNINGS} ] || cat" in line for line in nights if not line.startswith("#"))
    # crontab(5): what stands behind a % that is not escaped is no part of the command.
    assert [line for line in nights if re.search(r"(?<!\\)%", line)] == []


# ---------------------------------------------------------------- compose, kubernetes


def test_the_compose_file_follows_the_specification() -> None:
    arguments = ["--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose/compose.yaml")]
    checked = subprocess.run(
        [tool("check-jsonschema"), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stdout
    for service in COMPOSE["services"].values():
        assert {volume.partition(":")[0] for volume in service["volumes"] if volume[0] != "."} <= set(
            COMPOSE["volumes"]
        )
        for build in filter(None, [service.get("build")]):
            assert (DEPLOY / "compose" / build["context"]).resolve() == ROOT
            assert build.get("target", "run") in DOCKERFILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("version", ["1.31", "1.37"])
@pytest.mark.parametrize("name", KUBERNETES)
def test_what_kubernetes_is_given_follows_its_schemas(name: str, version: str) -> None:
    kubernetes_validate.validate(KUBERNETES[name], version, strict=True)


def test_what_the_pod_names_is_there() -> None:
    volumes = {volume["name"]: volume for volume in POD["volumes"]}
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == set(volumes)
    named = {f"ConfigMap/{each['configMap']['name']}" for each in volumes.values() if "configMap" in each}
    named |= {f"Secret/{each['secretRef']['name']}" for each in CONTAINER["envFrom"]}
    named |= {
        f"PersistentVolumeClaim/{each['persistentVolumeClaim']['claimName']}"
        for each in volumes.values()
        if "persistentVolumeClaim" in each
    }
    assert named == set(KUBERNETES) - {"CronJob/pressarc"}


@pytest.fixture(params=["kubernetes", "compose", "folder"])
def configuration(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a `pressarc.toml` and its `sites/` are, as they would be mounted."""
    if request.param == "folder":
        return DEPLOY
    (tmp_path / "sites").mkdir()
    if request.param == "compose":
        (tmp_path / "pressarc.toml").write_bytes((DEPLOY / "compose/pressarc.toml").read_bytes())
        (tmp_path / "sites/example.org.toml").write_bytes((DEPLOY / "sites/example.org.toml").read_bytes())
        return tmp_path
    (tmp_path / "pressarc.toml").write_text(KUBERNETES["ConfigMap/pressarc"]["data"]["pressarc.toml"])
    for name, text in KUBERNETES["ConfigMap/pressarc-sites"]["data"].items():
        (tmp_path / "sites" / name).write_text(text)
    return tmp_path


def test_every_configuration_loads_and_keeps_its_work_on_the_volume(configuration: Path) -> None:
    config = load_config("example.org", config_file=configuration / "pressarc.toml")
    assert (config.site.url, config.crawl.delay_s) == ("https://example.org/", 2.0)
    assert config.crawl.contact
    assert str(config.archive.work or config.archive.location).startswith("/var/lib/pressarc/")


def test_a_container_that_is_stopped_has_time_to_publish() -> None:
    seconds = {POD["terminationGracePeriodSeconds"]}
    for text in (
        COMPOSE["services"]["pressarc"]["stop_grace_period"],
        unit("systemd/pressarc.service")["Service"]["TimeoutStopSec"],
    ):
        seconds.add(60 * int(re.match(r"\d+", text)[0]))  # type: ignore[index]
    assert seconds == {900}


# ---------------------------------------------------------------- commands


def started() -> Iterator[tuple[str, list[str]]]:
    """What each scheduler runs every night: where it is said, and the arguments of `pressarc`."""
    yield "kubernetes", CONTAINER["args"]
    yield "compose", COMPOSE["services"]["replay"]["command"]
    yield "systemd", unit("systemd/pressarc.service")["Service"]["ExecStart"].split()[1:]
    for words in simple_commands((DEPLOY / "crontab").read_text(encoding="utf-8")):
        if words[0].endswith("/pressarc"):
            yield "cron", words[1:]


@pytest.mark.parametrize(("where", "arguments"), list(started()), ids=str)
def test_what_is_run_is_a_command_with_its_configuration(where: str, arguments: list[str]) -> None:
    assert parses(arguments) in {"nightly", "verify", "replay"}
    assert arguments[arguments.index("--config") + 1] == "/etc/pressarc/pressarc.toml"


def test_every_scheduler_runs_the_night() -> None:
    assert {where for where, arguments in started() if parses(arguments) == "nightly"} == {
        "kubernetes",
        "systemd",
        "cron",
    }


def test_variables_of_the_environment_are_ones_that_are_read() -> None:
    known = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "PRESSARC_SIGNING_KEY"}
    given = set(COMPOSE["services"]["pressarc"]["environment"]) | set(KUBERNETES["Secret/pressarc"]["stringData"])
    for name in ("systemd/pressarc.env", "compose/env.example"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        given |= set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    assert given <= known


# ---------------------------------------------------------------- runbook


@cache
def said() -> str:
    """Every sentence of the program, one a line; `…` where it puts something in."""
    sentences = []
    for package in ("crawler", "pipelines"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    sentences.append(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = [each.value if isinstance(each, ast.Constant) else "…" for each in node.values]
                    sentences.append("".join(map(str, parts)))
    return "\n".join(sentences)


def quoted() -> list[str]:
    return [line for block in blocks(RUNBOOK, "text") for line in block.splitlines()]


@pytest.mark.parametrize("line", quoted())
def test_what_the_runbook_quotes_is_what_the_program_says(line: str) -> None:
    # A sentence may have others in it, after a colon or a semicolon.
    for part in filter(None, (each.strip(" :;,.()%") for each in re.split("…|: |; ", line))):
        assert part in said(), part


def test_an_entry_of_the_runbook_says_what_is_seen_what_to_do_and_when_it_is_over() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    entries = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    titles = [entry.partition("\n")[0] for entry in entries]
    (listed, *_) = tables(without_blocks(RUNBOOK))
    assert [row[1].partition("]")[0].removeprefix("[") for row in listed] == titles
    for entry in entries:
        assert "```" in entry, entry[:40]
        assert re.search(r"^Over when ", entry, re.MULTILINE), entry[:40]


def test_the_versions_of_images_are_those_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert COMPOSE["services"]["pressarc"]["image"] == f"pressarc:{version}"
    assert COMPOSE["services"]["replay"]["image"] == f"pressarc-replay:{version}"
    assert CONTAINER["image"].rpartition(":")[2] == version
    assert not re.search(r":latest|image: [^:\n]+$", json.dumps(COMPOSE))
