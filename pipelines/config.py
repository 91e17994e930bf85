"""The effective configuration: the only reader of TOML files and of the environment.

Four layers, later ones win: the defaults of options.py, the configuration file (`pressarc.toml`), the site's file
(`sites/<site>.toml`), and what the command line says (`--set section.key=value` and the named flags).
Secrets are never part of it: S3 credentials are found by the library that uses them (the usual `AWS_*`), and the key
that manifests are signed with is in a file or in the environment (`signing_key_pem`).
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from pipelines.errors import ConfigError
from pipelines.http.url import site_name
from pipelines.options import Config, SiteOptions, hint, options

Toml: TypeAlias = dict[str, Any]
"""A parsed TOML table: what `tomllib` gives."""


CONFIG_FILE = "pressarc.toml"
SITES_FOLDER = "sites"


def load_config(
    site: str | None = None,
    *,
    config_file: Path | None = None,
    overrides: Sequence[str] = (),
    flags: Mapping[str, object] | None = None,
) -> Config:
    """The effective configuration for *site*.

    Args:
        site: A URL, the path of a site file, or the name of one under `sites/` beside the configuration file; null
            for the configuration without a site.
        config_file: The configuration file; `pressarc.toml` in this folder if that exists.
        overrides: `section.key=value` each, the value as TOML or as a bare word.
        flags: The same as keys and values, for options that have a flag of their own; null values are passed over.

    Raises:
        ConfigError: Naming the file, the key, what was expected, and the nearest valid name.
    """
    layers: list[tuple[str, Toml]] = []
    if config_file is None and Path(CONFIG_FILE).is_file():
        config_file = Path(CONFIG_FILE)
    if config_file is not None:
        layers.append((str(config_file), _read_toml(config_file)))
    named_in = site
    if site is not None:
        layers.append(_site_layer(site, (config_file or Path(CONFIG_FILE)).parent))
        named_in = site if "://" in site else layers[-1][0]
    layers.extend((f"--set {text}", _override(text)) for text in overrides)
    given = ((key, value) for key, value in (flags or {}).items() if value is not None)
    layers.extend(("the command line", _nested(key, value)) for key, value in given)
    merged: Toml = {}
    for where, layer in layers:
        _validate(layer, where)
        _merge(merged, layer)
    return _named(_validate(merged, layers[-1][0] if layers else "the defaults"), named_in)


SIGNING_KEY_VARIABLE = "PRESSARC_SIGNING_KEY"


@dataclass(frozen=True, slots=True)
class SecretText:
    """A secret as it was found, and where; only the latter may be shown."""

    text: str = field(repr=False)
    where: str


def signing_key_pem(config: Config) -> SecretText | None:
    """The key that manifests are signed with: of the environment, else of the file; null where there is neither.

    Raises:
        ConfigError: The file cannot be read.
    """
    given = os.environ.get(SIGNING_KEY_VARIABLE)
    if given:
        return SecretText(given, SIGNING_KEY_VARIABLE)
    if config.seal.key_file is None:
        return None
    path = Path(config.seal.key_file).expanduser()
    try:
        return SecretText(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the key cannot be read ({error})", where=f"seal.key_file = {path}") from error


def site_path(name: str, config_file: Path | None = None) -> Path:
    """Where the file of the site *name* is, or would be: in `sites/` beside the configuration file."""
    return (config_file or Path(CONFIG_FILE)).parent / SITES_FOLDER / f"{name}.toml"


def site_file_names(config_file: Path | None = None) -> list[str]:
    """The names of all site files, in order."""
    folder = site_path("", config_file).parent
    return sorted(path.stem for path in folder.glob("*.toml") if not path.name.startswith("."))


def _site_layer(site: str, folder: Path) -> tuple[str, Toml]:
    if "://" in site:
        return "the command line", {"site": {"url": site}}
    named = folder / SITES_FOLDER / f"{site}.toml"
    path = Path(site) if site.endswith(".toml") else named
    if not path.is_file():
        known = sorted(each.stem for each in (folder / SITES_FOLDER).glob("*.toml"))
        raise ConfigError(
            f"this is neither a URL (https://…) nor a site file, and there is no {path}{hint(site, known)}", where=site
        )
    table = _read_toml(path)
    top = {key: table.pop(key) for key in SiteOptions.model_fields if key in table}
    section = table.setdefault("site", {})
    if isinstance(section, dict):  # anything else is refused when the layer is checked
        section.update(top)
        if not site.endswith(".toml"):
            section.setdefault("name", site)
    return str(path), table


def _named(config: Config, where: str | None) -> Config:
    if where is None:
        return config
    try:
        by_address = site_name(config.site.url)  # whatever its name, it has to have an address
    except ValueError as error:
        raise ConfigError(
            f"{config.site.url!r} is no web address; write it like https://example.org/", where=where
        ) from error
    return config.model_copy(update={"site": config.site.model_copy(update={"name": config.site.name or by_address})})


def _read_toml(path: Path) -> Toml:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the file cannot be read ({error.strerror})", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"this is not valid TOML: {error}", where=str(path)) from error


def _override(text: str) -> Toml:
    key, equals, value = text.partition("=")
    if not equals or "." not in key:
        raise ConfigError("write it as section.key=value, like crawl.delay_s=2", where=f"--set {text}")
    try:
        parsed: object = tomllib.loads(f"v = {value}")["v"]
    except tomllib.TOMLDecodeError:
        parsed = value
    return _nested(key.strip(), parsed)


def _nested(key: str, value: object) -> Toml:
    section, _, name = key.partition(".")
    return {section: {name: value}}


def _merge(into: Toml, layer: Toml) -> None:
    for key, value in layer.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, dict) else value


def _validate(table: Toml, where: str) -> Config:
    try:
        return Config.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise ConfigError(f"there is no option `{key}`{_nearest(first['loc'])}", where=where) from error
        raise ConfigError(f"`{key}` = {first['input']!r}: {_expectation(first['msg'])}", where=where) from error


def _expectation(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _nearest(location: tuple[int | str, ...]) -> str:
    sections = dict(options())
    if len(location) == 1:
        top = [*sections, *SiteOptions.model_fields]
        inside = [f"{name}.{key}" for name, model in sections.items() for key in model.model_fields]
        return hint(str(location[0]), top) or _hint_inside(str(location[0]), inside)
    section = str(location[0])
    names = list(sections[section].model_fields) if section in sections else []
    close = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.0)
    return f"; the nearest is `{section}.{close[0]}`" if close else ""


def _hint_inside(word: str, dotted: Sequence[str]) -> str:
    by_key = {name.partition(".")[2]: name for name in dotted}
    close = difflib.get_close_matches(word, list(by_key), n=1, cutoff=0.4)
    return f"; the nearest is `{by_key[close[0]]}`" if close else ""


def to_toml(config: Config) -> str:
    """*config* as a configuration file: every option with its meaning, options without a value commented out."""
    lines: list[str] = []
    for name, model in options():
        lines += [f"[{name}]"]
        section = getattr(config, name)
        for key, info in model.model_fields.items():
            value = getattr(section, key)
            lines += [f"# {info.description}", f"# {key} =" if value is None else f"{key} = {_toml_value(value)}"]
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def _toml_value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml_value(item)}" for key, item in value.items()) + "}"
    # JSON's scalars and arrays of them are TOML's too.
    return json.dumps(value, ensure_ascii=False)
