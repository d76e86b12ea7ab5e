"""Go's encoding/gob in pure Python.

    >>> import pygob
    >>> data = pygob.dumps({"answer": 42})
    >>> pygob.loads(data)
    {'answer': 42}

`loads` and `dumps` handle one value, `Decoder` and `Encoder` long streams, `Stream` a whole
stream without loss. `pygob.types` describes Go types, `pygob.chromem` reads and writes the files
of the chromem-go vector database.
"""

from typing import TYPE_CHECKING, Any

from pygob import types
from pygob.decoder import Decoder, GobReader, Value, iter_load, iter_loads, iter_values, load, loads
from pygob.encoder import Encoder, GobWriter, dump, dumps
from pygob.errors import (
    GobCorrupt,
    GobDecodeError,
    GobEncodeError,
    GobError,
    GobLimitExceeded,
    GobTruncated,
    GobTypeError,
)
from pygob.limits import Limits
from pygob.registry import Registry
from pygob.stream import Stream, StreamValue
from pygob.typeids import TypeIds
from pygob.values import Interface, Opaque, Pairs, Struct, struct_type, struct_values
from pygob.wire import TypeTable, WireType

if TYPE_CHECKING:
    from pygob._suspects import Suspect
    from pygob.salvaging import Range, Salvage, SalvagedValue, salvage

__version__ = "0.1.0"

__all__ = [
    "Decoder",
    "Encoder",
    "GobCorrupt",
    "GobDecodeError",
    "GobEncodeError",
    "GobError",
    "GobLimitExceeded",
    "GobReader",
    "GobTruncated",
    "GobTypeError",
    "GobWriter",
    "Interface",
    "Limits",
    "Opaque",
    "Pairs",
    "Range",
    "Registry",
    "Salvage",
    "SalvagedValue",
    "Stream",
    "StreamValue",
    "Struct",
    "Suspect",
    "TypeIds",
    "TypeTable",
    "Value",
    "WireType",
    "dump",
    "dumps",
    "iter_load",
    "iter_loads",
    "iter_values",
    "load",
    "loads",
    "salvage",
    "struct_type",
    "struct_values",
    "types",
]

# For damaged bytes, which few programs meet: loaded when first asked for.
_SALVAGING = frozenset(("Range", "Salvage", "SalvagedValue", "Suspect", "salvage"))


def __getattr__(name: str) -> Any:
    if name not in _SALVAGING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pygob import salvaging

    found = globals()[name] = getattr(salvaging, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
