"""`strongroom audit witness`, `cosign` and `witnesses`: others see how the ledger grows."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path

import click
import segno
import waitress

from archive.bootstrap import utc_now
from archive.cli.audit_common import needed_policy, policy_option, text_of
from archive.cli.context import Door, common, pass_door
from archive.cli.exits import PARTIAL
from archive.cli.files import new_file
from archive.errors import InvalidValue
from archive.services import audit as service
from archive.services.oversight.witness import WitnessFolder
from archive.services.oversight.witness_http import application
from archive.services.parts import Archive

_QR_BYTES = 2900  # of the 2,953 that fit into one code of the lowest correction (ISO/IEC 18004)


def _write(door: Door, path: str, text: str, qr: str | None) -> None:
    with new_file(path) as out:
        out.write(text.encode())
    if qr is not None:
        code = service.short_note(text)
        if len(code.encode()) > _QR_BYTES:
            raise InvalidValue("That is too long for one QR code.", hint="Carry the file instead.")
        with new_file(qr) as out:
            segno.make(code, error="l", micro=False).save(out, kind="svg", border=4)
    door.emit({"path": path, "qr": qr}, f"Wrote {path}.")


@click.command("cosign")
@policy_option
@click.option("--every", type=click.IntRange(1), metavar="MINUTES", help="Go on asking.")
@click.option("--request", metavar="FILE", help="Write what a witness is to be asked by hand.")
@click.option("--old", type=click.IntRange(0), default=0, help="Entries the witness has seen.")
@click.option("--qr", metavar="FILE", help="Write it as a QR code (SVG), without long signatures.")
@click.option("--answer", metavar="FILE", help="Take in the checkpoint that a witness cosigned.")
@common
@pass_door
def cosign(
    door: Door,
    policy: str | None,
    every: int | None,
    request: str | None,
    old: int,
    qr: str | None,
    answer: str | None,
) -> int:
    """Ask the witnesses of the policy to cosign; by hand with --request and --answer."""
    with door.audited() as archive:
        files = _published(archive)
        keys = service.keys_of_all_times(archive.catalog, archive.folder.vkeys)
        if request is not None:
            _write(door, request, service.request(files, old).encode(), qr)
            return 0
        rules = needed_policy(archive, policy)
        if answer is not None:
            with archive.catalog.read() as view:
                names = service.take(files, view.ledger, keys, rules, text_of(answer))
            door.emit({"cosigned": list(names)}, f"Cosigned by {', '.join(names)}.")
            return 0
        while True:
            good = _asked(door, service.ask(_published(archive), keys, rules))
            if every is None:
                return 0 if good else PARTIAL
            time.sleep(every * 60)


def _published(archive: Archive) -> service.LogFiles:
    files = service.LogFiles(archive.folder)
    with archive.catalog.read() as view:
        files.publish(view.ledger, service.log_keys(archive.folder.vkeys))
    return files


def _asked(door: Door, answers: tuple[service.Answer, ...]) -> bool:
    for one in answers:
        door.emit(asdict(one), f"{one.outcome:12} {one.url} {one.detail}".rstrip())
    if not answers:
        door.note("No witness of the policy has an address; use --request and --answer.")
    return all(one.outcome == "cosigned" for one in answers)


@click.command("witnesses")
@policy_option
@common
@pass_door
def witnesses(door: Door, policy: str | None) -> None:
    """Show how far each witness has cosigned, and who has not."""
    with door.ledger() as archive:
        rules = needed_policy(archive, policy)
        with archive.catalog.read() as view:
            size = view.ledger.tail().size
        found = service.standing(service.LogFiles(archive.folder), rules, size)
    for one in found:
        seen = "never" if one.time is None else f"{one.size} entries at {one.time:%Y-%m-%d %H:%M}"
        door.emit(asdict(one), f"{one.witness:24} {seen}, {one.behind} not seen")


@click.group("witness")
def witness() -> None:
    """Be a witness: a folder and key of its own, on another machine than the archive's."""


@witness.command("init")
@click.argument("folder")
@click.option("--name", required=True, help="Such as auditor.example/laptop.")
@click.option("--pin", "pins", multiple=True, metavar="FILE", help="Watch the log of this pin.")
@common
@pass_door
def witness_init(door: Door, folder: str, name: str, pins: tuple[str, ...]) -> None:
    """Make a witness in FOLDER (new)."""
    texts = [text_of(one) for one in pins]
    made = WitnessFolder.create(Path(folder), name, random=os.urandom)
    origins = [made.trust(text) for text in texts]
    _show(door, made, origins)


@witness.command("trust")
@click.argument("folder")
@click.argument("pin")
@common
@pass_door
def witness_trust(door: Door, folder: str, pin: str) -> None:
    """Watch one more log, from the checkpoint of PIN on."""
    opened = WitnessFolder.open(Path(folder))
    _show(door, opened, [opened.trust(text_of(pin))])


@witness.command("show")
@click.argument("folder")
@common
@pass_door
def witness_show(door: Door, folder: str) -> None:
    """Print the witness's keys as lines of a policy, its logs, and what it refused."""
    opened = WitnessFolder.open(Path(folder))
    _show(door, opened, list(opened.logs()))


def _show(door: Door, opened: WitnessFolder, origins: list[str]) -> None:
    refused = [path.name for path in opened.evidence()]
    data = {"name": opened.name, "vkeys": list(opened.vkeys), "logs": origins, "refused": refused}
    lines = [f"witness {opened.name} {opened.vkeys[1]}", *(f"# watches {one}" for one in origins)]
    lines += [f"# refused, signed by the log: {name}" for name in refused]
    door.emit(data, "\n".join(lines))


@witness.command("cosign")
@click.argument("folder")
@click.argument("request")
@click.argument("answer")
@click.option("--qr", metavar="FILE", help="Write it as a QR code (SVG), without long signatures.")
@common
@pass_door
def witness_cosign(door: Door, folder: str, request: str, answer: str, qr: str | None) -> None:
    """Answer a REQUEST that was carried here, into the file ANSWER."""
    opened = WitnessFolder.open(Path(folder))
    _write(door, answer, opened.answer(text_of(request).encode(), utc_now), qr)


@witness.command("serve")
@click.argument("folder")
@click.option("--listen", default="127.0.0.1:8451", show_default=True, metavar="ADDR")
@common
@pass_door
def witness_serve(door: Door, folder: str, listen: str) -> None:
    """Answer archives over HTTP (C2SP tlog-witness), until stopped."""
    opened = WitnessFolder.open(Path(folder))
    try:
        server = waitress.create_server(
            application(opened, utc_now), listen=listen, threads=4, max_request_body_size=1 << 17
        )
    except (OSError, ValueError):
        raise InvalidValue("That address cannot be listened on.") from None
    url = f"http://{server.effective_host}:{server.effective_port}"
    door.emit({"url": url}, f"Witnessing at {url} (Ctrl-C stops it)")
    server.run()
