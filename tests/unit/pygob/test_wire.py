"""The table of a stream's types: taking definitions back leaves nothing that was made of them."""

from __future__ import annotations

import pygob
from pygob._salvage.stream_search import StreamSearch
from pygob.wire import TypeTable
from tests.support import raw


def read(table: TypeTable, data: bytes) -> object:
    """The value of a stream read with a table, or its error."""
    reading = StreamSearch(data, pygob.Limits()).read_value(table, 0)
    return reading.error or reading.value


def test_a_type_made_of_what_is_taken_back_is_worked_out_anew() -> None:
    holder = raw.define_struct(64, [("L", 65)])
    table = TypeTable()
    assert read(table, raw.define_struct(70, [("A", raw.INT)]) + raw.value(70, b"\1\2\0")) == {"A": 1}
    read(table, holder)  # without a value: only defined
    mark = table.mark()
    assert read(table, raw.define_slice(65, raw.INT) + raw.value(64, b"\1\1\2\0")) == {"L": [1]}
    table.forget_after(mark)
    assert list(table.definitions) == [70, 64]
    assert table.type_of(64) is None
    later = raw.define_map(65, raw.STRING, raw.INT) + raw.value(64, b"\1\1", raw.text("k"), b"\2\0")
    assert read(table, later) == {"L": {"k": 1}}
    assert read(table, raw.value(70, b"\1\2\0")) == {"A": 1}
