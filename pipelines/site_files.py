"""Every site file in `sites/`: read, held against the rules, and switched on or off without losing a comment.

*Why tomlkit for the switch.* A site file is a person's: its comments, order and spacing are kept as they are, which
`tomllib` cannot write and a pattern would get wrong where a table is spelt in another of TOML's ways.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from pipelines import disk
from pipelines.config import load_config, site_file_names, site_path
from pipelines.errors import AccessDenied, ConfigError
from pipelines.options import Config
from pipelines.store.keys import check_site

_TABLE, _KEY = "nightly", "enabled"


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One site file, and what it says or why it is wrong."""

    name: str
    """Of the file, without `.toml`: what commands take for it."""
    path: Path
    config: Config | None
    """The site's effective configuration; null where the file is wrong."""
    error: ConfigError | None


def site_files(
    config_file: Path | None = None,
    *,
    overrides: Sequence[str] = (),
    flags: Mapping[str, object] | None = None,
    names: Sequence[str] | None = None,
) -> list[SiteFile]:
    """The site files beside the configuration file, by name; arguments as of `load_config`.

    Args:
        config_file: The configuration file.
        overrides: As `load_config` has them.
        flags: As `load_config` has them.
        names: Which of them; all, unless said.

    Raises:
        ConfigError: The configuration that holds for all sites is wrong, or there is no site file of a given name.
    """
    load_config(None, config_file=config_file, overrides=overrides, flags=flags)  # what is wrong for all is said once
    known = site_file_names(config_file)
    unknown = [name for name in names or () if name not in known]
    if unknown:
        path = site_path(unknown[0], config_file)
        raise ConfigError(f"there is no {path}; there are {', '.join(known) or 'no site files'}", where=unknown[0])
    files = [_read(name, config_file, overrides, flags) for name in known]
    first: dict[str, SiteFile] = {}
    for place, file in enumerate(files):
        if file.config is None:
            continue
        other = first.setdefault(file.config.site.name, file)
        if other is not file:
            words = f"{other.path} has the site {file.config.site.name} already; a site has one file"
            files[place] = SiteFile(file.name, file.path, None, ConfigError(words, where=str(file.path)))
    return [file for file in files if not names or file.name in names]


def _read(
    name: str, config_file: Path | None, overrides: Sequence[str], flags: Mapping[str, object] | None
) -> SiteFile:
    path = site_path(name, config_file)
    try:
        config = load_config(name, config_file=config_file, overrides=overrides, flags=flags)
        _check_name(config.site.name, path)
    except ConfigError as error:
        return SiteFile(name, path, None, error)
    return SiteFile(name, path, config, None)


def _check_name(site: str, path: Path) -> None:
    try:
        check_site(site)
    except ConfigError as error:
        raise ConfigError(f"the site's name is {site!r}: {error.message}", where=str(path)) from error


def switch(file: SiteFile, *, on: bool) -> bool:
    """Write `nightly.enabled` into the site file; whether that changed anything.

    Raises:
        ConfigError: The file is wrong.
        AccessDenied: It cannot be written.
    """
    if file.config is None:
        assert file.error is not None
        raise file.error
    if file.config.nightly.enabled is on:
        return False
    path = file.path.resolve()
    try:
        text = _switched(path.read_bytes().decode(), on=on)
        mode = stat.S_IMODE(path.stat().st_mode)
        with disk.whole(path) as written:
            written.write(text.encode())
        path.chmod(mode)
    except OSError as error:
        raise AccessDenied(f"the site file cannot be written ({error.strerror})", where=str(file.path)) from error
    except TOMLKitError as error:
        raise ConfigError(f"this is not valid TOML: {error}", where=str(file.path)) from error
    return True


def _switched(text: str, *, on: bool) -> str:
    document = tomlkit.parse(text)
    table = document.get(_TABLE)
    if table is None:
        table = tomlkit.table()
        table.add(_KEY, on)
        document.add(tomlkit.nl())
        document.add(_TABLE, table)
    else:
        table[_KEY] = on
    return tomlkit.dumps(document)
