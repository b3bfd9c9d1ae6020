"""Sources: the people behind documents. Everything else knows only the pseudonym."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from archive.model.ids import SourceRef


class Threat(str, Enum):
    """How much a source has to fear if they become known, from least to most."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    GRAVE = "grave"

    @property
    def rank(self) -> int:
        """Place in the order, from 0."""
        return tuple(Threat).index(self)


class FormKind(str, Enum):
    """What a registered form is; names and aliases are one kind, so that neither tells."""

    NAME = "name"
    HANDLE = "handle"
    NUMBER = "number"


class Trait(str, Enum):
    """What an attribute of a source is about."""

    PLACE = "place"
    JOB = "job"
    KINSHIP = "kinship"
    DATE = "date"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class Attribute:
    """Something that is true of a source and, with other things, may tell who they are."""

    trait: Trait
    value: str


@dataclass(frozen=True, slots=True)
class SourceForms:
    """Everything in a text that may betray one source: names, aliases, handles, numbers.

    The order says nothing: which form is the legal name is known to the sealed dossier only.
    """

    source: SourceRef
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """A source as an archivist sees it: pseudonym, forms in no telling order, what is true of them.

    `kinds` names the forms that are handles or numbers; a form that it does not name is a name.
    """

    source: SourceRef
    forms: tuple[str, ...]
    kinds: dict[str, FormKind] = field(default_factory=dict)
    threat: Threat = Threat.HIGH
    attributes: tuple[Attribute, ...] = ()

    def of_kind(self, kind: FormKind) -> tuple[str, ...]:
        """Return the forms of one kind."""
        return tuple(one for one in self.forms if self.kinds.get(one, FormKind.NAME) is kind)
