"""The log's signing keys: a new pair in place of the one that members share.

One transaction: the entry that names both pairs, the checkpoint that both sign, a grant of the new
seed to every active member. Whatever cuts it off leaves the old pair or the new one, never half.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.catalog import Transaction
from archive.errors import PassphraseNeeded
from archive.ledger import handover
from archive.model.access import Action
from archive.model.ids import MemberId
from archive.services.epochs import rolling
from archive.services.events import append, authorise, look
from archive.services.granting import grant_recipients, put_grant
from archive.services.oversight.cosigning import own_policy
from archive.services.parts import Archive
from archive.services.refusals import tells_refusals
from archive.services.session import LOG, Session
from archive.services.unlocked import make_log


@dataclass(frozen=True, slots=True)
class LogRoll:
    """What a roll of the log's keys comes to, or would.

    `vkeys` are the keys that sign now, `epoch` counts the pairs from 1, `entries` is the size of
    the ledger, `members` how many hold the seed, `witnesses` the names of those that must be told.
    """

    vkeys: tuple[str, ...]
    epoch: int
    entries: int
    members: int
    witnesses: tuple[str, ...]


def would_roll(archive: Archive, session: Session) -> LogRoll:
    """Say what `roll_log` would be about; nothing is changed.

    Raises:
        NotPermitted: only a custodian may.
        PassphraseNeeded: the session's keys are in a keyholder.
        InvalidValue: the archive's list of witnesses is not one.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    _require_seed(session)
    look(archive, session, of="log-key")
    return _told(archive, session)


@tells_refusals(Action.MANAGE_MEMBERS)
def roll_log(archive: Archive, session: Session) -> LogRoll:
    """Hand the log over to a new pair of keys; earlier signatures stay good for what they cover.

    Raises:
        NotPermitted: only a custodian may.
        PassphraseNeeded: the session's keys are in a keyholder.
        BindingMismatch: an active member is not certified; nothing was changed.
        InvalidValue: the archive's list of witnesses is not one; nothing was changed.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    _require_seed(session)
    own_policy(archive.folder.path)
    with rolling(archive, session) as tx:
        seed = archive.random(32)
        successor = make_log(archive.origin, seed)
        draft = handover(archive.folder.archive_id, session.log.keys, successor.keys)
        append(archive, session, tx, [draft], successor=successor)
        session.log, session.log_seed = successor, seed
        session.log_epoch += 1
        session.generation += 1
        _share_out(archive, session, tx)
    return _told(archive, session)


def _require_seed(session: Session) -> None:
    if not session.log_seed:
        raise PassphraseNeeded


def _share_out(archive: Archive, session: Session, tx: Transaction) -> None:
    """Grant the log's seed to every active member, and a new set of recipients for sessions."""
    session.directory.learn(tx.members.all())
    for row in list(tx.members.all()):
        if row.state != "active":
            continue
        to = (MemberId(row.id), session.directory.member(row.id).public.recipient)
        tx.keys.remove_grants(to[0], [LOG])
        put_grant(archive, tx, session, to, (LOG, session.log_epoch, session.log_seed))
        grant_recipients(archive, tx, session, to)


def _told(archive: Archive, session: Session) -> LogRoll:
    policy = own_policy(archive.folder.path)
    with archive.catalog.read() as snapshot:
        members = sum(row.state == "active" for row in snapshot.members.all())
        return LogRoll(
            session.log.vkeys,
            session.log_epoch,
            snapshot.ledger.count(),
            members,
            tuple(one.name for one in policy.witnesses) if policy else (),
        )
