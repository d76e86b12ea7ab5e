"""The payloads of Go values that marshal themselves: `Opaque` bytes to Python values and back.

>>> from pygob.marshalers import GoTime, Marshalers
>>> marshalers = Marshalers()
>>> opaque = marshalers.encode(GoTime(unix_seconds=0))
>>> opaque.name, opaque.kind, len(opaque.data)
('Time', 'gob', 15)
>>> str(marshalers.decode(opaque))
'1970-01-01T00:00:00Z'
"""

from pygob.marshalers.addresses import AddrPort
from pygob.marshalers.bigfloat import Accuracy, BigFloat, Form, RoundingMode
from pygob.marshalers.bignum import BigRat
from pygob.marshalers.gotime import GoTime
from pygob.marshalers.marshaler import Marshaler, Unrepresentable
from pygob.marshalers.registry import STANDARD, Marshalers

__all__ = [
    "STANDARD",
    "Accuracy",
    "AddrPort",
    "BigFloat",
    "BigRat",
    "Form",
    "GoTime",
    "Marshaler",
    "Marshalers",
    "RoundingMode",
    "Unrepresentable",
]
