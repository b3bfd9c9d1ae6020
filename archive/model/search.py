"""What goes into a search index and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.model.ids import RecordId


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One searchable record: text and title, ISO 8601 date, BCP 47 language, facets by name.

    A facet has several values where a document has several, as tags do.
    """

    record: RecordId
    title: str
    text: str
    date: str | None = None
    language: str | None = None
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A query in the safe grammar with its filters.

    `page` counts from 1; `limit` is hits per page, 1 to 100; `date_from` and `date_to` are ISO
    8601 dates, both inclusive; `sort` is `relevance`, `date` or `-date`.
    """

    query: str
    date_from: str | None = None
    date_to: str | None = None
    language: str | None = None
    facets: dict[str, str] = field(default_factory=dict)
    sort: str = "relevance"
    limit: int = 20
    page: int = 1


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text around a hit; `hits` are offsets into `text`, end exclusive."""

    text: str
    hits: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One matching record."""

    record: RecordId
    title: str
    date: str | None
    score: float
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of hits, the total count, facet counts over all matches, and a suggestion."""

    total: int
    hits: tuple[SearchHit, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    suggestion: str | None = None
