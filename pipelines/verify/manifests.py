"""A manifest held against itself and those before it: what it says of its run, its configuration and its files.

In go the manifests of a chain, first to last; out come findings. No file is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from pipelines.publish.manifest import Manifest, ManifestFile, config_sha256
from pipelines.publish.work import run_name
from pipelines.store.keys import manifest_key, memory_key, parse_key, profile_key
from pipelines.values import Finding


def check_manifests(manifests: Sequence[Manifest], *, is_whole: bool) -> Iterator[Finding]:
    """What is wrong with the *manifests* of one site, in their order.

    Args:
        manifests: As far as they can be read.
        is_whole: Whether they are all that the chain has, so that what none of them names was never named.
    """
    known: dict[str, ManifestFile | None] = {}
    runs: dict[str, int] = {}
    for each in manifests:
        where = manifest_key(each.site, each.number)
        for words in _in_itself(each):
            yield Finding("manifest", where, words)
        if each.run in runs:
            yield Finding("manifest", where, f"manifest {runs[each.run]} is of the same run, {each.run}")
        runs.setdefault(each.run, each.number)
        known |= {file.key: known.get(file.key, file) for file in each.files}
        for replaced in (file for down in each.taken_down for file in down.files):
            was = known.get(replaced.key)
            is_same = was is not None and (was.bytes, was.sha256) == (replaced.was_bytes, replaced.was_sha256)
            if not is_same and (was is not None or is_whole):
                words = f"it says of {replaced.key} that it was another file than manifests before it say"
                yield Finding("taken_down", where, words)
            known[replaced.key] = replaced.now


def _in_itself(manifest: Manifest) -> Iterator[str]:
    if config_sha256(manifest.config) != manifest.config_sha256:
        yield "its config is not the one that config_sha256 is the digest of"
    named = Counter(file.key for file in manifest.files)
    yield from (f"it names {key} {times} times" for key, times in named.items() if times > 1)
    for key in named:
        parts = parse_key(key)
        if parts is not None and parts.site != manifest.site:
            yield f"it names {key}, which is of another site"
    if not manifest.run.startswith(run_name(manifest.started_at, "")):
        yield f"it did not begin when its run {manifest.run} did"
    if _key(memory_key, manifest.site, manifest.run) not in named:
        yield "it does not name the memory of its run"
    if not manifest.taken_down and _key(profile_key, manifest.site, manifest.profile) not in named:
        yield "it does not name the profile that its articles were read with"


def _key(build: Callable[[str, str], str], site: str, name: str) -> str | None:
    try:
        return build(site, name)
    except ValueError:  # what was changed may be no name at all
        return None
