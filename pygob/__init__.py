"""Go's encoding/gob in pure Python.

    >>> import pygob
    >>> data = pygob.dumps({"answer": 42})
    >>> pygob.loads(data)
    {'answer': 42}

`loads` and `dumps` handle one value, `Decoder` and `Encoder` long streams, `Stream` a whole
stream without loss. `pygob.types` describes Go types, `pygob.chromem` reads and writes the files
of the chromem-go vector database.
"""

from pygob import types
from pygob._suspects import Suspect
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
from pygob.salvage import Range, Salvage, SalvagedValue, salvage
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
