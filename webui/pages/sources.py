"""The source register: pseudonyms, and the words that may betray each."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import InvalidInput, InvalidValue, RecordNotFound
from archive.model.access import Action
from archive.model.ids import SourceRef, parse_source_ref
from archive.model.sources import Attribute, FormKind, Threat, Trait
from archive.services.register import attribute
from archive.services.sources import entries as service
from archive.services.sources import importing as source_import
from archive.services.sources.aftermath import Aftermath
from archive.services.sources.importing import Imported, RowOutcome
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.wording import say, say_many, word

pages = Blueprint("sources", __name__, url_prefix="/sources")

Shown = str | tuple[str, int]


@pages.get("")
@needs(Action.MANAGE_SOURCES)
def listing() -> Shown:
    """List the sources with their threat levels."""
    return _page(None)


@pages.post("")
@needs(Action.MANAGE_SOURCES)
def add() -> Response | Shown:
    """Register a source; reading copies that name it are withdrawn when the form says so."""
    try:
        new = service.NewSource(
            _required("name", say("A source needs a name.")),
            tuple(_lines("aliases")),
            attributes=_attributes("attributes"),
            threat=_threat(Threat.HIGH),
            notes=field("notes").strip(),
        )
        _agreed(new.registered().forms)
        done = service.register(archive(), session(), new)
    except InvalidInput as error:
        return _page(error)
    notice(say("Registered as %(source)s.", source=done.source.source))
    _tell(done.aftermath)
    return redirect(url_for("sources.listing"), 303)


@pages.post("/import")
@needs(Action.MANAGE_SOURCES)
def take_table() -> Shown:
    """Register the people of a CSV table and show how each row ended."""
    table = request.files.get("table")
    data = b"" if table is None else table.read()
    try:
        if not data:
            raise InvalidValue(say("No table was chosen."), hint=say("Choose a CSV file."))
        foreseen = source_import.import_sources(archive(), session(), data, dry_run=True)
        _agree(foreseen.aftermath)
        done = source_import.import_sources(archive(), session(), data)
    except InvalidInput as error:
        return _page(error)
    _tell(done.aftermath)
    return _page(None, done)


@pages.get("/<source>")
@needs(Action.MANAGE_SOURCES)
def show(source: str) -> Shown:
    """Show a source and what may be changed of it."""
    return _source_page(_reference(source), None)


@pages.post("/<source>/aliases")
@needs(Action.MANAGE_SOURCES)
def add_alias(source: str) -> Response | Shown:
    """Add one more word or number that betrays a source."""

    def act(reference: SourceRef) -> str:
        alias = _required("alias", say("An alias needs at least one character."))
        _agreed([alias])
        kind = FormKind(field("kind")) if field("kind") in set(FormKind) else FormKind.NAME
        done = service.add_alias(archive(), session(), reference, alias, kind)
        _tell(done.aftermath)
        return say("Alias added to %(source)s.", source=reference)

    return _do(source, act)


@pages.post("/<source>/aliases/remove")
@needs(Action.MANAGE_SOURCES)
def remove_alias(source: str) -> Response | Shown:
    """Take a word away from a source."""

    def act(reference: SourceRef) -> str:
        alias = _required("alias", say("Say which word."))
        service.remove_alias(archive(), session(), reference, alias)
        return say("Taken away: nothing looks for it any more. What plans hide stays hidden.")

    return _do(source, act)


@pages.post("/<source>/edit")
@needs(Action.MANAGE_SOURCES)
def edit(source: str) -> Response | Shown:
    """Set the threat level, and put the attributes of the form in place of the known ones."""

    def act(reference: SourceRef) -> str:
        known = service.show_source(archive(), session(), reference)
        wanted = _attributes("attributes")
        service.edit_source(
            archive(),
            session(),
            reference,
            threat=_threat(known.threat),
            add=[one for one in wanted if one not in known.attributes],
            drop=[one for one in known.attributes if one not in wanted],
        )
        return say("%(source)s is changed.", source=reference)

    return _do(source, act)


def _do(source: str, act: Callable[[SourceRef], str]) -> Response | Shown:
    reference = _reference(source)
    try:
        notice(act(reference))
    except InvalidInput as error:
        return _source_page(reference, error)
    return redirect(url_for("sources.show", source=reference), 303)


def _reference(source: str) -> SourceRef:
    try:
        return parse_source_ref(source)
    except InvalidValue:
        raise RecordNotFound from None


def _agreed(forms: tuple[str, ...] | list[str]) -> None:
    """Look at what new words would lead to, and go on only if the form agrees to it."""
    if not field("withdraw"):
        _agree(service.foresee_forms(archive(), session(), forms))


def _agree(foreseen: Aftermath) -> None:
    """Go on if nothing is to be withdrawn, or if the form agrees to it.

    Raises:
        InvalidValue: released reading copies would have to be withdrawn.
    """
    if foreseen.affected and not field("withdraw"):
        raise InvalidValue(
            say_many(
                "%(num)d released reading copy has these words. Nothing was changed.",
                "%(num)d released reading copies have these words. Nothing was changed.",
                len(foreseen.affected),
            ),
            hint=say("Send the form again with “Withdraw reading copies” ticked."),
        )


def _tell(aftermath: Aftermath) -> None:
    for one in aftermath.affected:
        readers = ", ".join(who.name or say("a member") for who in one.opened)
        notice(
            say(
                "Withdrawn: record %(record)s, opened until now by %(readers)s. Its plan is a "
                "draft.",
                record=one.record,
                readers=readers or say("nobody"),
            )
        )


def _required(name: str, otherwise: str) -> str:
    text = field(name).strip()
    if not text:
        raise InvalidValue(otherwise)
    return text


def _lines(name: str) -> list[str]:
    return [line.strip() for line in field(name).splitlines() if line.strip()]


def _attributes(name: str) -> tuple[Attribute, ...]:
    found = []
    for line in _lines(name):
        called, colon, value = line.partition(":")
        if not colon:
            raise InvalidValue(say("Each attribute is a line such as “place: Hyesan”."))
        found.append(attribute(_trait(called.strip()), value))
    return tuple(found)


def _trait(called: str) -> str:
    """Return the code of a trait that is given by it or by its word on the page."""
    return next((one.value for one in Trait if word(one.value) == called), called)


def _threat(otherwise: Threat) -> Threat:
    return next((one for one in Threat if one.value == field("threat")), otherwise)


def _page(error: InvalidInput | None, done: Imported | None = None) -> Shown:
    html = render_template(
        "sources.html",
        sources=service.list_sources(archive(), session()),
        error=error,
        given={} if error is None else request.form,
        threats=[one.value for one in Threat],
        traits=[one.value for one in Trait],
        columns=source_import.COLUMNS,
        rows=None if done is None else done.rows,
        RowOutcome=RowOutcome,
    )
    return html if error is None else (html, status_code(error))


def _source_page(reference: SourceRef, error: InvalidInput | None) -> Shown:
    html = render_template(
        "source.html",
        source=service.show_source(archive(), session(), reference),
        error=error,
        threats=[one.value for one in Threat],
        traits=[one.value for one in Trait],
        kinds=[one.value for one in FormKind],
    )
    return html if error is None else (html, status_code(error))
