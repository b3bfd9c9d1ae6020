"""Registered names in the pictures and codes of a record, read in every way, as regions."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import reduce

from archive.errors import SandboxError
from archive.extraction import (
    IMAGE_CODES,
    IMAGE_SIGHTS,
    PDF_CODES,
    PDF_SIGHTS,
    RECOGNITION,
    Extraction,
    NoText,
    Order,
    Sandbox,
    Sights,
    parse_sights,
    side_by_side,
)
from archive.model.ids import RecordId, SourceRef
from archive.model.objects import CanonicalText, WordBox
from archive.model.pages import PageBox, PageSight
from archive.model.redaction import Leak, RedactionPlan, Region
from archive.redaction import SourceMatcher
from archive.redaction.pages import hiding, is_hidden, lay_out, seen_region, with_regions
from archive.services.parts import Archive
from archive.services.redaction.pages import (
    ALL_PAGES,
    Progress,
    effective,
    has_pages,
    original_of,
    silent,
)
from archive.services.redaction.plans import Desk, open_desk
from archive.services.register import all_sources, matcher
from archive.services.session import Session

_PDF, _DPI = "application/pdf", 300
_AT_ONCE = 4  # pages; one with a picture takes one to ten seconds of the 300 that a child may
_SURE, _HINT = 90, 50  # percent; recognition errs even where the name is complete
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sighted:
    """A registered name, or what is nearly one, in one sight: its words, and what would hide it.

    `place` is where it begins and ends in what was read, in code points.
    """

    sight: PageSight
    words: tuple[WordBox, ...]
    boxes: tuple[PageBox, ...]
    certain: bool
    source: SourceRef
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class NamesLooked:
    """How far pictures on pages were read for registered names, and what was found.

    Where recognition is not `ready`, nothing was read. `pages` counts all, `unseen` names those,
    from 0, that were not reached or cannot be rendered, beginning with the first that was meant. A
    page without any picture counts as read.
    """

    ready: bool
    pages: int
    unseen: tuple[int, ...]
    found: tuple[Sighted, ...] = ()
    sizes: tuple[tuple[int, float, float], ...] = ()

    @property
    def looked(self) -> frozenset[int]:
        """The pages, from 0, that were read."""
        return frozenset(page for page, *_ in self.sizes)

    def regions(self, plan: RedactionPlan, text: CanonicalText) -> tuple[Region, ...]:
        """Return the regions of a plan with those that hide what it does not hide yet."""
        regions = plan.regions
        for one in self._shown(plan, text):
            confidence = _SURE if one.certain else _HINT
            made = [seen_region(one.sight.page, box, RECOGNITION, confidence) for box in one.boxes]
            regions = with_regions(regions, made)
        return regions

    def leaks(self, plan: RedactionPlan, text: CanonicalText) -> tuple[Leak, ...]:
        """Return the names, none that is only nearly one, that a plan does not hide.

        Each comes with the box that would hide it.
        """
        return tuple(
            Leak(
                f"page-{one.sight.page + 1}:seen",
                *one.place,
                one.source,
                one.sight.page,
                reduce(PageBox.around, one.boxes),
            )
            for one in self._shown(plan, text)
            if one.certain
        )

    def _shown(self, plan: RedactionPlan, text: CanonicalText) -> Iterator[Sighted]:
        """Yield what neither a plan hides nor the boxes of what was yielded before."""
        layout = lay_out(text, effective(plan, text).redactions, plan.regions)
        hidden = {page: layout.boxes(page, *size) for page, *size in self.sizes}
        for one in self.found:
            page = one.sight.page
            if not is_hidden(one.sight, one.words, hidden[page]):
                hidden[page] = (*hidden[page], *one.boxes)
                yield one


def look_for_names(
    archive: Archive,
    session: Session,
    record: RecordId,
    progress: Progress,
    pages: range = ALL_PAGES,
) -> NamesLooked | None:
    """Read the pictures on those pages of a record, from 0, for registered names.

    `None` if it has no pages, or nobody is registered. Takes seconds for a page with pictures: call
    it while no transaction waits.

    Raises:
        RecordNotFound: no such record.
        StorageError, IntegrityError: the original cannot be read.
    """
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    with closing(archive.sandbox()) as sandbox:
        return names_at(archive, session, sandbox, desk, progress, pages, pages.start)


def names_at(
    archive: Archive,
    session: Session,
    sandbox: Sandbox,
    desk: Desk,
    progress: Progress = silent,
    pages: Container[int] = ALL_PAGES,
    first: int = 0,
) -> NamesLooked | None:
    """Do as `look_for_names` does, for a record that is open for redaction.

    `first` is the first of the `pages`, both from 0.

    Raises:
        StorageError, IntegrityError: the original cannot be read.
    """
    if not has_pages(desk.opened) or not all_sources(archive, session):
        return None
    is_pdf = desk.opened.manifest.media_type == _PDF
    letters, codes = (PDF_SIGHTS, PDF_CODES) if is_pdf else (IMAGE_SIGHTS, IMAGE_CODES)
    data = original_of(archive, desk.opened)
    register = matcher(archive, session)
    known = frozenset(_WORD.findall(desk.text.text.casefold()))
    sizes: dict[int, tuple[float, float]] = {}
    names: list[Sighted] = []
    total = max(first + 1, len(desk.text.pages))
    for answer, reached in _answers(sandbox, letters, data, pages, total):
        if answer is None:
            return NamesLooked(ready=False, pages=0, unseen=())
        total = answer.total or total  # the text may have a part that is no page
        sizes.update(answer.seen)
        names += sighted(answer, register, known)
        progress(min(reached, total), total)
    coded = [one for one, _ in _answers(sandbox, codes, data, pages, total) if one is not None]
    looked = frozenset(page for one in coded for page in one.seen)
    sizes = {page: size for page, size in sizes.items() if page in looked}
    names += (name for one in coded for name in sighted(one, register, known))
    unseen = tuple(number for number in range(first, total) if number not in sizes)
    measured = tuple((page, *size) for page, size in sorted(sizes.items()))
    return NamesLooked(True, total, unseen, tuple(names), measured)


def sighted(answer: Sights, register: SourceMatcher, known: frozenset[str]) -> Iterator[Sighted]:
    """Yield what the register finds in what was read, without what is nearly a name but `known`.

    One letter may be read wrong, so words that are nearly a name count too, unless the text has
    all of them: there they are proposed or were decided on.
    """
    text = answer.text.text
    for match in register.find(text, hints=True, recognised=True):
        words = _WORD.findall(text[match.start : match.end].casefold())
        if match.certain or not known.issuperset(words):
            for sight, boxes, found in placed(answer, match.start, match.end):
                place = match.start, match.end
                yield Sighted(sight, found, boxes, match.certain, match.source, place)


def placed(
    answer: Sights, start: int, end: int
) -> Iterator[tuple[PageSight, tuple[PageBox, ...], tuple[WordBox, ...]]]:
    """Yield where on its page a span of what was read stands: sight, boxes that hide it, words."""
    for sight, found in answer.places(start, end):
        number = found[0].page
        words = [word for word in answer.text.boxes if word.page == number]
        yield sight, hiding(sight, found, words), found


def _answers(
    sandbox: Sandbox, question: str, data: bytes, pages: Container[int], total: int
) -> Iterator[tuple[Sights | None, int]]:
    """Yield what is read on some pages at a time, and how far that is; `None` without recognition.

    When some fail together, each is asked for by itself. `total` is how many there are at least.
    """
    first = 0
    while first < total:
        orders = list(_orders(first, total, pages))
        first = total
        with closing(side_by_side(sandbox, question, data, list(map(bytes, orders)))) as found:
            for order, one in zip(orders, found, strict=True):
                for answer in _each(sandbox, question, data, order, one):
                    total = max(total, answer.total if answer is not None else 0)
                    yield answer, order.first + order.count


def _orders(first: int, last: int, pages: Container[int]) -> Iterator[Order]:
    """Yield orders for those pages that are meant, as many neighbours at once as may be."""
    count = 0
    for number in range(first, last + 1):
        meant = number < last and number in pages
        if count and (not meant or count == _AT_ONCE):
            yield Order(number - count, count, _DPI)
            count = 0
        count += meant


def _each(
    sandbox: Sandbox, question: str, data: bytes, order: Order, found: Extraction | SandboxError
) -> Iterator[Sights | None]:
    """Yield what was read on some pages; each is asked for by itself where they failed together."""
    if not isinstance(found, SandboxError):
        try:
            answer = _sights(found)
        except SandboxError:
            pass
        else:
            yield answer
            return
    for number in range(order.first, order.first + order.count):
        with suppress(SandboxError):
            yield _sights(sandbox.ask(question, data, bytes(Order(number, 1, _DPI))))


def _sights(answer: Extraction) -> Sights | None:
    return None if answer.reason == NoText.NO_LANGUAGE_DATA.value else parse_sights(answer)
