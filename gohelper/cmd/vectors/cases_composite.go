package main

import (
	"math"
	"net"
	"time"

	s "pygob.dev/gohelper/samples"
)

func mapCases() []conformanceCase {
	return category("map",
		append(numbered("key", map[bool]int{true: 1, false: 0}, map[int]string{-1: "a", math.MaxInt64: "b"},
			map[int8]bool{-128: true}, map[uint]int{math.MaxUint64: 1},
			map[uint8]int{255: 1}, map[uint16]int{3: 1}, map[float32]int{0.5: 1}, map[float64]int{0.1: 1, math.Inf(-1): 2},
			map[complex128]int{1i: 1}, map[complex64]int{1: 1},
			map[string]int{"": 0, "a": 1}, map[uintptr]int{1: 1}, map[s.Label]int{"l": 1},
			map[s.Point]string{{1, 2}: "p", {}: "zero"}, map[s.Key]int{{1}: 1},
			map[[2]string]int{{"a", ""}: 1}, map[[0]int]int{{}: 1}, map[struct{ A, B int }]int{{1, 2}: 3},
			map[struct{}]int{{}: 1}, map[[1]s.Point]int{{{1, 2}}: 1},
			map[*s.Point]int{{1, 2}: 1}, map[s.Flag]s.Celsius{true: 1}, map[string]string{"\xff": "\xfe"}),
			one("key-any", map[any]string{1: "int", "a": "string", true: "bool", 1.0: "float", uint(1): "uint", nil: "nil"}),
			one("key-any-lookalikes", map[any]int{1: 1, true: 2, 1.0: 3, uint8(1): 4, int8(1): 5, 1 + 0i: 6, "1": 7}),
			one("key-any-struct", map[any]int{s.Point{1, 2}: 1, s.Label("x"): 2, [2]int{3, 4}: 3}),
			one("key-any-marshaler", map[any]int{s.NewGobValue("g"): 1, s.GobInt(2): 2}),
			one("key-nan", map[float64]int{nan(0x7ff8000000000001): 1, math.NaN(): 2, 1: 3}),
			one("key-nan-same",
				map[float64]string{nan(0x7ff8000000000001): "a", nan(0x7ff8000000000001): "b", nan(0x7ff8000000000002): "c"}),
			one("key-nan-any", map[any]int{math.NaN(): 1, nan(0x7ff8000000000003): 2}),
			one("key-zeros", map[float64]int{negativeZero: 1, 1: 2}),
			one("key-zero-complex", map[complex128]int{complex(negativeZero, 0): 1}),
			one("key-gob-value", map[s.GobValue]int{s.NewGobValue("a"): 1, s.NewGobValue(""): 2}),
			one("key-binary-value", map[s.BinaryValue]int{s.NewBinaryValue(7): 1}),
			one("key-gob-int", map[s.GobInt]string{-1: "x"}),
			one("key-gob-array", map[s.GobArray]int{{1, 2}: 3}),
			one("key-time", map[time.Time]int{time.Unix(1, 2).UTC(): 3}),
			one("nil", map[string]int(nil)),
			one("empty", map[string]int{}),
			one("one", map[string]int{"a": 1}),
			one("zeros", map[string]int{"": 0}),
			one("many", manyKeys(100)),
			one("of-maps", map[string]map[string]int{"a": {"b": 1}, "nil": nil, "empty": {}}),
			one("of-slices", map[string][]string{"a": {"b"}, "nil": nil}),
			one("of-structs", map[string]s.Point{"a": {1, 2}, "zero": {}}),
			one("of-pointers", map[string]*s.Point{"a": {1, 2}}),
			one("of-any", map[string]any{"a": 1, "n": nil, "s": "x"}),
			one("of-empty", map[string]struct{}{"a": {}, "b": {}}),
			one("of-bytes", map[string][]byte{"a": {1}, "nil": nil}),
			one("of-arrays", map[int][2]bool{1: {true}}),
			one("of-times", map[string]time.Time{"t": time.Unix(100, 5).UTC()}),
			one("of-pointers-to-pointers", map[string]**int{"a": ptr(ptr(1))}),
			one("fields", struct{ Nil, Empty, Full map[string]int }{nil, map[string]int{}, map[string]int{"a": 0}}),
			one("pointer-fields", struct{ Nil, ToNil, Empty *map[string]int }{nil, new(map[string]int), &map[string]int{}}),
			one("in-slice", []map[string]int{{"a": 1}, nil, {}}),
			one("string-string", map[string]string{"key": "value"}),
		)...)
}

func manyKeys(n int) map[int]string {
	m := make(map[int]string, n)
	for i := 0; i < n; i++ {
		m[i] = string(rune('a' + i%26))
	}
	return m
}

// levels nests n distinct types in interfaces; each definition ends the message it is met in.
func levels(n int) any {
	var inner any = 42
	for level := n; level >= 1; level-- {
		switch level {
		case 1:
			inner = s.Level1{Inner: inner, N: level}
		case 2:
			inner = s.Level2{Inner: inner, N: level}
		case 3:
			inner = s.Level3{Inner: inner, N: level}
		case 4:
			inner = s.Level4{Inner: inner, N: level}
		case 5:
			inner = s.Level5{Inner: inner, N: level}
		case 6:
			inner = s.Level6{Inner: inner, N: level}
		}
	}
	return inner
}

func interfaceCases() []conformanceCase {
	var boxed []conformanceCase
	for i, value := range []any{
		nil, true, 1, int8(-1), int16(2), int32(3), int64(4), uint(5), uint8(6), uint16(7), uint32(8), uint64(math.MaxUint64),
		uintptr(9), float32(0.5), 0.1, complex64(1), 1i, "text",
		[]byte("b"), []int{1}, []string{"a"}, []bool{true}, []float32{1}, []float64{2}, []int8{3}, []uint16{4}, []complex128{5},
		[]uintptr{6}, s.Flag(true), s.Celsius(1), s.Label("l"), s.Phase(2i),
		s.Labels{"x"}, s.Raw("raw"), s.Triple{1}, s.Ages{"a": 1}, s.Points{{1, 2}}, s.Point{1, 2}, s.Point{}, s.Empty{},
		[2]int{1, 2}, [][]int{{1}}, map[string]any{"k": nil},
		map[int]map[string]bool{1: {"x": true}}, struct{ A, B int }{1, 2}, []s.Point{{1, 2}}, []*s.Point{{1, 2}}, [3]s.Point{},
		map[s.Point]string{{}: "o"}, s.Gen[int]{1},
		s.Gen[s.Point]{s.Point{1, 2}}, s.Pair[string, int]{"k", 1}, s.Octets{1}, s.Key{1}, s.Matrix{{1}}, s.Slices{{}},
		*linked(3), &s.Tree{Label: "t"}, &s.Circle{1}, s.Basics{String: "b"},
	} {
		boxed = append(boxed, numberedAt("box", i+1, s.Box{Any: value}))
	}
	deep := []conformanceCase{}
	for n := 1; n <= 6; n++ {
		deep = append(deep, numberedAt("levels", n, ptr(levels(n))),
			numberedAt("levels-plain", n, levels(n)),
			numberedAt("levels-in-slice", n, []any{levels(n), levels(n), "end"}),
			numberedAt("levels-in-map", n, map[string]any{"k": levels(n)}))
	}
	return category("interface", append(append(boxed, deep...),
		one("top-int", ptr(any(1))),
		one("top-nil", ptr(any(nil))),
		one("top-struct", ptr(any(s.Point{1, 2}))),
		one("top-slice", ptr(any([]any{1, s.Point{}}))),
		one("slice", []any{1, "a", nil, true, 0.5, []byte{1}}),
		one("slice-empty", []any{}),
		one("slice-of-nils", []any{nil, nil}),
		one("slice-same-type", []any{s.Point{1, 2}, s.Point{3, 4}, s.Point{}}),
		one("slice-new-types", []any{s.Point{1, 2}, s.Labels{"a"}, s.Nest{"b", s.Ages{"x": 1}, 2}, s.Triple{}}),
		one("slice-alternating", []any{s.Point{1, 2}, s.Labels{"a"}, s.Point{3, 4}, s.Labels{"b"}}),
		one("slice-new-between-basics", []any{1, s.Point{1, 2}, 2, s.Point{3, 4}, 3}),
		one("map", map[string]any{"a": 1, "b": "x", "c": nil, "d": s.Point{1, 2}}),
		one("map-new-types", map[string]any{"a": s.Point{}, "b": s.Labels{"x"}}),
		one("map-both-sides", map[any]any{s.Point{1, 2}: s.Labels{"v"}}),
		one("map-both-sides-same", map[any]any{s.Point{1, 2}: s.Point{3, 4}, "k": s.Point{}}),
		one("array", [3]any{s.Point{1, 2}, nil, s.Triple{}}),
		one("struct-two", struct{ A, B any }{s.Point{1, 2}, s.Labels{"x"}}),
		one("struct-same", struct{ A, B any }{s.Point{1, 2}, s.Point{3, 4}}),
		one("struct-after", struct {
			A any
			B int
			C any
			D string
		}{s.Point{1, 2}, 5, s.Triple{}, "end"}),
		one("nest", s.Nest{"before", s.Nest{"inner", s.Nest{"innermost", s.Point{1, 2}, 1}, 2}, 3}),
		one("nest-nil", s.Nest{Before: "b", After: 1}),
		one("nest-two-new", s.Nest{"b", []any{s.Point{1, 2}, s.Labels{"x"}, s.Nest{"c", s.Triple{1}, 4}}, 3}),
		one("shapes",
			s.Drawing{"d", s.Square{2}, []s.Shape{&s.Circle{1}, s.Square{3}, nil}, map[string]s.Shape{"c": &s.Circle{4}}}),
		one("shapes-zero", s.Drawing{}),
		one("pointer-registered", struct{ V any }{&s.Circle{2}}),
		one("value-of-pointer-registered", struct{ V any }{s.Tree{Label: "v"}}),
		one("pointer-to-any", struct{ P, Q *any }{ptr(any(s.Point{1, 2})), nil}),
		one("slice-of-pointers-to-any", []*any{ptr(any(1))}),
		one("any-in-any", ptr(any([]any{[]any{[]any{s.Point{1, 2}}}}))),
		one("zero-values",
			[]any{0, "", false, 0.0, []byte(nil), s.Point{}, s.Labels(nil), s.Ages(nil), map[string]any(nil), uint8(0)}),
		one("across-values", s.Nest{Inner: s.Point{1, 2}}, s.Nest{Inner: s.Point{3, 4}}, s.Point{5, 6},
			s.Nest{Inner: s.Labels{"x"}}),
		one("type-known-before", s.Point{1, 2}, s.Nest{Inner: s.Point{3, 4}}),
		one("marshalers",
			[]any{s.NewGobValue("v"), ptr(s.NewGobPointer(1)), s.NewBinaryValue(2), ptr(s.NewBinaryPointer("p")), s.GobInt(3),
				s.TextOnly{"t"}, s.NewWithFields(1)}),
		one("library", []any{time.Unix(1, 0).UTC(), time.Second, net.IP{127, 0, 0, 1}}),
		one("list", s.AnyNode{s.Point{1, 2}, s.AnyNode{s.Labels{"x"}, nil}}),
		one("gen-any", s.Gen[any]{s.Gen[int]{5}}),
		one("big-inner", s.Nest{"b", s.Labels{string(make([]byte, 300))}, 1}),
		one("big-inner-new-inside", s.Nest{"b", []any{string(make([]byte, 200)), s.Point{1, 2}, string(make([]byte, 200))}, 1}),
		one("recursive-inside", s.Nest{"b", *linked(3), 1}),
		one("unnamed-registered", []any{map[string]any{"a": []any{1}}, map[any]any{1: 2}, map[string]string{"k": "v"}}),
	)...)
}

func numberedAt(prefix string, i int, value any) conformanceCase {
	c := numbered(prefix, value)[0]
	c.name = prefix + "-" + string([]byte{byte('0' + i/10), byte('0' + i%10)})
	return c
}

func streamCases() []conformanceCase {
	return category("stream",
		one("same-type", s.Point{1, 2}, s.Point{3, 4}, s.Point{}),
		one("many-types", 1, "a", s.Point{1, 2}, []int{1}, map[string]int{"a": 1}, [1]bool{true}, 0.5, []byte("b"), true),
		one("types-twice", s.Point{1, 2}, s.Labels{"a"}, s.Point{3, 4}, s.Labels{"b"}),
		one("basics", true, 1, uint(2), 3.0, 4i, "five", []byte("six")),
		one("nested-types", s.Bush{Name: "a"}, []*s.Bush{{Name: "b"}}, s.Bush{Name: "c"}),
		one("named-and-plain", s.Label("a"), "b", s.Labels{"c"}, []string{"d"}),
		one("pointer-then-value", &s.Point{1, 2}, s.Point{3, 4}),
		one("anonymous-twice", struct{ A int }{1}, struct{ A int }{2}, struct{ B int }{3}),
		one("marshaler-value-then-pointer", s.NewGobValue("a"), ptr(s.NewGobValue("b"))),
		one("marshaler-pointer-then-value", ptr(s.NewGobValue("a")), s.NewGobValue("b")),
		one("fifty", fifty()...),
		one("interfaces", ptr(any(1)), ptr(any("a")), ptr(any(s.Point{1, 2})), ptr(any(nil))),
		one("empty-structs", s.Empty{}, s.Empty{}, struct{}{}),
		one("definitions-only-once", s.NamedContainers{}, s.NamedContainers{}),
		one("array-then-slice", [2]int{1, 2}, []int{3}, [3]int{}),
		one("nothing-but-zeros", 0, "", false, 0.0, uint(0), []byte(nil)),
	)
}

func fifty() []any {
	values := make([]any, 50)
	for i := range values {
		values[i] = s.Pair[string, int]{Key: "k", Value: i}
	}
	return values
}

func genericCases() []conformanceCase {
	return category("generic",
		one("gen-int", s.Gen[int]{1}),
		one("gen-point", s.Gen[s.Point]{s.Point{1, 2}}),
		one("gen-slice", s.Gen[[]string]{[]string{"a"}}),
		one("gen-map", s.Gen[map[string]s.Point]{map[string]s.Point{"a": {1, 2}}}),
		one("gen-gen", s.Gen[s.Gen[int]]{s.Gen[int]{3}}),
		one("gen-any", s.Gen[any]{"x"}),
		one("pair", s.Pair[string, int]{"k", 1}),
		one("pair-named", s.Pair[s.Label, s.Point]{"k", s.Point{1, 2}}),
		one("pair-slice", s.Pair[int, []string]{1, []string{"a"}}),
		one("list", s.GenList[int]{1, 2}),
		one("list-point", s.GenList[s.Point]{{1, 2}}),
		one("map", s.GenMap[string, s.Point]{"a": {1, 2}}),
		one("node", s.GenNode[s.Point]{s.Point{1, 2}, &s.GenNode[s.Point]{}}),
		one("fields", struct {
			A s.Gen[int]
			B s.GenList[int]
			C s.GenMap[string, s.Point]
			D []s.Gen[int]
		}{A: s.Gen[int]{1}}),
	)
}

func textCases() []conformanceCase {
	return category("text",
		append(numbered("string", "\xff", "a\xffb", "\xc3\x28", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\x80", "\ufffd", "\u0000",
			"é", "e\u0301", "😀", "\u2028\u2029", "\"\\\n", "\ufeff"),
			one("slice", []string{"ok", "\xff\xfe", ""}),
			one("map", map[string]string{"\xff": "\x80", "ok": "ok"}),
			one("field", s.Tag{"\xfe"}),
			one("in-any", s.Box{"\xff"}),
			one("in-key", map[s.Label]int{"\xff": 1, "\xfe": 2}),
		)...)
}
