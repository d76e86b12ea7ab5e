"""Dataclasses and annotations as Go types: what they stand for, and what is refused with which words."""

from __future__ import annotations

import dataclasses
import datetime
import gc
import pickle
import sys
import threading
import weakref
from array import array
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence, Set
from dataclasses import dataclass, field, make_dataclass
from enum import Enum, IntEnum, IntFlag, StrEnum
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    Self,
    TypeAlias,
    TypedDict,
    TypeVar,
    Union,
)  # fmt: skip

import pytest

import pygob
from pygob import types
from pygob.binding.go_types import struct_of
from pygob.binding.inference import described_type
from pygob.marshalers import GoTime, Marshalers
from tests.support import raw


@dataclass
class Point:
    X: int = 0
    Y: int = 0


@dataclass
class Everything:
    Flag: bool = False
    Count: int = 0
    Small: Annotated[int, types.INT8] = 0
    Positive: Annotated[int, types.UINT] = 0
    Ratio: float = 0.0
    Single: Annotated[float, types.FLOAT32] = 0.0
    Wave: complex = 0j
    Name: str = ""
    Data: bytes = b""
    Buffer: bytearray = field(default_factory=bytearray)
    Tags: list[str] = field(default_factory=list)
    Corners: tuple[Point, Point] = field(default_factory=lambda: (Point(), Point()))
    Sizes: dict[str, int] | None = None
    At: Point = field(default_factory=Point)
    Maybe: Optional[Point] = None  # noqa: UP045 (the old form has to work too)
    Old: Union[str, None] = None  # noqa: UP007
    Vector: Annotated[list[float], types.Slice(types.FLOAT32)] = field(default_factory=list)
    Any: Any = None
    Held: pygob.Interface | None = None


@dataclass
class Node:
    Value: int
    Next: Node | None = None
    Children: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Fixed:
    A: int = 0
    B: str = ""


@dataclass
class Base:
    ID: str = ""


@dataclass
class Derived(Base):
    Extra: int = 0


T = TypeVar("T")
K = TypeVar("K")
Names: TypeAlias = list[str]
Celsius = NewType("Celsius", float)
Boiling = NewType("Boiling", Celsius)
Tags = NewType("Tags", list[str])
Home = NewType("Home", Point)
Secret = NewType("Secret", bytes)


class Color(IntEnum):
    RED = 1
    GREEN = 2


class Mode(StrEnum):
    READ = "r"
    WRITE = "w"


class Old(str, Enum):  # noqa: UP042 (the old form has to work too)
    A = "a"


class Flags(IntFlag):
    X = 1
    Y = 2


class Plain(Enum):
    A = 1


class Record(TypedDict):
    A: int


class Named(NamedTuple):
    A: int


@dataclass
class Box(Generic[T]):
    Value: T
    Rest: list[T] = field(default_factory=list)
    Next: Optional[Box[T]] = None  # noqa: UP045


@dataclass
class Pair(Generic[K, T]):
    Key: K
    Box: Annotated[Box[T] | None, "a remark"] = None
    ByKey: dict[K, T] = field(default_factory=dict)


@dataclass
class IntPair(Pair[str, int]):
    Extra: bool = False


@dataclass
class Growing(Generic[T]):
    More: Growing[list[T]] | None = None


@dataclass
class Selfish:
    V: int = 0
    Next: Self | None = None
    Others: dict[str, list[Self]] = field(default_factory=dict)
    Said: Annotated[Self | None, "a remark"] = None


@dataclass
class SelfishToo(Selfish):
    W: int = 0


@dataclass
class GenericSelf(Generic[T]):
    V: T
    Next: Self | None = None


@dataclass
class Painted:
    Color: Color = Color.RED
    Mode: Mode = Mode.READ
    Colors: list[Color] = field(default_factory=list)
    By: dict[Mode, Color] = field(default_factory=dict)
    Byte: Annotated[Color, types.UINT8] = Color.RED
    Maybe: Color | None = None


class TestEnums:
    VALUE = Painted(Color.GREEN, Mode.WRITE, [Color.RED], {Mode.WRITE: Color.GREEN}, Color.GREEN, Color.RED)

    def test_come_back_as_members(self) -> None:
        back = pygob.loads(pygob.dumps(self.VALUE), Painted)
        assert back == self.VALUE
        assert isinstance(back.Color, Color)
        assert isinstance(back.Mode, Mode)
        assert [type(each) for each in (*back.Colors, *back.By, *back.By.values())] == [Color, Mode, Color]
        assert isinstance(back.Byte, Color)
        assert isinstance(back.Maybe, Color)

    def test_are_numbers_and_texts_in_the_stream(self) -> None:
        stream = pygob.Stream.parse(pygob.dumps(self.VALUE))
        assert stream.values[0].value == {
            "Color": 2, "Mode": "w", "Colors": [1], "By": {"w": 2}, "Byte": 2, "Maybe": 1,
        }  # fmt: skip
        assert dict(stream.types[0].fields)["Byte"] == raw.UINT
        assert pygob.loads(pygob.dumps(Color.GREEN)) == 2

    def test_a_value_that_is_no_member_is_a_type_error_with_its_place(self) -> None:
        data = pygob.dumps({"Colors": [1, 7]}, types.Struct("P", {"Colors": types.Slice(types.INT)}))
        with pytest.raises(
            pygob.GobTypeError, match=r"7 is no value of main\.Color: 7 is not a valid Color"
        ) as info:
            pygob.loads(data, Painted)
        assert info.value.path == "Painted.Colors[1]"

    def test_a_field_that_needs_a_value_and_has_no_zero_says_so(self) -> None:
        @dataclass
        class Needed:
            A: Color
            B: int = 0

        data = pygob.dumps({"B": 1}, types.Struct("Needed", {"B": types.INT}))
        with pytest.raises(pygob.GobTypeError, match=r"0 is no value of main\.Color"):
            pygob.loads(data, Needed)

    def test_are_checked_for_size_like_other_numbers(self) -> None:
        data = pygob.dumps({"Byte": 300}, types.Struct("P", {"Byte": types.UINT}))
        with pytest.raises(pygob.GobTypeError, match="out of range"):
            pygob.loads(data, Painted)


class TestGenerics:
    def test_a_generic_class_is_given_its_types(self) -> None:
        value = Box(1, [2], Box(3))
        data = pygob.dumps(value, Box[int])
        assert pygob.loads(data, Box[int]) == value
        (definition, _) = pygob.Stream.parse(data).types
        assert definition.name == "Box[int]"
        with pytest.raises(pygob.GobTypeError, match=r"wrong type \(string\) for received field"):
            pygob.loads(data, Box[str])

    def test_types_reach_every_part(self) -> None:
        value = Pair("k", Box(Color.RED, [Color.GREEN]), {"a": Color.RED})
        assert pygob.loads(pygob.dumps(value, Pair[str, Color]), Pair[str, Color]) == value

    def test_a_subclass_says_what_its_base_is_given(self) -> None:
        value = IntPair("k", Box(1), {"a": 2}, True)
        assert pygob.loads(pygob.dumps(value), IntPair) == value

    def test_the_same_types_are_the_same_struct(self) -> None:
        assert described_type(Box[int]) is described_type(Box[int])
        assert described_type(Box[int]) is not described_type(Box[str])

    def test_a_value_of_a_generic_class_needs_its_type(self) -> None:
        with pytest.raises(pygob.GobEncodeError, match=r"give the class with its types, such as Box\[int\]"):
            pygob.dumps(Box(1))


class TestNames:
    """What annotations may name."""

    def test_self_is_the_class_that_is_described(self) -> None:
        value = Selfish(1, Selfish(2), {"a": [Selfish(3)]}, Selfish(4))
        assert pygob.loads(pygob.dumps(value), Selfish) == value
        derived = SelfishToo(1, SelfishToo(2, W=5))
        assert pygob.loads(pygob.dumps(derived), SelfishToo) == derived
        generic = GenericSelf("a", GenericSelf("b"))
        assert pygob.loads(pygob.dumps(generic, GenericSelf[str]), GenericSelf[str]) == generic

    def test_a_class_inside_a_function_may_name_itself(self) -> None:
        @dataclass
        class Link:
            V: int = 0
            Next: Link | None = None

        value = Link(1, Link(2))
        assert pygob.loads(pygob.dumps(value), Link) == value

    def test_a_class_inside_a_function_can_name_no_other(self) -> None:
        @dataclass
        class Inner:
            A: int = 0

        @dataclass
        class Outer:
            I: Inner | None = None  # noqa: E741

        words = r"an annotation of \S+Outer cannot be evaluated: name 'Inner' is not defined; in quotes"
        with pytest.raises(TypeError, match=words):
            pygob.loads(b"", Outer)
        with pytest.raises(pygob.GobEncodeError, match=words):
            pygob.dumps(Outer(Inner()))

    @pytest.mark.parametrize(
        ("annotation", "words"),
        [("Missing | None", "name 'Missing' is not defined"), ("list[", "SyntaxError")],
    )
    def test_what_cannot_be_evaluated_is_a_type_error(self, annotation: str, words: str) -> None:
        cls = dataclasses.make_dataclass("Unclear", [("A", annotation)])
        with pytest.raises(TypeError, match=f"an annotation of Unclear cannot be evaluated: {words}"):
            described_type(cls)


class TestDescriptions:
    """How long they are kept."""

    @pytest.mark.parametrize("marshalers", [None, Marshalers()], ids=["alone", "marshalers"])
    def test_they_go_with_the_classes_of_a_function(self, marshalers: Marshalers | None) -> None:
        def use() -> list[weakref.ref[Any]]:
            @dataclass
            class Local:
                A: int = 0
                At: GoTime | None = None if marshalers is None else field(default_factory=lambda: GoTime(5))

            class Level(IntEnum):
                LOW = 1

            given = Local if marshalers is not None else dataclasses.make_dataclass("Plain", [("A", int)])
            value = given(A=1)
            data = pygob.dumps(value, marshalers=marshalers)
            assert pygob.loads(data, given, marshalers=marshalers) == value
            assert pygob.loads(pygob.dumps(Level.LOW, Level), Level) is Level.LOW
            return [weakref.ref(given), weakref.ref(Level)]

        gone = use()
        gc.collect()
        assert [ref() for ref in gone] == [None, None]

    def test_a_class_made_with_the_attributes_of_another_has_its_own(self) -> None:
        assert described_type(Point) is described_type(Point)
        twin = type("Point", Point.__bases__, dict(vars(Point)))
        assert type(pygob.loads(pygob.dumps(Point(1)), twin)) is twin
        assert type(pygob.loads(pygob.dumps(Point(1)), Point)) is Point

    def test_a_subclass_without_fields_of_its_own_has_its_own(self) -> None:
        class Sub(Point):
            pass

        described_type(Point)
        assert type(pygob.loads(pygob.dumps(Point(1)), Sub)) is Sub


class TestNewTypes:
    def test_are_named_go_types(self) -> None:
        assert described_type(Tags) is described_type(Tags)
        (definition,) = pygob.Stream.parse(pygob.dumps(["a"], Tags)).types
        assert definition.name == "Tags"
        assert pygob.loads(pygob.dumps(["a"], Tags), Tags) == ["a"]
        assert pygob.loads(pygob.dumps(1.5, Celsius), Boiling) == 1.5

    def test_an_error_calls_them_by_name(self) -> None:
        with pytest.raises(pygob.GobTypeError, match=r"decoding into local type main\.Celsius"):
            pygob.loads(pygob.dumps("x"), Celsius)

    def test_a_pickled_description_keeps_what_it_converts_to(self) -> None:
        described = pickle.loads(pickle.dumps(described_type(Color)))
        assert pygob.loads(pygob.dumps(2), described) is Color.GREEN


class TestGoType:
    @pytest.mark.parametrize(
        ("annotation", "text"),
        [
            (bool, "bool"),
            (int, "int"),
            (float, "float64"),
            (complex, "complex128"),
            (str, "string"),
            (bytes, "[]uint8"),
            (Any, "interface {}"),
            (object, "interface {}"),
            (pygob.Interface, "interface {}"),
            (list[int], "[]int"),
            (list[list[str]], "[][]string"),
            (tuple[float, float], "[2]float64"),
            (dict[str, list[bool]], "map[string][]bool"),
            (int | None, "*int"),
            (dict[str, int] | None, "map[string]int"),
            (list[int] | None, "[]int"),
            (bytes | None, "[]uint8"),
            (Point | None, "*main.Point"),
            (Annotated[int, "a remark"], "int"),
            (Annotated[int, "a remark", types.UINT16], "uint16"),
            (list[Annotated[int, types.INT32]], "[]int32"),
            (Node, "main.Node"),
            (types.Array(3, types.BOOL), "[3]bool"),
            (Sequence[int], "[]int"),
            (MutableSequence[str], "[]string"),
            (Mapping[str, int], "map[string]int"),
            (MutableMapping[str, list[int]], "map[string][]int"),
            (Literal["a", "b"], "string"),
            (Literal[1], "int"),
            (Literal[True, False], "bool"),
            (Final[int], "int"),
            (Names, "[]string"),
            (Celsius, "main.Celsius"),
            (list[Celsius], "[]main.Celsius"),
            (Boiling, "main.Boiling"),
            (Tags, "main.Tags"),
            (Home, "main.Point"),
            (Secret, "[]uint8"),
            (Color, "main.Color"),
            (Mode, "main.Mode"),
            (Old, "main.Old"),
            (Flags, "main.Flags"),
            (Color | None, "*main.Color"),
            (Annotated[Color, types.UINT8], "main.Color"),
            (Box[int], "main.Box[int]"),
            (Box[Point], "main.Box[main.Point]"),
            (Pair[str, Color], "main.Pair[string,main.Color]"),
            (list[Box[int]], "[]main.Box[int]"),
        ],
        ids=str,
    )
    def test_stands_for(self, annotation: Any, text: str) -> None:
        assert described_type(annotation).text() == text

    @pytest.mark.parametrize(
        ("annotation", "words"),
        [
            (list, "does not stand for one Go type"),
            (dict, "does not stand for one Go type"),
            (set[int], "does not stand for one Go type"),
            (set[int], "Go has no sets: use dict"),
            (Set[int], "Go has no sets: use dict"),
            (frozenset, "Go has no sets: use dict"),
            (list, r"say what it holds, such as list\[int\]"),
            (Sequence, r"say what it holds, such as Sequence\[...\]"),
            (Mapping, r"say what it holds, such as Mapping\[...\]"),
            (tuple, r"say what it holds, such as tuple\[int, int\]"),
            (tuple[int, ...], "a Go array has a length"),
            (Plain, "use IntEnum or StrEnum"),
            (Record, "use a dataclass"),
            (Named, "use a dataclass"),
            (T, r"give the class with its types, such as Box\[int\]"),
            (Box, r"Box.Value: ~T does not stand for one Go type"),
            (Growing[int], "have no end"),
            (Literal["a", 1], "a Go value has one type"),
            (datetime.datetime, "time.Time"),
            ("int", "not its name in quotes"),
            pytest.param(object(), "does not stand for one Go type", id="an object"),
            (type(None), "does not stand for one Go type"),
            ("int", "does not stand for one Go type"),
            ([], "does not stand for one Go type"),
            (tuple[int, ...], "does not stand for one Go type"),
            (tuple[int, str], "the elements of a Go array are of one type"),
            (int | str, "a Go value has one type"),
            (int | str | None, "a Go value has one type"),
            (list[set[int]], "set"),
        ],
        ids=str,
    )
    def test_is_refused(self, annotation: Any, words: str) -> None:
        with pytest.raises(TypeError, match=words) as caught:
            pygob.loads(b"\3\4\0\2", annotation)
        assert not isinstance(caught.value, pygob.GobError)  # the caller's mistake, not the stream's


class TestStruct:
    def test_is_named_after_the_class_in_package_main(self) -> None:
        stream = pygob.Stream.parse(pygob.dumps(Point(1, 2)))
        assert [(each.name, each.fields) for each in stream.types] == [("Point", [("X", 2), ("Y", 2)])]

    def test_may_have_a_name_and_field_names_of_its_own(self) -> None:
        @dataclass
        class Place:
            __gob_name__: ClassVar[str] = "geo.Location"
            latitude: float = field(default=0.0, metadata={"gob": "Lat"})
            _cache: int = 7

        data = pygob.dumps(Place(1.5))
        (definition,) = pygob.Stream.parse(data).types
        assert (definition.name, definition.fields) == ("Location", [("Lat", 4)])
        assert pygob.loads(data, Place) == Place(1.5)

    def test_a_subclass_has_the_fields_of_its_base_first(self) -> None:
        data = pygob.dumps(Derived("x", 3))
        (definition,) = pygob.Stream.parse(data).types
        assert (definition.name, definition.fields) == ("Derived", [("ID", 6), ("Extra", 2)])
        assert pygob.loads(data, Base) == Base("x")

    def test_a_field_that_go_would_not_send_is_refused_by_name(self) -> None:
        @dataclass
        class Lower:
            name: str = ""

        with pytest.raises(
            pygob.GobEncodeError, match=r'Lower\.name: .* field\(metadata={"gob": \'Name\'}\)'
        ):
            pygob.dumps(Lower())

    def test_a_field_of_no_go_type_is_refused_by_name(self) -> None:
        @dataclass
        class Wrong:
            Good: int = 0
            Bad: set[int] = field(default_factory=set)

        for _ in range(2):  # the second time too
            with pytest.raises(
                pygob.GobEncodeError, match=r"Wrong\.Bad: set\[int\] does not stand for one Go type"
            ):
                pygob.dumps(Wrong())

    def test_a_struct_with_private_fields_only_is_refused(self) -> None:
        @dataclass
        class Private:
            _a: int = 0

        with pytest.raises(pygob.GobEncodeError, match=r"type main.Private has no exported fields"):
            pygob.dumps(Private())
        holder = make_dataclass("Holder", [("S", Private | None, None)])
        for described in (Private, list[Private], dict[str, Private | None], holder):
            with pytest.raises(pygob.GobEncodeError, match=r"type main.Private has no exported fields"):
                pygob.dumps([], described)
            with pytest.raises(TypeError, match=r"type main.Private has no exported fields"):
                pygob.loads(pygob.dumps(1), described)


class TestRoundTrip:
    def test_every_kind_of_annotation(self) -> None:
        value = Everything(
            True, -5, -128, 1 << 63, 0.1, 0.5, 1 - 2j, "naïve", b"\0\xff", bytearray(b"ab"), ["a", ""],
            (Point(1, 2), Point(0, 3)), {"k": 1}, Point(4, 5), Point(6, 7), "old", [0.25], 42,
            pygob.Interface("string", "held"),
        )  # fmt: skip
        read = pygob.loads(pygob.dumps(value), Everything)
        assert read == value
        assert type(read.At) is Point
        assert type(read.Corners[1]) is Point

    def test_what_was_not_sent_has_its_default(self) -> None:
        assert pygob.loads(pygob.dumps(Everything()), Everything) == Everything()

        @dataclass
        class Defaults:
            __gob_name__: ClassVar[str] = "main.Point"
            X: int = 10
            Z: str = "default"

        assert pygob.loads(pygob.dumps(Point(0, 1)), Defaults) == Defaults(10, "default")
        assert pygob.loads(pygob.dumps(Point(3, 1)), Defaults) == Defaults(3, "default")

    def test_without_a_default_it_is_gos_zero(self) -> None:
        @dataclass
        class Bare:
            A: bool
            B: int
            C: float
            D: complex
            E: str
            F: bytes
            G: list[int]
            H: dict[str, int]
            J: Point
            K: Point | None
            L: tuple[int, int]
            M: Any

        data = pygob.dumps({"A": True}, types.Struct("Bare", {"A": types.BOOL}))
        nothing: Any = None
        assert pygob.loads(data, Bare) == Bare(
            True, 0, 0.0, 0j, "", b"", [], nothing, Point(), None, (0, 0), None
        )

    def test_recursion(self) -> None:
        tree = Node(1, Node(2), [Node(3, None, [Node(4)]), Node(5)])
        assert pygob.loads(pygob.dumps(tree), Node) == tree

    def test_a_list_of_many_nodes(self) -> None:
        data = (
            raw.define_struct(64, [("Value", raw.INT), ("Next", 64)], "Node")
            + raw.value(64, (b"\1" + raw.int_(1) + b"\1") * 3_000 + b"\1" + raw.int_(1) + b"\0" * 3_001)
        )  # fmt: skip
        node, length = pygob.loads(data, Node), 0
        while node is not None:
            node, length = node.Next, length + 1
        assert length == 3_001

    def test_frozen(self) -> None:
        assert pygob.loads(pygob.dumps(Fixed(1, "b")), Fixed) == Fixed(1, "b")

    def test_fields_that_init_does_not_take(self) -> None:
        @dataclass
        class Partly:
            A: int = 0
            B: int = field(default=0, init=False)

        data = pygob.dumps({"A": 1, "B": 2}, types.Struct("Partly", {"A": types.INT, "B": types.INT}))
        read = pygob.loads(data, Partly)
        assert (read.A, read.B) == (1, 2)

    def test_slots_and_keyword_only(self) -> None:
        @dataclass(slots=True, kw_only=True)
        class Slotted:
            A: int
            B: str = "b"

        assert pygob.loads(pygob.dumps(Slotted(A=1)), Slotted) == Slotted(A=1)

    def test_keys_and_elements(self) -> None:
        value = {Fixed(1): [Fixed(2)], Fixed(3, "x"): []}
        described = dict[Fixed, list[Fixed]]
        assert pygob.loads(pygob.dumps(value, described), described) == value

    def test_keys_that_python_cannot_hash(self) -> None:
        point = types.Struct("Point", {"X": types.INT, "Y": types.INT})
        data = pygob.dumps(pygob.Pairs([({"X": 1}, 5)]), types.Map(point, types.INT))
        with pytest.raises(
            pygob.GobTypeError, match=r"a key of map\[main.Point\]int cannot be the key of a dict"
        ):
            pygob.loads(data, dict[Point, int])
        assert pygob.loads(data, types.Map(point, types.INT)) == {pygob.Struct(point, X=1): 5}


class TestInto:
    def test_fields_that_were_not_sent_keep_their_value(self) -> None:
        held = Point(1, 2)
        assert pygob.loads(pygob.dumps(Point(0, 7)), into=held) is held
        assert held == Point(1, 7)

    def test_a_frozen_object_is_replaced(self) -> None:
        held = Fixed(1, "b")
        assert pygob.loads(pygob.dumps(Fixed(5)), into=held) == Fixed(5, "b")
        assert held == Fixed(1, "b")

    def test_a_frozen_object_inside_is_replaced_there(self) -> None:
        @dataclass
        class Outer:
            In: Fixed = field(default_factory=Fixed)

        held = Outer(Fixed(1, "b"))
        assert pygob.loads(pygob.dumps(Outer(Fixed(2))), into=held) is held
        assert held == Outer(Fixed(2, "b"))

    def test_entries_are_added_and_elements_reused(self) -> None:
        @dataclass
        class Both:
            Map: dict[str, Point] = field(default_factory=dict)
            List: list[Point] = field(default_factory=list)

        held = Both({"a": Point(1, 1), "b": Point(2, 2)}, [Point(3, 3), Point(4, 4)])
        entries, first = held.Map, held.List[0]
        pygob.loads(pygob.dumps(Both({"b": Point(9, 0), "c": Point()}, [Point(0, 8)])), into=held)
        assert held.Map is entries
        assert held.Map == {"a": Point(1, 1), "b": Point(9, 0), "c": Point()}
        assert held.List == [Point(3, 8)]
        assert held.List[0] is first

    def test_a_longer_slice_is_made_anew(self) -> None:
        held = [Point(1, 1)]
        read = pygob.loads(pygob.dumps([Point(0, 2), Point(0, 3)]), list[Point], into=held)
        assert read == [Point(0, 2), Point(0, 3)]

    def test_the_target_of_a_pointer_is_reused(self) -> None:
        held = Node(1, Node(2, Node(3)))
        inner = held.Next
        pygob.loads(pygob.dumps(Node(0, Node(7))), into=held)
        assert held.Next is inner
        assert held == Node(1, Node(7, Node(3)))


class TestInterfaces:
    def test_any_takes_the_value_without_its_wrapping(self) -> None:
        value = Everything(Any=[1, 2], Held=pygob.Interface("bool", True))
        value.Any = pygob.Interface("[]int", [1, 2])
        read = pygob.loads(pygob.dumps(value), Everything)
        assert read.Any == [1, 2]
        assert read.Held == pygob.Interface("bool", True)

    def test_a_registered_class_goes_both_ways(self) -> None:
        registry = pygob.Registry()
        registry.register("example.com/geo.Point", Point)
        data = pygob.dumps(Everything(Any=Point(1, 2)), registry=registry)
        read = pygob.loads(data, Everything, registry=registry)
        assert read.Any == Point(1, 2)
        assert type(read.Any) is Point

    def test_a_registry_refuses_names_it_does_not_know_and_its_absence_does_not(self) -> None:
        registry = pygob.Registry()
        registry.register("example.com/geo.Point", Point)
        data = pygob.dumps(Everything(Any=Point(1, 2)), registry=registry)
        with pytest.raises(
            pygob.GobTypeError, match=r'name not registered for interface: "example.com/geo.Point"'
        ) as caught:
            pygob.loads(data, Everything, registry=pygob.Registry())
        assert caught.value.path == "Everything.Any"
        assert pygob.loads(data, Everything).Any == {"X": 1, "Y": 2}

    def test_what_a_name_stands_for_must_fit(self) -> None:
        registry, other = pygob.Registry(), pygob.Registry()
        registry.register("x.T", Point)
        other.register("x.T", list[list[int]])
        data = pygob.dumps(Everything(Any=Point(1, 2)), registry=registry)
        with pytest.raises(pygob.GobTypeError, match="decoding into local type") as caught:
            pygob.loads(data, Everything, registry=other)
        assert caught.value.path == "Everything.Any.(x.T)"

    def test_a_name_and_a_type_are_registered_once(self) -> None:
        registry = pygob.Registry()
        registry.register("a.Point", Point)
        registry.register("a.Point", Point)
        with pytest.raises(ValueError, match=r"duplicate types for 'a.Point'"):
            registry.register("a.Point", Fixed)
        with pytest.raises(ValueError, match=r"duplicate names for main.Point"):
            registry.register("b.Point", Point)

    def test_an_unregistered_class_cannot_be_sent(self) -> None:
        with pytest.raises(pygob.GobEncodeError, match="type not registered for interface: Point"):
            pygob.dumps(Everything(Any=Point()))


class TestFloats:
    @pytest.mark.parametrize("mode", ["list", "array", "numpy"])
    def test_any_form_of_floats_goes_into_a_field(self, mode: Any) -> None:
        @dataclass
        class Vectors:
            V: Annotated[list[float], types.Slice(types.FLOAT32)] = field(default_factory=list)

        data = pygob.dumps(Vectors([0.5, 0.25]))
        read = pygob.loads(data, Vectors, floats=mode).V
        assert list(read) == [0.5, 0.25]
        assert isinstance(read, list | array) or mode == "numpy"


class TestIntoTheWrongThing:
    @pytest.mark.parametrize(
        ("data", "into", "described"),
        [
            (pygob.dumps(Point(1, 2)), 5, Point),
            (pygob.dumps(Point(1, 2)), {}, Point),
            (pygob.dumps([1]), 5, list[int]),
            (pygob.dumps({"a": 1}), [], dict[str, int]),
            (pygob.dumps({"a": 1}), [], None),
            (pygob.dumps({"a": 1}), {}, None),
        ],
    )
    def test_an_object_that_cannot_hold_the_value_is_refused(
        self, data: bytes, into: Any, described: Any
    ) -> None:
        with pytest.raises(TypeError, match=r"^into: "):
            pygob.loads(data, described, into=into)


def test_keys_that_python_takes_for_one_are_refused_unwrapped() -> None:
    keys = {
        pygob.Interface("int", 1): 1,
        pygob.Interface("bool", True): 2,
        pygob.Interface("float64", 1.0): 3,
    }
    data = pygob.dumps(keys, types.Map(types.INTERFACE, types.INT))
    assert pygob.loads(data, dict[pygob.Interface, int]) == keys
    with pytest.raises(pygob.GobTypeError, match=r"dict\[pygob.Interface"):
        pygob.loads(data, dict[Any, int])


def test_threads_see_a_dataclass_whole_or_not_at_all() -> None:
    def encode(cls: Any, made: list[bytes]) -> None:
        made.append(pygob.dumps(cls(F59=9)))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for number in range(20):
            cls = dataclasses.make_dataclass(f"C{number}", [(f"F{n}", int, 0) for n in range(60)])
            made: list[bytes] = []
            threads = [threading.Thread(target=encode, args=(cls, made)) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert made == [pygob.dumps(cls(F59=9))] * 6
    finally:
        sys.setswitchinterval(before)


@dataclass
class Checked:
    Low: int = 0
    High: int = 0

    def __post_init__(self) -> None:
        if self.Low > self.High:
            raise ArithmeticError("low lies above high")


@dataclass
class Guarded:
    Name: str = ""

    def __setattr__(self, name: str, value: object) -> None:
        if value == "bad":
            raise KeyError(value)
        object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Counted:
    A: int = 0
    Twice: int = field(default=0, init=False)


@dataclass
class Unset:
    A: int = 0
    B: int = field(init=False)


class TestCodeOfTheClass:
    @dataclass
    class Holder:
        Ranges: list[Checked] = field(default_factory=list)

    def test_what_it_raises_is_a_type_error_with_its_place_and_its_cause(self) -> None:
        remote = types.Struct("Checked", {"Low": types.INT, "High": types.INT})
        data = pygob.dumps(
            {"Ranges": [{"High": 1}, {"Low": 2, "High": 1}]},
            types.Struct("H", {"Ranges": types.Slice(remote)}),
        )
        with pytest.raises(
            pygob.GobTypeError, match="Checked refuses the value: ArithmeticError: low"
        ) as info:
            pygob.loads(data, self.Holder)
        assert info.value.path == "Holder.Ranges[1]"
        assert isinstance(info.value.__cause__, ArithmeticError)

    def test_setting_a_field_may_raise_too(self) -> None:
        with pytest.raises(pygob.GobTypeError, match="Guarded refuses the value: KeyError: 'bad'") as info:
            pygob.loads(
                pygob.dumps({"Name": "bad"}, types.Struct("G", {"Name": types.STRING})), into=Guarded("x")
            )
        assert isinstance(info.value.__cause__, KeyError)

    def test_what_is_no_error_passes(self) -> None:
        @dataclass
        class Interrupted:
            A: int = 0

            def __post_init__(self) -> None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            pygob.loads(pygob.dumps({"A": 1}, types.Struct("I", {"A": types.INT})), Interrupted)

    def test_a_frozen_object_keeps_what_it_does_not_take(self) -> None:
        before = pygob.loads(pygob.dumps({"A": 1, "Twice": 2}, struct_of(Counted)), Counted)
        assert (before.A, before.Twice) == (1, 2)
        changed = pygob.loads(pygob.dumps({"A": 3}, struct_of(Counted)), into=before)
        assert (changed.A, changed.Twice, before.A) == (3, 2, 1)
        assert pygob.loads(pygob.dumps({"A": 3, "Twice": 6}, struct_of(Counted)), into=before).Twice == 6

    def test_a_field_without_a_value_cannot_be_sent(self) -> None:
        with pytest.raises(pygob.GobEncodeError, match="B cannot be read: AttributeError") as info:
            pygob.dumps(Unset(1))
        assert info.value.path == "Unset.B"

    def test_a_field_without_a_value_can_be_decoded_into(self) -> None:
        held = Unset(1)
        assert pygob.loads(pygob.dumps({"B": 2}, struct_of(Unset)), into=held) is held
        assert held.B == 2


def test_two_attributes_are_not_one_field_of_go() -> None:
    @dataclass
    class Twice:
        X: int = field(default=0, metadata={"gob": "Y"})
        Y: int = 0

    with pytest.raises(TypeError, match=r"Twice\.Y: Go's field Y is Twice\.X already"):
        pygob.loads(pygob.dumps(1), Twice)
