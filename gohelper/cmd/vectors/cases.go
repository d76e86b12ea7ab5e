package main

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	s "pygob.dev/gohelper/samples"
)

// randomCases is how many cases come from random types and values; their seeds are 1 to randomCases.
const randomCases = 300

func conformanceCases() []conformanceCase {
	var cases []conformanceCase
	for _, group := range [][]conformanceCase{
		basicCases(), namedCases(), recursiveCases(), arrayCases(), bytesCases(), mapCases(), interfaceCases(),
		marshalerCases(),
		streamCases(), genericCases(), textCases(), omissionCases(), pointerCases(), embeddedCases(), hiddenCases(),
		realWorldCases(),
		randomTypes(),
	} {
		cases = append(cases, group...)
	}
	return cases
}

// category makes cases whose values cost nothing to build.
func category(name string, cases ...conformanceCase) []conformanceCase {
	for i := range cases {
		cases[i].category = name
	}
	return cases
}

func one(name string, values ...any) conformanceCase {
	return conformanceCase{name: name, make: func() []any { return values }}
}

// numbered makes one case of each value.
func numbered(prefix string, values ...any) []conformanceCase {
	cases := make([]conformanceCase, len(values))
	for i, value := range values {
		cases[i] = one(fmt.Sprintf("%s-%02d", prefix, i+1), value)
	}
	return cases
}

func ptr[T any](value T) *T { return &value }

// negativeZero is -0, which no literal writes.
var negativeZero = math.Copysign(0, -1)

func nan(bits uint64) float64 { return math.Float64frombits(bits) }

func basicCases() []conformanceCase {
	var cases []conformanceCase
	for _, group := range [][]conformanceCase{
		numbered("bool", false, true),
		numbered("int", 0, 1, -1, 63, 64, -64, -65, 127, 128, 1<<31-1, 1<<31, math.MaxInt64, math.MinInt64, 1<<53+1),
		numbered("int8", int8(0), int8(127), int8(-128)),
		numbered("int16", int16(-1), int16(math.MaxInt16), int16(math.MinInt16)),
		numbered("int32", int32(0), int32(math.MaxInt32), int32(math.MinInt32)),
		numbered("int64", int64(1), int64(math.MaxInt64), int64(math.MinInt64)),
		numbered("uint", uint(0), uint(1), uint(127), uint(128), uint(255), uint(256), uint(math.MaxUint64), uint(1<<63),
			uint(1<<56-1)),
		numbered("uint8", uint8(0), uint8(255)),
		numbered("uint16", uint16(0), uint16(math.MaxUint16)),
		numbered("uint32", uint32(0), uint32(math.MaxUint32)),
		numbered("uint64", uint64(0), uint64(math.MaxUint64)),
		numbered("uintptr", uintptr(0), uintptr(0xdeadbeef)),
		numbered("float32", float32(0), float32(1.5), float32(math.MaxFloat32), float32(math.SmallestNonzeroFloat32),
			float32(math.Inf(1)),
			float32(math.Inf(-1)), float32(negativeZero), math.Float32frombits(0x7fc00001), math.Float32frombits(0x7f800001),
			float32(0.1)),
		numbered("float64", 0.0, 1.0, -1.0, 0.1, 17.0, math.Pi, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1),
			math.Inf(-1), negativeZero,
			nan(0x7ff8000000000001), nan(0xfff8000000000000), nan(0x7ff0000000000001), nan(0x7ff4dead0000beef)),
		numbered("complex64", complex64(0), complex64(complex(1, -2)), complex64(complex(math.Inf(1), 0.1))),
		numbered("complex128", complex(0, 0), complex(1.5, -2.5), complex(negativeZero, nan(0x7ff8000000000001))),
		numbered("string", "", "a", "hello, world", strings.Repeat("x", 127), strings.Repeat("y", 128),
			strings.Repeat("z", 1000), "日本語", "\x00\x01"),
		numbered("slice", []int{}, []int(nil), []int{1, -2, 3}, []bool{true, false}, []string{"", "a"}, []float32{0, 1, -0.5},
			[]float64{0, 0.1},
			[]uint{0, math.MaxUint64}, []int8{-128, 127}, []uint16{0, 65535}, []complex128{0, 1i}, []uintptr{0, 1},
			[]complex64{2i}, []int64{5}, []uint32{7}),
		numbered("nested-slice", [][]int{{1}, {}, nil, {2, 3}}, [][][]string{{{"a"}, nil}, nil}, [][]byte{{1}, nil, {}}),
		{
			one("struct",
				s.Basics{true, -1, -2, -3, -4, -5, 1, 2, 3, 4, 5, 6, 1.5, 2.5, 1 + 2i, 3 + 4i, "text", []byte("bytes")}),
			one("struct-zero", s.Basics{}),
			one("struct-extremes",
				s.Basics{true, math.MinInt64, -128, math.MinInt16, math.MinInt32, math.MinInt64, math.MaxUint64, 255, 65535,
					math.MaxUint32, math.MaxUint64, 1<<64 - 1, math.MaxFloat32, math.MaxFloat64, complex(float32(math.Inf(1)), 0),
					complex(0, nan(0x7ff8000000000007)),
					strings.Repeat("s", 300), make([]byte, 200)}),
			one("long-slice", seq(1000)),
			one("long-floats", make([]float32, 384)),
			one("long-strings", strings.Split(strings.Repeat("word ", 200), " ")),
		},
	} {
		cases = append(cases, group...)
	}
	return category("basic", cases...)
}

func seq(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i * i
	}
	return list
}

func namedCases() []conformanceCase {
	return category("named",
		append(numbered("basic", s.Flag(true), s.Celsius(36.6), s.Ratio(0.5), s.Count(-3), s.Tiny(4), s.Size(5), s.Octet(6),
			s.Label("l"),
			s.Phase(1i), s.SmallPhase(2), s.Handle(3)),
			one("labels", s.Labels{"a", "b"}),
			one("counts", s.Counts{1}),
			one("octets", s.Octets{1, 2}),
			one("matrix", s.Matrix{{1, 2}, {3}}),
			one("triple", s.Triple{1, 2, 3}),
			one("key", s.Key{1, 2, 3, 4}),
			one("ages", s.Ages{"a": 1}),
			one("index", s.Index{"k": {"v", "w"}}),
			one("grid", s.Grid{{{1, 2}}, {{}, {3, 4}}}),
			one("points", s.Points{{1, 2}, {}}),
			one("point-refs", s.PointRefs{{1, 2}, {}}),
			one("unnamed-points", []s.Point{{1, 2}, {3, 4}}),
			one("unnamed-grid", [2][2]s.Point{}),
			one("unnamed-matrix", [][]s.Celsius{{1}}),
			one("anything", s.Anything{1, "a", nil}),
			one("registry", s.Registry{"x": 1}),
			one("point", s.Point{1, -2}),
			one("point-zero", s.Point{}),
			one("fields-basic", s.NamedBasics{true, 1, 2, 3, 4, 5, 6, "seven", 8, 9}),
			one("fields-basic-zero", s.NamedBasics{}),
			one("fields", s.NamedContainers{
				s.Labels{"a"}, s.Raw{1}, s.Octets{2}, s.Matrix{{3}}, s.Triple{4}, s.Key{5}, s.Nothing{}, s.Ages{"six": 6},
				s.Index{"i": {"j"}}, s.Grid{}, s.Points{{7, 8}},
				s.PointRefs{{9, 10}}, s.Anything{"x"}, s.Registry{"k": true},
			}),
			one("fields-zero", s.NamedContainers{}),
			one("unnamed-fields", s.Containers{
				[]int{1}, []string{"a"}, []byte{1}, [3]int{1, 2, 3}, [4]byte{1}, [0]string{}, map[string]int{"a": 1},
				struct{ A, B int }{1, 2}, ptr(5), "any",
				map[string][]map[int]string{"x": {{1: "one"}}},
			}),
			one("unnamed-fields-zero", s.Containers{}),
			one("anonymous", struct {
				Name string
				Tags []string
			}{"n", []string{"t"}}),
			one("anonymous-nested", struct{ A struct{ B struct{ C int } } }{}),
			one("anonymous-in-slice", []struct{ A int }{{1}, {2}}),
			one("anonymous-in-map", map[string]struct{ A int }{"k": {1}}),
			one("anonymous-tagged", struct {
				A int `json:"a" gob:"x"`
			}{1}),
			one("named-first-in-slice", []s.Point{{1, 2}}, s.Point{3, 4}),
			one("named-first-in-map", map[string]s.Point{"a": {1, 2}}, s.Point{3, 4}),
			one("named-first-in-array", [1]s.Point{{1, 2}}, s.Point{3, 4}),
			one("named-first-by-name", s.Point{3, 4}, []s.Point{{1, 2}}),
			one("named-first-in-pointers", []*s.Point{{1, 2}}, s.Point{3, 4}),
			one("slice-first-as-field", struct{ L []string }{[]string{"a"}}, []string{"b"}),
			one("slice-first-on-top", []string{"b"}, struct{ L []string }{[]string{"a"}}),
			one("labels-first-as-field", struct{ L s.Labels }{s.Labels{"a"}}, s.Labels{"b"}),
			one("field-order", struct {
				Z, A, M int
				B       string
			}{1, 2, 3, "b"}),
			one("many-fields", manyFields(70)),
			one("beyond-ascii", s.Ölpreis{Größe: 1, Ärger: "ä", Ωmega: 2, Ж: true, X_1: 3, ℝ: 4, Éléments: []string{"é"}}),
		)...)
}

// manyFields is a struct with more fields than one delta byte suggests, the first and last of them set.
func manyFields(n int) any {
	fields := make([]reflect.StructField, n)
	for i := range fields {
		fields[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: reflect.TypeOf(0)}
	}
	v := reflect.New(reflect.StructOf(fields)).Elem()
	v.Field(0).SetInt(1)
	v.Field(n - 1).SetInt(2)
	return v.Interface()
}

func linked(n int) *s.List {
	var list *s.List
	for i := n; i > 0; i-- {
		list = &s.List{Value: i, Next: list}
	}
	return list
}

func deepSlices(n int) s.Slices {
	var deep s.Slices
	for ; n > 0; n-- {
		deep = s.Slices{deep}
	}
	return deep
}

func recursiveCases() []conformanceCase {
	tree := s.Tree{"root", &s.Tree{Label: "left"}, &s.Tree{"right", nil, &s.Tree{}}}
	return category("recursive",
		one("list-1", *linked(1)),
		one("list-2", *linked(2)),
		one("list-10", *linked(10)),
		one("list-100", *linked(100)),
		one("list-zero", s.List{}),
		one("list-in-slice", []s.List{*linked(2), {}}),
		one("list-in-map", map[string]*s.List{"a": linked(2)}),
		one("list-of-zeros", s.List{Next: &s.List{Next: &s.List{}}}),
		one("tree", tree),
		one("tree-leaf", s.Tree{Label: "leaf"}),
		one("bush", s.Bush{"root", []*s.Bush{{"a", []*s.Bush{{Name: "aa"}, {}}}, {Name: "b"}}}),
		one("bush-bare", s.Bush{Name: "b"}),
		one("grove", s.Grove{[]s.Grove{{nil, 1}, {[]s.Grove{{}}, 2}}, 3}),
		one("dir", s.Dir{map[string]int{"f": 1}, map[string]*s.Dir{"d": {nil, map[string]*s.Dir{}}}}),
		one("ping", s.Ping{1, &s.Pong{"two", &s.Ping{3, nil}}}),
		one("pong", s.Pong{"one", &s.Ping{2, &s.Pong{}}}),
		one("ping-then-pong", s.Ping{N: 1}, s.Pong{S: "x"}),
		one("chain-a", s.ChainA{[]s.ChainB{{map[string]s.ChainC{"k": {&s.ChainA{Name: "inner"}, 2}}}}, "outer"}),
		one("chain-b", s.ChainB{map[string]s.ChainC{"k": {&s.ChainA{Name: "a"}, 1}}}),
		one("chain-c", s.ChainC{&s.ChainA{B: []s.ChainB{{}}}, 1}),
		one("slices", s.Slices{{}, {{}, nil}, nil}),
		one("slices-nil", s.Slices(nil)),
		one("slices-deep", deepSlices(200)),
		one("maps", s.Maps{"a": {"b": {}}}),
		one("maps-nil", s.Maps(nil)),
		one("maps-with-nil", s.Maps{"a": nil}),
		one("map-slice", s.MapSlice{1: {{2: nil}}}),
		one("slice-refs", s.SliceRefs{&s.SliceRefs{}, &s.SliceRefs{&s.SliceRefs{}}}),
		one("fields", s.RecursiveFields{s.Slices{{}}, s.Maps{"m": {}}, linked(3)}),
		one("fields-zero", s.RecursiveFields{}),
		one("any-node", s.AnyNode{1, s.AnyNode{"two", s.AnyNode{}}}),
		one("any-in-any", s.Anything{s.Anything{s.Anything{}}}),
		one("generic-node", s.GenNode[string]{"a", &s.GenNode[string]{"b", nil}}),
		one("two-recursive", *linked(2), tree, *linked(1)),
	)
}

func arrayCases() []conformanceCase {
	return category("array",
		append(numbered("basic", [1]bool{true}, [2]int{1, 2}, [3]uint8{1, 2, 200}, [2]float32{}, [2]float64{0.5},
			[2]string{"a"}, [1]complex128{1i}, [2]uint64{1 << 63},
			[2]int8{-1, 1}, [2]complex64{}, [1]uintptr{1}, [2]uint16{3}),
			one("empty", [0]int{}),
			one("empty-of-struct", [0]s.Point{}),
			one("empty-of-arrays", [0][0]int{}),
			one("of-empty", [3][0]int{}),
			one("nested", [2][3]int{{1, 2, 3}, {4, 5, 6}}),
			one("deep", [1][1][1][1]string{{{{"x"}}}}),
			one("bytes", [16]byte{15: 255}),
			one("long", [300]int{299: 1}),
			one("of-structs", [2]s.Point{{1, 2}}),
			one("of-pointers", [2]*s.Point{{1, 2}, {}}),
			one("of-slices", [2][]int{{1}, nil}),
			one("of-maps", [2]map[string]int{{"a": 1}, nil}),
			one("of-any", [3]any{1, nil, "x"}),
			one("of-bytes", [2][]byte{{1}, nil}),
			one("in-slice", [][2]int{{1, 2}, {3, 4}}),
			one("in-map", map[string][2]int{"a": {1, 2}}),
			one("as-key", map[[2]int]string{{1, 2}: "a"}),
			one("fields-zero", struct {
				A [2]int
				B [0]int
				C [2][2]bool
				D [1]s.Point
				E [4]byte
				F int
			}{}),
			one("same-twice", struct{ A, B [2]int }{[2]int{1, 2}, [2]int{3, 4}}),
			one("two-lengths", struct {
				A [2]int
				B [3]int
			}{}),
		)...)
}

func bytesCases() []conformanceCase {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return category("bytes",
		one("nil", []byte(nil)),
		one("empty", []byte{}),
		one("one", []byte{0}),
		one("all", all),
		one("named", s.Raw("raw")),
		one("octets", s.Octets{1, 128, 255}),
		one("slices", [][]byte{{}, nil, {1, 2}}),
		one("map", map[string][]byte{"a": {1}}),
		one("pointer-zero", struct{ B *[]byte }{&[]byte{}}),
		one("field", struct{ A, B []byte }{[]byte("a"), []byte{}}),
		one("named-fields", struct {
			R s.Raw
			O s.Octets
		}{s.Raw("r"), s.Octets{9}}),
		one("in-any", struct{ V any }{[]byte("any")}),
		one("named-in-any", struct{ V any }{s.Raw("named")}),
		one("long", make([]byte, 5000)),
	)
}
