"""`pressarc keys`: the keys that manifests are signed with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.target import check_target
from pipelines.errors import ConfigError
from pipelines.publish.sealing import write_key
from pipelines.seal.keys import SigningKey


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key is to be; nothing may be there.")],
) -> None:
    """Make a key that manifests are signed with: the private one in FILE, the public one in FILE.pub.

    ```sh
    pressarc keys new signing.pem
    ```

    `seal.key_file` names it to the crawl, or `PRESSARC_SIGNING_KEY` in the environment holds its content. The
    fingerprint that is printed is the SHA-256 of the public key's 32 bytes.

    Keep FILE where only the crawl can read it, and give FILE.pub to whoever is to check the archive.
    """
    check_target(file, "FILE")
    key = SigningKey.new()
    try:
        public = write_key(file, key)
    except FileExistsError as error:
        raise ConfigError("a file is there already; no key is ever overwritten", where=str(error.filename)) from error
    except OSError as error:
        raise ConfigError(f"the key cannot be written ({error.strerror})", where=str(file)) from error
    print(f"private key  {file} (sign with --set seal.key_file={file})")
    print(f"public key   {public} (check with pressarc verify --public-key {public})")
    print(f"fingerprint  {key.public.fingerprint}")
