"""Go's encoding/gob in pure Python.

    >>> import pygob
    >>> data = pygob.dumps({"answer": 42})
    >>> pygob.loads(data)
    {'answer': 42}

`loads` and `dumps` handle one value, `Decoder` and `Encoder` long streams, `Stream` a whole
stream without loss. `pygob.types` describes Go types, `pygob.chromem` reads and writes the files
of the chromem-go vector database.
"""

from pygob._loading import when_used

TYPE_CHECKING = False  # `typing` alone would make importing pygob several times as long

if TYPE_CHECKING:
    from pygob import types
    from pygob._salvage.suspects import Suspect
    from pygob.decoder import Decoder, iter_load, iter_loads, load, loads
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
    from pygob.reader import GobReader, Value, iter_values
    from pygob.registry import Registry
    from pygob.salvaging import Range, Salvage, SalvagedValue, salvage
    from pygob.stream import Stream, StreamValue
    from pygob.typeids import TypeIds
    from pygob.values import Interface, Opaque, Pairs, Struct, struct_type, struct_values
    from pygob.wire import TypeTable, WireType

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

if not TYPE_CHECKING:  # else type checkers would take every name for one that is there
    # Each name is loaded when it is first used, with what it needs: who reads pays nothing for writing.
    __getattr__ = when_used(
        __name__,
        {
            "_salvage.suspects": "Suspect",
            "decoder": "Decoder iter_load iter_loads load loads",
            "encoder": "Encoder GobWriter dump dumps",
            "errors": "GobCorrupt GobDecodeError GobEncodeError GobError GobLimitExceeded GobTruncated"
            " GobTypeError",
            "limits": "Limits",
            "reader": "GobReader Value iter_values",
            "registry": "Registry",
            "salvaging": "Range Salvage SalvagedValue salvage",
            "stream": "Stream StreamValue",
            "typeids": "TypeIds",
            "types": "types",
            "values": "Interface Opaque Pairs Struct struct_type struct_values",
            "wire": "TypeTable WireType",
        },
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
