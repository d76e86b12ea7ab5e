"""What classes and new types stand for, remembered as long as they are there.

A description leads back to its class. It is kept with the class, so that both go together when
nobody needs them any more, as those of a function do.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

# The types that a class stands for, by what a generic one is given.
ByArguments = dict[tuple[Any, ...], Any]

_ATTRIBUTE = "__gob_described__"


class NoExportedFields(TypeError):
    """A class describes a struct of which Go sees no field: one that Go refuses to encode."""


class Knowledge:
    """What some marshalers know; another one once they have learnt a type. Descriptions may depend on it."""

    __slots__ = ("__weakref__",)


class _Descriptions:
    """All that one class stands for.

    Attributes:
        owner: The class: one made with the attributes of another has to be described anew.
        alone: Without marshalers, or where they do not matter.
        by_knowledge: With what marshalers know.
    """

    __slots__ = ("alone", "by_knowledge", "owner")

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.alone: ByArguments = {}
        self.by_knowledge: WeakKeyDictionary[Knowledge, ByArguments] = WeakKeyDictionary()

    def with_knowledge(self, knowledge: Knowledge | None) -> ByArguments:
        """The descriptions that hold with what some marshalers know, or without."""
        return self.alone if knowledge is None else self.by_knowledge.setdefault(knowledge, {})


def description(owner: Any, arguments: tuple[Any, ...], knowledge: Knowledge | None) -> Any:
    """What a class or a new type stands for, or `None` as long as that was not worked out.

    Args:
        owner: The class or new type.
        arguments: What a generic class is given.
        knowledge: That of the marshalers, if there are some.
    """
    kept: _Descriptions | None = vars(owner).get(_ATTRIBUTE)
    if kept is None or kept.owner is not owner:
        return None
    return kept.with_knowledge(knowledge).get(arguments)


def keep_description(
    owner: Any, arguments: tuple[Any, ...], knowledge: Knowledge | None, described: Any
) -> None:
    """Remember what `description` is to return. Only one thread at a time may do so."""
    kept: _Descriptions | None = vars(owner).get(_ATTRIBUTE)
    if kept is None or kept.owner is not owner:
        kept = _Descriptions(owner)
        set_attribute = type.__setattr__ if isinstance(owner, type) else setattr
        set_attribute(owner, _ATTRIBUTE, kept)
    kept.with_knowledge(knowledge)[arguments] = described
