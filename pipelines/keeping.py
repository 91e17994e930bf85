"""The commands by which an archive is kept and proven, from verify to keys. `pressarc` has them of crawler/cli.py.

Exit codes are those of cli.py.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import DownloadColumn

from pipelines.cli import (
    FAILED,
    WARNINGS,
    ArchiveOption,
    ConfigOption,
    JsonOption,
    SetOption,
    archive_of,
    named_sites,
    progress_bar,
)
from pipelines.config import Config, load_config
from pipelines.errors import ArchiveError, ConfigError, StoreError
from pipelines.publish.garbage import Garbage, garbage, throw_away
from pipelines.publish.manifest import newest
from pipelines.publish.publish import publish as publish_run
from pipelines.publish.rebuild import rebuild
from pipelines.publish.run import OpenRun, waiting_sites, work_folder
from pipelines.publish.sealing import Sealing, seal, write_key
from pipelines.publish.takedown import find, finish, obstacles, take_down
from pipelines.publish.work import SiteFolder
from pipelines.seal.keys import PublicKey, SigningKey
from pipelines.seal.timestamps import roots_from_pem
from pipelines.store.contract import Store
from pipelines.store.open import open_store
from pipelines.values import Finding, Ledger
from pipelines.verify.archive import Report
from pipelines.verify.archive import verify as verify_archive
from pipelines.verify.proof import Proof, prove
from pipelines.verify.repair import repair as repair_archive
from pipelines.verify.scope import Scope
from pipelines.verify.seals import Trust

app = typer.Typer(add_completion=False, no_args_is_help=True)
keys = typer.Typer(no_args_is_help=True, help="Keys that manifests are signed with.")
app.add_typer(keys, name="keys")

SiteOption = Annotated[list[str] | None, typer.Option("--site", help="A site to check. May be repeated.")]


@app.command()
def verify(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to check; all of them by default.")] = None,
    archive: ArchiveOption = None,
    site: SiteOption = None,
    article: Annotated[str | None, typer.Option(help="Prove one line: that of the article with this id.")] = None,
    revision: Annotated[int | None, typer.Option(help="Which of its lines; the newest, unless said.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only runs that began on this day (UTC) or later, like 2026-11-22.")
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="Read only this share of the files, drawn at random, like 5%.")
    ] = None,
    seed: Annotated[str | None, typer.Option(help="Draw the sample that was drawn with this seed.")] = None,
    no_extraction: Annotated[
        bool, typer.Option("--no-extraction", help="Check bytes and digests; make no article again.")
    ] = False,
    public_key: Annotated[
        Path | None, typer.Option(help="The key whose signatures are to hold: a file that `pressarc keys new` wrote.")
    ] = None,
    timestamp_ca: Annotated[
        Path | None, typer.Option(help="Certificates (PEM) of whom to trust for time-stamps, which are to hold.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes; 0 means one for each processor.")] = 0,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check an archive: files against manifests, manifests against the chain, articles against their WARC records.

    Nothing is written, and no right to write is needed. Exit code 0 where nothing was found, 1 where something was, 3
    where all that was found is that lines made with other library versions cannot be compared here.
    """
    store = archive_of(load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive}))
    trust = Trust(
        None if public_key is None else PublicKey.from_pem(_text(public_key), where=str(public_key)),
        None if timestamp_ca is None else roots_from_pem(_text(timestamp_ca), where=str(timestamp_ca)),
    )
    known = tuple(named_sites(store, [*(sites or ()), *(site or ())]))
    if article is not None:
        proof = prove(store, article, known, revision=revision, trust=trust)
        if proof is None:
            which = f"revision {revision} of this article" if revision else "this article"
            raise ConfigError(
                f"no manifest names a line of {which} on {', '.join(known)}", where=f"--article {article}"
            )
        _print_proof(store, proof, as_json=as_json)
        raise typer.Exit(_exit_code(proof.findings))
    share = _share(sample)
    scope = Scope(
        sites=known,
        since=_day(since),
        sample=share,
        seed=seed or ("" if share >= 1 else secrets.token_hex(8)),
        extraction=not no_extraction,
    )
    with progress_bar(DownloadColumn()) as watcher:
        report = verify_archive(store, scope, watcher, workers=workers, trust=trust)
    _print_report(store, scope, report, as_json=as_json)
    raise typer.Exit(_exit_code(report.findings))


def _exit_code(findings: Sequence[Finding]) -> int:
    rules = {finding.rule for finding in findings}
    if not rules:
        return 0
    return WARNINGS if rules == {"extractor_differs"} else FAILED


def _print_proof(store: Store, proof: Proof, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"archive": store.location, **proof.to_json()}, indent=1, ensure_ascii=False))
    else:
        print("\n".join(_proof_lines(proof)))


def _proof_lines(proof: Proof) -> Iterator[str]:
    article, named = proof.article, proof.article.provenance.warc
    yield f"article   {article.id}, revision {article.revision} ({article.event})"
    yield f"          {article.url}"
    yield f"line      {proof.where}"
    yield f"          sha256 {proof.line_sha256}"
    yield f"manifest  {proof.manifest_key}"
    yield f"          sha256 {proof.manifest_sha256}"
    yield f"head      {proof.head_key}"
    yield f"          sha256 {proof.head_sha256}"
    if proof.taken_down is not None:
        yield f"taken down: {proof.taken_down}"
    if proof.record is not None:
        address = proof.record.get("WARC-IP-Address") or "an address that is not known"
        yield f"record    {named.key}, {named.length} bytes from {named.offset}"
        yield f"          {proof.record.record_id}, {proof.record.get('WARC-Date')}, from {address}"
        yield f"          block {proof.record.get('WARC-Block-Digest')}"
        yield f"          payload {proof.record.get('WARC-Payload-Digest')}"
        made = "gives this line, byte for byte" if proof.is_made_again else "does not give this line here"
        yield f"again     the record {made}"
    for each in proof.sentences:
        place = f"{each.span.start}-{each.span.end}" if each.span else "not there word for word"
        yield f"sentence  {place}  {each.path}  {each.text}"
    for finding in proof.findings:
        yield f"{finding.rule}  {finding.where}  {finding.message}"
    found = sum(each.span is not None for each in proof.sentences)
    count = len(proof.findings)
    verdict = f"{count} finding{'s'[: count != 1]}" if count else "proven"
    yield f"{verdict}; {found} of {len(proof.sentences)} sentences stand in the page (bytes of its decoded body)"


def _print_report(store: Store, scope: Scope, report: Report, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "archive": store.location,
            "sites": list(scope.sites),
            "since": scope.since.isoformat() if scope.since else None,
            "sample": scope.sample,
            "seed": scope.seed or None,
            "extraction": scope.extraction,
        }
        print(json.dumps({**facts, **report.to_json()}, indent=1))
        return
    for finding in report.findings:
        print(f"{finding.rule}  {finding.where}  {finding.message}")
    count, checked = len(report.findings), report.checked
    verdict = f"{count} finding{'s'[: count != 1]}" if count else "nothing wrong was found"
    print(
        f"{store.location}: {len(scope.sites)} site(s), {checked.manifests} manifests, {checked.files} files "
        f"({checked.bytes / 1e6:.1f} MB), {checked.records} records, {checked.articles} articles checked, {verdict}"
    )
    if checked.taken_down:
        print(f"{checked.taken_down} article(s) were taken out of it, as its manifests say")
    if scope.seed:
        print(f"The sample can be drawn again with --sample {scope.sample:.6%} --seed {scope.seed}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the file cannot be read ({error})", where=str(path)) from error


def _share(text: str | None) -> float:
    """`5%` as 0.05."""
    if text is None:
        return 1.0
    try:
        share = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ConfigError("a share of the files is wanted, from 0% to 100%", where=f"--sample {text}")
    return share


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError("a day is wanted, like 2026-11-22", where=f"--since {text}") from error


@app.command()
def publish(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to publish; all of them by default.")] = None,
    archive: ArchiveOption = None,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Publish runs whose crawl was interrupted, too, as they are.")
    ] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish what was captured and could not be published: nothing is crawled.

    Exit code 0 where nothing is left to publish, 1 where something failed, 3 with warnings.
    """
    base = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    rows: list[dict[str, object]] = []
    for site in sites or waiting_sites(base):
        named = base.model_copy(update={"site": base.site.model_copy(update={"name": site})})
        rows += _publish_site(named, incomplete=incomplete)
    if as_json:
        print(json.dumps(rows, indent=1))
    for row in () if as_json else rows or [{"site": base.archive.location, "said": "nothing is left to publish"}]:
        print(f"{row['site']}: {row['said']}")
    statuses = {row["status"] for row in rows}
    raise typer.Exit(FAILED if "failed" in statuses else WARNINGS if "warnings" in statuses else 0)


def _publish_site(config: Config, *, incomplete: bool) -> Iterator[dict[str, object]]:
    site = config.site.name
    try:
        with OpenRun.left_behind(config) as runs, progress_bar() as watcher:
            for run in runs:
                if not run.crawl_is_over and not incomplete:
                    words = f"run {run.folder.run} is not over: crawl the site again, or say --incomplete"
                    yield {"site": site, "status": "warnings", "run": run.folder.run, "manifest": None, "said": words}
                    continue
                if not run.crawl_is_over:
                    run.folder.write_ledger(Ledger(complete=False, warnings=(_INTERRUPTED,)))
                manifest = publish_run(run, now=_now, new_suffix=lambda: secrets.token_hex(3), progress=watcher)
                words = "; ".join([f"run {manifest.run} is manifest {manifest.number}", *manifest.warnings, *run.notes])
                status = "warnings" if manifest.warnings or run.notes else "complete"
                facts = {"run": manifest.run, "manifest": manifest.number, "said": words}
                yield {"site": site, "status": status, **facts}
    except (ArchiveError, OSError) as error:
        words = f"the run stays in the work folder: {error}"
        yield {"site": site, "status": "failed", "run": None, "manifest": None, "said": words}


def _now() -> datetime:
    return datetime.now(UTC)


_INTERRUPTED = "the crawl was interrupted and not taken up again; what it had captured was published"


DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


@app.command()
def gc(
    archive: ArchiveOption = None,
    older_than: Annotated[int, typer.Option(help="Days since it came into the archive.")] = 30,
    delete: Annotated[bool, typer.Option("--delete", help="Remove it for good; without, it is only listed.")] = False,
    captures: Annotated[
        bool, typer.Option("--captures", help="WARC files that no manifest names are garbage, too.")
    ] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List, or remove, what no manifest names: left by tries that gave way and by writers that died.

    Exit code 0 where all went well, 1 where something could not be removed.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    if older_than < 1:
        raise ConfigError("what is younger than a day may belong to a run at work", where=f"--older-than {older_than}")
    rows: list[dict[str, object]] = []
    for each in list(garbage(store, _now() - timedelta(days=older_than))):
        said = "would be removed"
        if each.is_capture and not captures:
            said = "kept: captured by a machine that died, and published by the next crawl of its site"
        elif delete:
            said = _thrown_away(store, each)
        rows.append({"name": each.name, "bytes": each.size_bytes, "said": said})
    if as_json:
        print(json.dumps({"archive": store.location, "garbage": rows}, indent=1))
    for row in () if as_json else rows:
        print(f"{row['name']}: {row['said']}")
    if not as_json:
        hint = "" if delete or not rows else "; --delete removes it"
        print(f"{store.location}: {len(rows)} thing(s) that no manifest names{hint}")
    if any(str(row["said"]).startswith("failed") for row in rows):
        raise typer.Exit(FAILED)


def _thrown_away(store: Store, each: Garbage) -> str:
    try:
        throw_away(store, each)
    except StoreError as error:
        return f"failed: {error.message}"
    return "removed"


@app.command()
def repair(
    copy: Annotated[str, typer.Argument(metavar="COPY", help="Another place that holds this archive.")],
    archive: ArchiveOption = None,
    site: SiteOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put files that are missing or damaged right, from a copy of the archive that has the bytes their manifests name.

    Exit code 0 where everything is right now, 1 where something is not.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    with progress_bar() as watcher, closing(open_store(copy)) as other:
        found = list(repair_archive(store, other, named_sites(store, site), watcher, dry_run=dry_run))
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=1))
    else:
        for each in found:
            print(f"{each.key}: {each.was}; {each.message}")
        right = sum(each.is_right_now for each in found)
        print(f"{store.location}: {len(found)} file(s) are not as their manifests say, {right} put right")
    if not all(each.is_right_now for each in found):
        raise typer.Exit(FAILED)


@app.command()
def rebuild_memory(
    site: Annotated[str, typer.Argument(help="The site, by its name in the archive.")],
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Make a site's memory again from its articles, outcomes and WARC files, for a snapshot that is lost or damaged.

    It is put into the work folder, and the next run of the site goes on from it.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    named_sites(store, [site])
    head = newest(store, site)
    assert head is not None  # `named_sites` names only sites with a manifest
    with closing(SiteFolder(work_folder(effective), site)) as folder, progress_bar() as watcher:
        target = folder.memory_of(head.manifest.run)
        count = rebuild(store, site, target, watcher)
    print(f"{target}: {count} articles; the next run of {site} goes on from it")


@app.command()
def redact(
    target: Annotated[str, typer.Argument(metavar="URL|ID", help="The article's URL, or its id.")],
    site: Annotated[str, typer.Option(help="The site, by its name in the archive.")],
    reason: Annotated[str, typer.Option(help="Why; it is written into the manifest, for good.")],
    archive: ArchiveOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an article out of the archive: payloads, lines and memory. What went, when and why stays in the chain.

    Exit code 0 where it is out, or could be; 1 where locked files are in the way.
    """
    effective = load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive})
    store = archive_of(effective)
    named_sites(store, [site])
    with closing(SiteFolder(work_folder(effective), site)) as folder:
        finish(store, folder)
        found = find(store, site, target)
        in_the_way = obstacles(store, found)
        manifest = None
        if not dry_run and not in_the_way:
            suffix = lambda: secrets.token_hex(3)  # noqa: E731 (one call)
            manifest = take_down(store, folder, found, reason=reason, now=_now(), new_suffix=suffix)
            seal(store, site, manifest.number, Sealing.of(effective))
    facts = {
        "article": found.article,
        "url": found.url,
        "records": sum(map(len, found.records.values())),
        "files": found.keys,
        "obstacles": in_the_way,
        "manifest": manifest.number if manifest else None,
    }
    if as_json:
        print(json.dumps(facts, indent=1))
    else:
        done = f"taken down by manifest {manifest.number}" if manifest else "nothing was changed"
        print("\n".join(f"{key}: {'removed' if key in found.snapshots else 'replaced'}" for key in found.keys))
        print("\n".join([*in_the_way, f"{found.url} ({found.article}), {facts['records']} record(s): {done}"]))
    if in_the_way:
        raise typer.Exit(FAILED)


@keys.command("new")
def keys_new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key is to be; nothing may be there.")],
) -> None:
    """Make a key that manifests are signed with: the private one in FILE, the public one in FILE.pub.

    Keep FILE where only the crawl can read it, and give FILE.pub to whoever is to check the archive.
    """
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
