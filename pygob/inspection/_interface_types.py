"""The types that interfaces hold, by the names that Go sends with them."""

from __future__ import annotations

from typing import Any

from pygob import types
from pygob.inspection._type_names import Leads
from pygob.inspection.paths import Place, keys, parts
from pygob.values import Interface


class InterfaceTypes:
    """Collects them from values of one stream.

    Attributes:
        found: The types by their names, the first of a name.
    """

    def __init__(self) -> None:
        self.found: dict[str, types.Type] = {}
        self._leads_to_some = Leads(lambda described: described.kind == "interface")

    def look_into(self, value: Any, described: types.Type) -> None:
        """Add those of a value."""
        pending = [Place(value, described)]
        while pending:
            place = pending.pop()
            if not self._leads_to_some(place.type):
                continue
            held = place.value
            if isinstance(held, Interface):
                if held.type is not None:
                    self.found.setdefault(held.name, held.type)
                    pending.append(Place(held.value, held.type))
            else:
                pending.extend(reversed([*keys(place), *parts(place)]))
