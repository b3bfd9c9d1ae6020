"""The acts of the redaction editor, each on one plan, each in words for the page after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archive.model.ids import RecordId
from archive.model.redaction import Method
from archive.services.redaction import plan_history, reviewing
from archive.services.redaction import redact as service
from archive.services.redaction.plan_views import (
    LeakReport,
    PlanView,
    anew_in_words,
    unlooked,
    unread_models,
)
from archive.services.redaction.plans import Seen
from webui.desk import archive, field, session
from webui.pages import editor_forms as forms
from webui.wording import lazy, say, say_many, word

Act = Callable[[RecordId], str]
LOOKED = 10
"""Pages whose pictures are looked at while a browser waits: some seconds for each."""


def _propose(record: RecordId) -> str:
    first = max(forms.number("from") or 1, 1) - 1
    pages = range(first, first + LOOKED)
    found = service.propose(archive(), session(), record, forms.seen(), pages=pages)
    return " ".join(
        (
            say("%(count)s places are marked now.", count=len(found.redactions)),
            *(say("Not installed: %(name)s.", name=word(name)) for name in unread_models()),
            say("Read the text: finders miss things."),
            *_about_faces(found),
            *_about_names(found),
        )
    )


def _about_faces(found: PlanView) -> Iterator[str]:
    if found.faces is None:
        return
    heads = sum(one.method is Method.DETECTOR for one in found.regions)
    yield say_many(
        "%(num)d head is hidden in pictures.", "%(num)d heads are hidden in pictures.", heads
    )
    missed = unlooked(found.faces)
    if missed:
        yield say("Nobody looked for faces on pages %(pages)s.", pages=missed)
    yield say("Look at every picture: faces are missed too.")


def _about_names(found: PlanView) -> Iterator[str]:
    if found.names is None:
        return
    if not found.names.ready:
        yield say("No picture was read for names: recognition has no language data here.")
        return
    boxes = sum(one.method is Method.REGISTER for one in found.regions)
    if boxes:
        yield say_many(
            "%(num)d name read in pictures is hidden.",
            "%(num)d names read in pictures are hidden.",
            boxes,
        )
    missed = unlooked(found.names)
    if missed:
        yield say("Nobody read the pictures on pages %(pages)s.", pages=missed)
    yield say("Words in pictures are missed too.")


def _mark(record: RecordId) -> str:
    why, words, seen = forms.reason(), field("words").strip(), forms.seen()
    if words and field("how") != "place" and not field("span"):
        service.mark(archive(), session(), record, text=words, reason=why, seen=seen)
        return say("Hidden wherever it stands in this document.")
    service.mark(archive(), session(), record, span=forms.span(), reason=why, seen=seen)
    return say("Hidden.")


def _unmark(record: RecordId) -> str:
    service.unmark(archive(), session(), record, forms.span(), seen=forms.seen())
    return say("What was marked there is taken back.")


def _accept(record: RecordId) -> str:
    reviewing.accept(archive(), session(), record, forms.choice(), forms.seen())
    return say("Accepted.")


def _take_back(record: RecordId) -> str:
    reviewing.take_back(archive(), session(), record, forms.choice(), forms.seen())
    return say("Taken back.")


def _give_reason(record: RecordId) -> str:
    chosen, why = forms.choice(), forms.reason()
    reviewing.give_reason(archive(), session(), record, chosen, why, forms.seen())
    return say("They are hidden for another reason now.")


def _region(record: RecordId) -> str:
    service.mark(archive(), session(), record, region=forms.region(), seen=forms.seen())
    return say("The region is hidden.")


def _regions(record: RecordId) -> str:
    found, seen = forms.regions(), forms.seen()
    for one in found:
        view = service.mark(archive(), session(), record, region=one, seen=seen)
        seen = Seen(view.version, seen.text)
    return say_many("%(num)d box is hidden.", "%(num)d boxes are hidden.", len(found))


def _unregion(record: RecordId) -> str:
    service.unmark(archive(), session(), record, region=forms.region(), seen=forms.seen())
    return say("The region is taken back.")


def _undo(record: RecordId) -> str:
    plan_history.undo(archive(), session(), record, forms.seen())
    return say("The last change is taken back.")


def _redo(record: RecordId) -> str:
    plan_history.redo(archive(), session(), record, forms.seen())
    return say("Done again.")


def _submit(record: RecordId) -> str:
    found = service.submit(
        archive(),
        session(),
        record,
        text_only=field("text-only") == "yes",
        as_drawn=field("as-drawn") == "yes",
        seen=forms.seen(),
    )
    told = [say("Submitted. Another archivist or custodian must approve it.")]
    if found.anew and not found.as_drawn:
        pages = anew_in_words(found.anew)
        told.append(say("Pages that are set anew from their words: %(pages)s.", pages=pages))
    return " ".join(told)


def _approve(record: RecordId) -> str:
    known = bool(field("acknowledge"))
    service.approve(archive(), session(), record, field("copy"), acknowledge=known)
    if field("then") != "release":
        return say("Approved. It can be released now.")
    service.release(archive(), session(), record)
    return say("Approved and released. Researchers can find and read it now.")


def _reject(record: RecordId) -> str:
    why = forms.words(say("Say why the plan goes back."))
    service.reject(archive(), session(), record, why, field("copy"))
    return say("Sent back.")


def _release(record: RecordId) -> str:
    service.release(archive(), session(), record)
    return say("Released. Researchers can find and read it now.")


def _withdraw(record: RecordId) -> str:
    service.withdraw(archive(), session(), record, forms.words(say("Say why it is withdrawn.")))
    return say("Withdrawn. Researchers can no longer find or read it.")


def in_words(report: LeakReport) -> str:
    """Return what the gate found, without a word of what it found."""
    crowds = [
        say(
            "What is released about %(source)s fits %(count)s people of the register.",
            source=one.source,
            count=one.fits,
        )
        for one in report.crowds
    ]
    if not report.leaks:
        return " ".join((say("The check found no registered source in the reading copy."), *crowds))
    places = ", ".join(
        say("%(what)s in %(field)s", what=leak.source or say("a mark"), field=word(leak.field))
        for leak in report.leaks
    )
    found = say(
        "The check found %(count)s places: %(places)s.", count=len(report.leaks), places=places
    )
    return " ".join((found, *crowds))


ACTS: dict[str, Act] = {
    "propose": _propose,
    "mark": _mark,
    "unmark": _unmark,
    "accept": _accept,
    "take-back": _take_back,
    "reason": _give_reason,
    "region": _region,
    "regions": _regions,
    "unregion": _unregion,
    "undo": _undo,
    "redo": _redo,
    "submit": _submit,
    "approve": _approve,
    "reject": _reject,
    "release": _release,
    "withdraw": _withdraw,
}
"""Acts by the last part of their address."""

AGAIN = {
    "propose": lazy("look for what may have to be hidden"),
    "mark": lazy("hide something"),
    "unmark": lazy("take marks back"),
    "accept": lazy("accept marks"),
    "take-back": lazy("take marks back"),
    "reason": lazy("give marks another reason"),
    "region": lazy("hide a region of a page"),
    "regions": lazy("hide regions of pages"),
    "unregion": lazy("take a region back"),
}
"""Acts that still make sense after somebody else changed the plan, in words."""
