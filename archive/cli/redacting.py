"""`redact`: four eyes from draft to approved reading copy."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict
from typing import Any

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.files import write_out
from archive.cli.progress import page_bar
from archive.errors import ArchiveError, InvalidValue
from archive.model.ids import parse_record_id
from archive.model.pages import PageBox
from archive.model.redaction import Method, Reason, Region
from archive.services.redaction import redact as service
from archive.services.redaction import review_queue
from archive.services.redaction.faces import FacesLooked
from archive.services.redaction.pages import ALL_PAGES
from archive.services.redaction.piecewise import propose_in_pieces
from archive.services.redaction.plan_views import (
    PlanView,
    anew_in_words,
    unlooked,
    unread_models,
)
from archive.services.redaction.review_queue import Risk
from archive.services.redaction.sightings import NamesLooked


@click.group()
def redact() -> None:
    """Propose and mark what to hide, submit it, and have a second member approve it."""


def _data(view: PlanView) -> dict[str, Any]:
    return {
        "plan": f"{view.record}/{view.version}",
        "record": view.record,
        "version": view.version,
        "state": view.state.value,
        "copy_digest": view.copy_digest,
        "found_by": view.found_by,
        "title": view.title or None,
        "proposer": view.proposer,
        "approver": view.approver,
        "spans": [
            {
                "start": r.start,
                "end": r.end,
                "reason": r.reason.value,
                "method": r.method.value,
                "detector": r.detector,
                "source": r.source,
                "review": r.review.value or None,
                "confidence": r.confidence,
            }
            for r in view.redactions
        ],
        "regions": [_region_text(one) for one in view.regions],
        "proposed_regions": [
            {
                "region": _region_text(one),
                "reason": one.reason.value,
                "method": one.method.value,
                "detector": one.detector,
                "confidence": one.confidence,
            }
            for one in view.regions
            if one.method is not Method.MANUAL
        ],
        "lost": [
            {
                "text_version": one.text_version,
                "start": one.redaction.start,
                "end": one.redaction.end,
                "reason": one.redaction.reason.value,
                "review": one.redaction.review.value,
            }
            for one in view.lost
        ],
    }


def emit(door: Door, view: PlanView, *, risk: Risk | None = None) -> None:
    """Print a plan."""
    lines = [f"{view.record}  {view.state.value}, version {view.version}"]
    data = _data(view)
    if risk is not None:
        lines[0] += f"  ({', '.join(risk.reasons)})" if risk.reasons else ""
        data["risk"] = {**asdict(risk), "reasons": list(risk.reasons)}
    lines += [
        f"  {r.start:>7}:{r.end:<7} {r.reason.value}  {r.detector:13} {r.source or '':7}"
        f" {r.confidence:3}% {r.review.value}".rstrip()
        for r in view.redactions
    ]
    lines += [
        f"  {one.redaction.start:>7}:{one.redaction.end:<7} {one.redaction.reason.value}  "
        f"lost: it stood there in text version {one.text_version}"
        for one in view.lost
    ]
    lines += [
        f"  {_region_text(one)}  {one.reason.value}  {one.detector:13} {one.confidence:11}%"
        if one.method is not Method.MANUAL
        else f"  {_region_text(one)}  {one.reason.value}  region"
        for one in view.regions
    ]
    if view.title:
        lines.append(f"  title: {view.title}")
    if view.anew:
        lines.append(f"  {_on_pages(view)}")
    data["set_anew"] = [[run.first + 1, run.last + 1] for run in view.anew]
    data["as_drawn"] = view.as_drawn
    if view.faces is not None:
        pages = {"model": view.faces.state, "pages": view.faces.pages}
        data["faces"] = {**pages, "unseen": [number + 1 for number in view.faces.unseen]}
    if view.names is not None:
        state = "ready" if view.names.ready else "absent"
        read = {"recognition": state, "pages": view.names.pages}
        data["names"] = {**read, "unseen": [number + 1 for number in view.names.unseen]}
    door.emit(data, "\n".join(lines))


def _on_pages(view: PlanView) -> str:
    pages = anew_in_words(view.anew)
    if view.as_drawn:
        return (
            "Drawn because somebody chose it, although several places are hidden and where lines "
            f"end tells who it may be: {pages}"
        )
    return (
        "Set anew from their words, without their pictures, because hidden places add up, in one "
        f"copy or over several, and where lines end would tell who it may be: {pages}"
    )


def _region_text(one: Region) -> str:
    return region_text(one.page, one.box)


def region_text(page: int, box: PageBox) -> str:
    """Return a box on a page, from 0, as `redact mark --region` takes it."""
    sides = (f"{side:.3f}" for side in (box.left, box.bottom, box.right, box.top))
    return f"{page + 1}:{','.join(side.rstrip('0').rstrip('.') for side in sides)}"


def _region(value: str, reason: Reason) -> Region:
    number = r"([0-9]{1,5}(?:\.[0-9]{1,3})?)"
    found = re.fullmatch(rf"([1-9][0-9]{{0,5}}):{number},{number},{number},{number}", value)
    if not found:
        raise InvalidValue("A region is given as PAGE:LEFT,BOTTOM,RIGHT,TOP in points.")
    return Region(int(found[1]) - 1, PageBox(*map(float, found.groups()[1:])), reason)


def _span(value: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,9}):([0-9]{1,9})", value)
    if not found:
        raise InvalidValue("A span is given as START:END in code points.")
    return int(found[1]), int(found[2])


def _pages(value: str | None) -> range:
    found = re.fullmatch(r"([1-9][0-9]{0,5})(-([1-9][0-9]{0,5})?)?", value or "1-")
    if not found:
        raise InvalidValue("Pages are given as FIRST-LAST, FIRST- or one number, from 1.")
    first = int(found[1])
    last = int(found[3] or (ALL_PAGES.stop if found[2] else first))
    if last < first:
        raise InvalidValue("The last page is before the first.")
    return range(first - 1, last)


@redact.command("propose")
@click.argument("record")
@click.option(
    "--pages",
    metavar="A-B",
    help="Look at pictures on these pages only, from 1; `A-` is all from there on. The text is "
    "searched with page 1.",
)
@common
@pass_door
def propose(door: Door, record: str, pages: str | None) -> None:
    """Add every find of the register and the detectors to the plan. Detectors miss: read too.

    On pages and pictures the heads of people become regions; whoever is turned away, covered, drawn
    or small may not be seen. So do registered names that recognition reads in pictures: turned, at
    a slant, pale, coloured. Handwriting, arcs, outlined letters and much else it does not read.

    Of a long document, what was found is kept every 48 pages; if it is cut off, go on with --pages.
    """
    record_id, meant = parse_record_id(record), _pages(pages)
    reached: list[int] = []
    with door.session() as (archive, session), page_bar(door) as progress:
        try:
            view = propose_in_pieces(
                archive, session, record_id, pages=meant, progress=progress, kept=reached.append
            )
        except (KeyboardInterrupt, ArchiveError):
            if reached:
                end = f"{meant.stop}" if meant.stop < ALL_PAGES.stop else ""
                rest = f"strongroom redact propose {record} --pages {reached[-1] + 1}-{end}"
                door.note(f"Kept up to page {reached[-1]}. To go on: {rest}")
            raise
    emit(door, view)
    absent = "".join(f" Not installed: {name}." for name in unread_models())
    counts = ", ".join(f"{name} {count}" for name, count in view.found_by.items())
    door.note(f"Found by: {counts or 'nothing'}.{absent} Detectors miss: read the whole text.")
    if view.faces is not None:
        door.note(_on_faces(view.faces))
    if view.names is not None:
        door.note(_on_names(view.names))


def _on_faces(faces: FacesLooked) -> str:
    missed = unlooked(faces)
    alone = f" Nobody looked for faces on pages {missed}." if missed else ""
    return f"Faces are missed too: look at every page and picture.{alone}"


def _on_names(names: NamesLooked) -> str:
    if not names.ready:
        return "No picture was read for names: recognition has no language data; see `doctor`."
    missed = unlooked(names)
    alone = f" Nobody read the pictures on pages {missed}." if missed else ""
    return f"Words in pictures are missed too: handwriting, stamps, arcs, outlined letters.{alone}"


@redact.command("mark")
@click.argument("record")
@click.option("--text", help="Hide every occurrence of this text.")
@click.option("--span", metavar="A:B", help="Hide code points A to B of the canonical text.")
@click.option(
    "--region",
    metavar="P:L,B,R,T",
    help="Hide a rectangle of page P (from 1), in points from its lower left corner.",
)
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in Reason]),
    default=Reason.SOURCE_IDENTITY.value,
    show_default=True,
)
@common
@pass_door
def mark(
    door: Door, record: str, text: str | None, span: str | None, region: str | None, reason: str
) -> None:
    """Mark a text, a span or a region of a page by hand."""
    where = _span(span) if span else None
    area = _region(region, Reason(reason)) if region else None
    with door.session() as (archive, session):
        view = service.mark(
            archive,
            session,
            parse_record_id(record),
            text=text,
            span=where,
            region=area,
            reason=Reason(reason),
        )
        emit(door, view)


@redact.command("unmark")
@click.argument("record")
@click.option("--span", metavar="A:B", help="What touches code points A to B.")
@click.option("--region", metavar="P:L,B,R,T", help="Regions that touch this one of page P.")
@click.option("--found-by", metavar="NAME", help="All that this detector proposed, as `date`.")
@common
@pass_door
def unmark(
    door: Door, record: str, span: str | None, region: str | None, found_by: str | None
) -> None:
    """Take back what is marked in a span, regions, or what a detector proposed."""
    where = _span(span) if span else None
    area = _region(region, Reason.SOURCE_IDENTITY) if region else None
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        view = service.unmark(archive, session, record_id, where, region=area, found_by=found_by)
    emit(door, view)


@redact.command("plan")
@click.argument("record")
@common
@pass_door
def plan(door: Door, record: str) -> None:
    """Show the plan of a record."""
    with door.session() as (archive, session):
        emit(door, service.plan(archive, session, parse_record_id(record)))


@redact.command("queue")
@common
@pass_door
def queue(door: Door) -> None:
    """List the plans that wait for a second member, the riskiest first, and why."""
    with door.session() as (archive, session):
        waiting = review_queue.queue(archive, session)
    for one in waiting:
        emit(door, one.plan, risk=one.risk)
    if not waiting:
        door.note("Nothing waits for approval.")


@redact.command("preview")
@click.argument("record")
@click.option("--pages", is_flag=True, help="Write the rebuilt pages as a PDF instead.")
@click.option("-o", "--output", metavar="FILE", help="Where the pages go; - for stdout.")
@common
@pass_door
def preview(door: Door, record: str, pages: bool, output: str | None) -> None:
    """Show the reading copy exactly as a researcher will see it."""
    if pages != (output is not None):
        raise InvalidValue("Give --pages and -o FILE together.")
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        if output is not None:
            with page_bar(door) as progress:
                pdf = service.preview_pages(archive, session, record_id, progress)
            _write_pages(door, record_id, pdf, output)
            return
        copy = service.preview(archive, session, record_id)
    data = {"record": copy.record, "title": copy.title, "date": copy.date, "text": copy.text}
    door.emit(data, f"{copy.title}\n\n{copy.text}")


def _write_pages(door: Door, record: str, pdf: bytes, output: str) -> None:
    write_out(output, pdf)
    if output != "-":
        digest = hashlib.sha256(pdf).hexdigest()
        door.emit(
            {"record": record, "path": output, "size": len(pdf), "sha256": digest},
            f"Written to {output}.",
        )


@redact.command("submit")
@click.argument("record")
@click.option("--text-only", is_flag=True, help="Without pages: the redacted text alone.")
@click.option(
    "--as-drawn",
    is_flag=True,
    help="Draw pages although where their lines end tells who may be hidden. The ledger says so.",
)
@common
@pass_door
def submit(door: Door, record: str, text_only: bool, as_drawn: bool) -> None:
    """Freeze the plan and its reading copy, pages included, for a second member.

    Pages on which several places of running text are hidden are set anew from their words, since
    line ends would tell what is hidden; pictures on them are left out.
    """
    if text_only and as_drawn:
        raise InvalidValue("Give --text-only or --as-drawn, not both.")
    record_id = parse_record_id(record)
    with door.session() as (archive, session), page_bar(door) as progress:
        view = service.submit(
            archive,
            session,
            record_id,
            text_only=text_only,
            as_drawn=as_drawn,
            progress=progress,
        )
    emit(door, view)


@redact.command("approve")
@click.argument("record")
@click.option("--copy", metavar="DIGEST", help="Only this copy: its copy_digest, as looked at.")
@click.option("--acknowledge", is_flag=True, help="Although what is released fits few people.")
@common
@pass_door
def approve(door: Door, record: str, copy: str | None, acknowledge: bool) -> None:
    """Approve what another member submitted: signs the exact reading copy."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        emit(door, service.approve(archive, session, record_id, copy, acknowledge=acknowledge))


@redact.command("reject")
@click.argument("record")
@click.option("--reason", required=True, help="Why; sealed, for the plan's workers.")
@common
@pass_door
def reject(door: Door, record: str, reason: str) -> None:
    """Send a submitted plan back."""
    with door.session() as (archive, session):
        emit(door, service.reject(archive, session, parse_record_id(record), reason))
