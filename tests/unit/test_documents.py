"""The documents say what the program does: commands, options, links and files are held against the code."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo
from typer.testing import CliRunner

from crawler.cli import everything
from crawler.cut_off import CUT_OFF
from crawler.reference import reference
from pipelines.commands.options import FAILED, USAGE, WARNINGS
from pipelines.config import load_config
from pipelines.options import options
from tests.unit.command_line import command_of, commands, simple_commands
from tests.unit.markdown import DOCUMENTS, ROOT, blocks, table, without_blocks

README, COMMANDS, CONFIGURATION = ROOT / "README.md", ROOT / "docs/commands.md", ROOT / "docs/configuration.md"
APACHE_2_0_SHA256 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


# ---------------------------------------------------------------- commands


def test_the_reference_of_commands_is_what_they_say_of_themselves() -> None:
    written = COMMANDS.read_text(encoding="utf-8")
    assert reference(written) == written, "make reference"


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_has_a_sentence_an_example_and_a_meaning_for_each_option(name: str) -> None:
    command = commands()[name]
    first, *_ = command.help.split("\n\n")
    assert len(first) <= 120
    assert first.endswith(".")
    assert re.search(rf"^pressarc {name}( |$)", command.help, re.MULTILINE)
    for parameter in command.params:
        assert (parameter.help or "").endswith("."), parameter.opts
        assert parameter.name != "as_json" or "With `--json`: " in command.help


@pytest.mark.parametrize("document", [README, COMMANDS], ids=lambda path: path.name)
def test_the_exit_codes_are_documented(document: Path) -> None:
    codes = table(document, "Exit codes")
    assert set(codes) == {"0", *map(str, (FAILED, USAGE, WARNINGS, CUT_OFF))}
    assert codes[str(FAILED)][0].startswith("failed")
    assert codes[str(USAGE)][0].startswith("wrong usage or configuration")
    assert codes[str(WARNINGS)][0].startswith("done, with warnings")


def shown_commands() -> Iterator[tuple[str, list[str]]]:
    """Each `pressarc` command in a shell block of a document: where, and its arguments."""
    shown = [(document.name, block) for document in DOCUMENTS for block in (*blocks(document, "sh"), *crons(document))]
    for name, text in shown:
        for words in simple_commands(text):
            is_run = words[0] == "docker" and "run" in words[1:3]
            image = words.index("pressarc") if is_run else 0
            if words[image].rpartition("/")[2] == "pressarc":
                yield name, words[image + 1 :]


def crons(document: Path) -> list[str]:
    return [block for block in blocks(document, "") if "* * *" in block]


def test_the_documents_show_commands() -> None:
    assert {command_of(words)[0] for _, words in shown_commands()} == set(commands())


@pytest.mark.parametrize(("where", "arguments"), list(shown_commands()), ids=str)
def test_a_command_that_is_shown_exists_and_takes_these_options(where: str, arguments: list[str]) -> None:
    name, given = command_of(arguments)
    assert name in commands(), where
    context = commands()[name].make_context(name, given)  # raises if they do not parse
    load_config(None, overrides=context.params.get("set_") or ())


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named: set[str] = set()
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for words in re.findall(r"(?:`|^ *)make ([a-z][^`\n#]*)", text, re.MULTILINE):
            named.update(word for word in words.split() if re.fullmatch(r"[a-z0-9-]+", word))
    assert {"demo", "test", "setup", "check"} <= named
    assert named <= targets


# ---------------------------------------------------------------- configuration


def section_fields() -> list[tuple[str, str, FieldInfo]]:
    return [(section, key, info) for section, model in options() for key, info in model.model_fields.items()]


def test_every_option_stands_in_the_configuration_and_no_other() -> None:
    sections = re.findall(r"^## \[(\w+)\]$", without_blocks(CONFIGURATION), re.MULTILINE)
    assert sections == [name for name, _ in options()]
    for name, model in options():
        assert list(table(CONFIGURATION, f"[{name}]")) == list(model.model_fields)


@pytest.mark.parametrize(("section", "key", "info"), section_fields(), ids=lambda value: str(value)[:30])
def test_an_option_is_documented_with_its_default_limits_and_meaning(section: str, key: str, info: FieldInfo) -> None:
    value, default, meaning = table(CONFIGURATION, f"[{section}]")[key]
    assert default == ("none" if info.default is None else f"`{json.dumps(info.default)}`")
    assert meaning.startswith(info.description or "?")
    limits = [getattr(each, name) for each in info.metadata for name in ("ge", "gt", "le", "lt") if hasattr(each, name)]
    assert [float(number) for number in re.findall(r"\d+", value)] == limits


def test_options_that_documents_name_exist() -> None:
    known = {f"{section}.{key}" for section, key, _ in section_fields()} | {"archive.json", "section.key"}
    sections = "|".join(name for name, _ in options())
    for document in DOCUMENTS:
        named = re.findall(rf"`((?:{sections})\.[a-z_]+)`", document.read_text(encoding="utf-8"))
        assert set(named) <= known, document.name


def test_the_example_configuration_loads() -> None:
    config = load_config("example.org", config_file=ROOT / "deploy/pressarc.toml")
    assert (config.site.name, config.site.url) == ("example.org", "https://example.org/")
    assert config.crawl.delay_s == 2.0
    assert config.crawl.contact


def test_configuration_in_the_documents_is_valid(tmp_path: Path) -> None:
    shown = [block for document in DOCUMENTS for block in blocks(document, "toml")]
    assert shown
    for number, block in enumerate(shown):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        if "url" in tomllib.loads(block):
            load_config(str(path))
        else:
            load_config(None, config_file=path)


# ---------------------------------------------------------------- all documents


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", without_blocks(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_relative_link_is_dead(document: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(document)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name) if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_is_led_to_by_the_readme(document: Path) -> None:
    assert document == README or f"({document.relative_to(ROOT)}" in README.read_text(encoding="utf-8")


def test_the_changelog_and_the_command_have_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\n## [{version}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert CliRunner().invoke(everything(), ["--version"]).output == f"pressarc {version}\n"


def test_the_licence_is_apache_2_0_unaltered() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2_0_SHA256
