"""What goes into a search index and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.model.ids import RecordId
from archive.model.portable import Portable


@dataclass(frozen=True, slots=True)
class IndexDocument(Portable):
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

    `within` are earlier queries that must match too; `like` asks for records that share the words
    of that one, and then `query` may be empty. `facets` holds chosen values by facet: one value of
    each facet must fit. `date_from` and `date_to` are ISO 8601 dates, both inclusive; `sort` is
    `relevance`, `date`, `-date` or `title`. `collapse` puts texts that are nearly the same under
    the first of them. `page` counts from 1; `limit` is hits per page, 1 to 100. `today` is the ISO
    8601 day from which a query's `last month` is counted.
    """

    query: str
    within: tuple[str, ...] = ()
    like: RecordId | None = None
    date_from: str | None = None
    date_to: str | None = None
    language: str | None = None
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    collapse: bool = False
    limit: int = 20
    page: int = 1
    today: str | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text around a hit; `hits` are offsets into `text`, end exclusive.

    `start` is the offset of the piece in the whole text.
    """

    text: str
    hits: tuple[tuple[int, int], ...] = ()
    start: int = 0


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One matching record.

    `count` is how often the query's words occur in the part of the text that is looked at;
    `places` are the offsets of the first of them in the text, `ends` where each ends, exclusive,
    and `pages` how many stand on each page, counted from 1, where the record has pages. `similar`
    are the records under this one.
    """

    record: RecordId
    title: str
    date: str | None
    score: float
    snippet: Snippet
    count: int = 0
    places: tuple[int, ...] = ()
    pages: dict[int, int] = field(default_factory=dict)
    similar: tuple[RecordId, ...] = ()
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of hits, the total count, facet counts, and a suggestion.

    The counts of a facet are of the records that match all but the choice in that same facet.
    `notice` is for the person: what happened on the way, such as an index that was built anew.
    `index` names the index that answered, as it stood that day: the same one answers the same.
    """

    total: int
    hits: tuple[SearchHit, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    suggestion: str | None = None
    notice: str | None = None
    index: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What one line of a batch found: how many records, and the best of them with their titles.

    `error` is the code of the refusal of a line that cannot be searched for.
    """

    line: str
    total: int
    top: tuple[tuple[RecordId, str], ...] = ()
    error: str | None = None
