"""What the check of one unit found, and what it saw that only the other units can judge."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.publish.tally import Tally
from pipelines.values import Finding
from pipelines.verify.indexes import Digest, SeenIndex
from pipelines.verify.lineage import SeenRevision


@dataclass(frozen=True, slots=True)
class SeenRevisit:
    """A revisit record, as far as it speaks of another record."""

    where: str
    record_id: str
    """The record it refers to."""
    refers_to: int
    """A short digest of that."""
    payload: int | None
    """A short digest of its payload's digest."""


@dataclass(slots=True)
class UnitReport:
    """What was found in a unit."""

    findings: list[tuple[Finding, str | None]] = field(default_factory=list)
    """Each with a name that several units may find the same of (a file, a profile): it is told once."""
    tally: Tally | None = None
    """Of its lines; null where they were not read, or not all of them."""
    revisions: list[SeenRevision] = field(default_factory=list)
    payloads: dict[int, int] = field(default_factory=dict)
    """Of each response that others may refer to: a short digest of its record id, and one of its payload's digest."""
    revisits: list[SeenRevisit] = field(default_factory=list)
    lacks_records: bool = False
    """Whether records are missing."""
    lacks_articles: bool = False
    """Whether article lines are missing, so that what follows upon them cannot be judged."""
    captures: dict[str, dict[int, Digest]] = field(default_factory=dict)
    """Of each WARC file that is as its manifest says, and whose run has an index: offset → digest of the line."""
    index: SeenIndex | None = None
    """The run's index, where this is its unit and it is as the manifest says."""
    records: int = 0
    articles: int = 0
    read_bytes: int = 0
