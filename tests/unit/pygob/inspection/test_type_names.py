"""Which types of a stream lead to which others."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import types
from pygob.inspection._interface_types import InterfaceTypes
from pygob.inspection._sizes import Sizes
from pygob.inspection._type_names import Leads, reachable
from pygob.inspection.paths import Place
from pygob.inspection.statistics import statistics

GRAPHS = st.integers(1, 8).flatmap(
    lambda size: st.tuples(
        st.lists(st.lists(st.integers(0, size - 1), max_size=3), min_size=size, max_size=size),
        st.sets(st.integers(0, size - 1)),
        st.lists(st.integers(0, size - 1)),
    )
)


@given(GRAPHS)
def test_leads_says_what_a_walk_says(graph: tuple[list[list[int]], set[int], list[int]]) -> None:
    edges, wanted, questions = graph
    nodes = [types.Struct(str(number)) for number in range(len(edges))]
    for node, targets in zip(nodes, edges, strict=True):
        node.fields = [(f"F{number}", nodes[target]) for number, target in enumerate(targets)]  # type: ignore[assignment]
    is_wanted = {nodes[number] for number in wanted}.__contains__
    leads = Leads(is_wanted)
    for number in questions:
        assert leads(nodes[number]) == any(map(is_wanted, reachable([nodes[number]])))


def check(data: bytes) -> None:
    sizes = Sizes()
    for value in pygob.iter_values(data):
        sizes.check(Place(value.value, value.type))


def look(data: bytes) -> None:
    held = InterfaceTypes()
    for value in pygob.iter_values(data):
        held.look_into(value.value, value.type)


@pytest.mark.parametrize("read", [check, look, statistics])
def test_a_chain_of_types_with_a_value_of_each_is_walked_once(
    read: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def steps(length: int) -> int:
        chain: list[types.Struct] = []
        for number in range(length):
            elem: types.Type = chain[-1] if chain else types.INT
            chain.append(types.Struct(f"T{number}", {"A": elem, "B": types.INT}))
        file = io.BytesIO()
        encoder = pygob.Encoder(file)
        for described in reversed(chain):
            encoder.encode({"B": 1}, described)
        taken = 0
        children = types.Struct.children

        def counted(described: types.Struct) -> Iterable[types.Type]:
            nonlocal taken
            taken += 1
            return children(described)

        with monkeypatch.context() as patch:
            patch.setattr(types.Struct, "children", counted)
            read(file.getvalue())
        return taken

    assert 0 < steps(200) <= 2 * steps(100) + 20
