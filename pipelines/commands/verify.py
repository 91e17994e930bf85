"""`pressarc verify`: an archive, or one article of it, checked against its bytes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import DownloadColumn

from pipelines.commands.archive import archive_of, named_sites
from pipelines.commands.console import progress_bar
from pipelines.commands.days import parse_day
from pipelines.commands.options import (
    FAILED,
    WARNINGS,
    ArchiveOption,
    ConfigOption,
    JsonOption,
    SetOption,
    SiteOption,
    WorkersOption,
)
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.publish.guarded import Crew
from pipelines.seal.keys import PublicKey
from pipelines.seal.timestamps import roots_from_pem
from pipelines.store.contract import Store
from pipelines.values import Finding
from pipelines.verify.archive import Report
from pipelines.verify.archive import verify as verify_archive
from pipelines.verify.proof import Proof, prove
from pipelines.verify.scope import Scope
from pipelines.verify.seals import Trust


def verify(
    sites: Annotated[
        list[str] | None,
        typer.Argument(help="Sites to check, by their names in the archive; all of them by default."),
    ] = None,
    archive: ArchiveOption = None,
    site: SiteOption = None,
    article: Annotated[str | None, typer.Option(help="Prove one line: that of the article with this id.")] = None,
    revision: Annotated[int | None, typer.Option(help="Which of its lines; the newest, unless said.")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Only runs that began on this day (UTC) or later, like `2026-11-22`; "
            "the chain is checked whole all the same."
        ),
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option(
            help="Read only this share of the files, drawn at random, like `5%`; "
            "of the others it is seen that they are there, with the right size."
        ),
    ] = None,
    seed: Annotated[str | None, typer.Option(help="Draw the sample again that was drawn with this seed.")] = None,
    no_extraction: Annotated[
        bool, typer.Option("--no-extraction", help="Check bytes and digests, and make no article again: much faster.")
    ] = False,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(
            help="The key whose signatures are to hold: a file that `pressarc keys new` wrote. May be repeated, where "
            "keys were renewed: any of them is right."
        ),
    ] = None,
    timestamp_ca: Annotated[
        Path | None, typer.Option(help="Certificates (PEM) of whom to trust for time-stamps, which are to hold.")
    ] = None,
    workers: WorkersOption = 0,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check an archive: files against manifests, manifests against the chain, articles against their WARC records.

    Nothing is written. The rules are listed in [FORMAT.md](../FORMAT.md#verification).

    ```sh
    pressarc verify
    pressarc verify example.org --archive s3://bucket/prefix --json
    pressarc verify --sample 5% --since 2026-11-01
    pressarc verify --article ca978112ca1bbdcafac231b39a23dc4d
    ```

    With `--json`: `{archive, sites, since, sample, seed, extraction, checked: {manifests, files, bytes, records,
    articles, taken_down}, findings: [{rule, where, message}]}`.

    Exit code 0 where nothing was found, 1 where something was; 3 where nothing was found but lines that were made with
    other library versions and cannot be compared here (`extractor_differs`).

    With `--article`: where the line stands, the manifest that names its files and the newest one of the chain with
    their digests, the record with its digests, whether the record gives the line again, and for each sentence the
    bytes of the page (its content codings undone) in which it stands. With `--json`, too: `{archive, article,
    taken_down, line, manifest, head, record, sentences: [{text, kind, path, span: [start, end]}], findings}`.

    Without `--public-key` signatures are not looked at, and without `--timestamp-ca` time-stamps are not: who is to be
    trusted, only you can say.
    """
    if revision is not None and article is None:
        raise ConfigError("name the article that it is a revision of, with --article", where=f"--revision {revision}")
    store = archive_of(load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive}))
    trust = Trust(
        tuple(PublicKey.from_pem(_text(path), where=str(path)) for path in public_key or ()),
        None if timestamp_ca is None else roots_from_pem(_text(timestamp_ca), where=str(timestamp_ca)),
    )
    known = tuple(named_sites(store, [*(sites or ()), *(site or ())]))
    if article is not None:
        with Crew(1) as crew:
            proof = prove(store, article, known, crew, revision=revision, trust=trust)
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
        since=parse_day("--since", since),
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
        for page in article.provenance.further:
            yield f"further   {page.key}, {page.length} bytes from {page.offset}"
            yield f"          {page.record_id}, {page.url}"
            yield f"          payload {page.payload_digest}"
        made = "gives this line, byte for byte" if proof.is_made_again else "does not give this line here"
        yield f"again     the record {made}"
    for each in proof.sentences:
        place = f"{each.span.start}-{each.span.end}" if each.span else "not there word for word"
        place = f"page {each.page}, {place}" if article.provenance.further else place
        yield f"sentence  {place}  {each.path}  {each.text}"
    for finding in proof.findings:
        yield f"{finding.rule}  {finding.where}  {finding.message}"
    found = sum(each.span is not None for each in proof.sentences)
    count = len(proof.findings)
    verdict = f"{count} finding{'s'[: count != 1]}" if count else "proven"
    if proof.taken_down is not None and not count:
        yield "what was left of it is as the chain says; of its text nothing can be proven here"
        return
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
    except OSError as error:
        raise ConfigError(f"the file cannot be read ({error.strerror})", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("this is no text in UTF-8", where=str(path)) from error


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
