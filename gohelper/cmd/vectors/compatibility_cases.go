package main

import (
	"fmt"
	"math"
	"math/big"
	"net"
	"reflect"
	"time"

	s "pygob.dev/gohelper/samples"
)

// matrixKinds is one value of each sort of type; every sort is decoded into every other.
var matrixKinds = []struct {
	name  string
	value any
}{
	{"bool", true}, {"int", 1}, {"int8", int8(1)}, {"int64", int64(1)}, {"uint", uint(1)}, {"uint8", uint8(1)},
	{"uintptr", uintptr(1)}, {"float32", float32(1)}, {"float64", 1.0}, {"complex64", complex64(1)},
	{"complex128", 1i}, {"string", "1"}, {"bytes", []byte{1}}, {"ints", []int{1}}, {"int8s", []int8{1}}, {"uints", []uint{1}},
	{"strings", []string{"1"}}, {"array", [1]int{1}}, {"byte-array", [1]byte{1}}, {"map", map[string]int{"1": 1}},
	{"struct", s.Point{1, 2}}, {"pointer", ptr(1)}, {"gob", s.NewGobValue("1")}, {"binary", s.NewBinaryValue(1)},
	{"label", s.Label("1")}, {"text-marshaler", s.TextOnly{"1"}},
}

// matrixCases decodes every kind into every kind, at top level and as a field.
func matrixCases() []compatibilityCase {
	var cases []compatibilityCase
	for _, source := range matrixKinds {
		for _, into := range matrixKinds {
			name := source.name + "-into-" + into.name
			t := reflect.TypeOf(into.value)
			cases = append(cases, from("top/"+name, source.value, reflect.New(t).Interface()))
			if source.name != "pointer" && into.name != "pointer" {
				cases = append(cases,
					from("field/"+name, fieldOf(source.value).Interface(), reflect.New(fieldOf(into.value).Type()).Interface()))
			}
		}
	}
	for _, into := range matrixKinds {
		cases = append(cases,
			from("top/any-into-"+into.name, ptr(any(into.value)), reflect.New(reflect.TypeOf(into.value)).Interface()))
	}
	for _, source := range matrixKinds {
		cases = append(cases, from("top/"+source.name+"-into-any", source.value, new(any)))
	}
	return compatible("matrix", cases...)
}

// fieldOf is struct{F T} with the value in it.
func fieldOf(value any) reflect.Value {
	holder := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "F", Type: reflect.TypeOf(value)}})).Elem()
	holder.Field(0).Set(reflect.ValueOf(value))
	return holder
}

// rangeCases decodes the values around each type's limits.
func rangeCases() []compatibilityCase {
	var cases []compatibilityCase
	around := func(source any, intos ...any) {
		for _, into := range intos {
			t := reflect.TypeOf(into)
			name := fmt.Sprintf("%v-into-%s", source, t)
			cases = append(cases,
				from("field/"+name, fieldOf(source).Interface(), reflect.New(fieldOf(into).Type()).Interface()))
		}
	}
	for _, i := range []int64{
		math.MaxInt8, math.MaxInt8 + 1, math.MinInt8, math.MinInt8 - 1,
		math.MaxInt16, math.MaxInt16 + 1, math.MinInt16, math.MinInt16 - 1,
		math.MaxInt32, math.MaxInt32 + 1, math.MinInt32, math.MinInt32 - 1,
		math.MaxInt64, math.MinInt64,
	} {
		around(i, int8(0), int16(0), int32(0), int64(0), int(0))
	}
	for _, u := range []uint64{
		math.MaxUint8, math.MaxUint8 + 1, math.MaxUint16, math.MaxUint16 + 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64,
	} {
		around(u, uint8(0), uint16(0), uint32(0), uint64(0), uint(0), uintptr(0))
	}
	beyond := math.Nextafter(math.MaxFloat32, math.Inf(1))
	for _, f := range []float64{
		math.MaxFloat32, beyond, -beyond, 1e300, math.Inf(1), math.Inf(-1), math.NaN(), 1e-300, math.SmallestNonzeroFloat64, 0.1,
	} {
		around(f, float32(0), 0.0)
	}
	for _, c := range []complex128{complex(beyond, 0), complex(1, beyond), complex(math.Inf(1), math.NaN()), complex(1e-300, 0.1)} {
		around(c, complex64(0), 0i)
	}
	return compatible("range", append(cases,
		from("top/int-into-int8", 128, new(int8)),
		from("top/uint-into-uint8", uint(256), new(uint8)),
		from("top/float-into-float32", 1e300, new(float32)),
		from("top/complex-into-complex64", complex(1e300, 0), new(complex64)),
		from("slice", []int{1, 128, 3}, &[]int8{}),
		from("slice-uint", []uint{1, 65536}, &[]uint16{}),
		from("slice-float", []float64{1, 1e300}, &[]float32{}),
		from("array", [2]int{1, 128}, &[2]int8{}),
		from("array-uint8", [2]uint{1, 256}, &[2]uint8{}),
		from("map-elem", map[string]int{"a": 128}, &map[string]int8{}),
		from("map-key", map[int]string{128: "a"}, &map[int8]string{}),
		from("nested-slice", [][]int{{1}, {128}}, &[][]int8{}),
		from("struct-slice", struct{ L []int }{[]int{300}}, &struct{ L []int8 }{}),
		from("struct-map", struct{ M map[string]uint }{map[string]uint{"a": 300}}, &struct{ M map[string]uint8 }{}),
		from("struct-array", struct{ A [1]int }{[1]int{300}}, &struct{ A [1]int8 }{}),
		from("pointer", struct{ P int }{300}, &struct{ P *int8 }{}),
		from("inner-struct", struct{ S struct{ N int } }{struct{ N int }{300}}, &struct{ S struct{ N int8 } }{}),
		from("fields-before-stay", struct{ A, B, C int }{1, 300, 3}, &struct {
			A int
			B int8
			C int
		}{}),
		from("named-source", s.Point{300, 1}, &struct{ X, Y int8 }{}),
	)...)
}

func containerMatches() []compatibilityCase {
	return compatible("container",
		from("array-same", [2]int{1, 2}, &[2]int{}),
		from("array-longer", [2]int{1, 2}, &[3]int{}),
		from("array-shorter", [2]int{1, 2}, &[1]int{}),
		from("array-into-slice", [2]int{1, 2}, &[]int{}),
		from("slice-into-array", []int{1, 2}, &[2]int{}),
		from("array-field-longer", struct{ A [2]int }{[2]int{1, 2}}, &struct{ A [3]int }{}),
		from("byte-array-into-bytes", [2]byte{1, 2}, &[]byte{}),
		from("bytes-into-byte-array", []byte{1, 2}, &[2]byte{}),
		from("byte-array-into-uints", [2]byte{1, 2}, &[2]uint{}),
		from("bytes-into-named", []byte{1, 2}, &s.Raw{}),
		from("named-into-bytes", s.Octets{1, 2}, &[]byte{}),
		from("bytes-into-string", []byte("a"), new(string)),
		from("string-into-bytes", "a", &[]byte{}),
		from("ints-into-bytes", []uint{1}, &[]byte{}),
		from("bytes-into-uint16s", []byte{1}, &[]uint16{}),
		from("slice-elem-class", []int{1}, &[]uint{}),
		from("slice-elem-size", []int64{1, -1}, &[]int16{}),
		from("slice-elem-struct", []s.Point{{1, 2}}, &[]struct{ Y, X int }{}),
		from("slice-elem-pointer", []s.Point{{1, 2}, {}}, &[]*s.Point{}),
		from("slice-elem-any", []int{1}, &[]any{}),
		from("slice-nested-class", [][]int{{1}}, &[][]uint{}),
		from("slice-nested-depth", [][]int{{1}}, &[]int{}),
		from("map-key-class", map[string]int{"a": 1}, &map[int]int{}),
		from("map-elem-class", map[string]int{"a": 1}, &map[string]string{}),
		from("map-key-size", map[int64]int{1: 1}, &map[int8]int{}),
		from("map-elem-pointer", map[string]int{"a": 1, "b": 0}, &map[string]*int{}),
		from("map-elem-struct", map[string]s.Point{"a": {1, 2}}, &map[string]struct{ X int }{}),
		from("map-into-struct", map[string]int{"X": 1}, &s.Point{}),
		from("struct-into-map", s.Point{1, 2}, &map[string]int{}),
		from("map-named", map[string]int{"a": 1}, &s.Ages{}),
		from("named-map", s.Ages{"a": 1}, &map[string]int{}),
		from("map-nil", map[string]int(nil), &map[string]int{}),
		from("slice-nil", []int(nil), &[]int{}),
		from("bytes-nil", []byte(nil), &[]byte{}),
		from("empty-array", [0]int{}, &[0]int{}),
		from("empty-array-class", [0]int{}, &[0]string{}),
		from("struct-elem-no-match", []s.Point{{1, 2}}, &[]struct{ A int }{}),
		from("map-elem-no-match", map[string]s.Point{"a": {1, 2}}, &map[string]struct{ A int }{}),
		from("pointer-deep", 5, new(***int)),
		from("pointer-field-deep", struct{ A int }{5}, &struct{ A ***int }{}),
		from("pointer-source", struct{ A **int }{ptr(ptr(5))}, &struct{ A int }{}),
		from("pointer-to-slice", struct{ A []int }{[]int{1}}, &struct{ A *[]int }{}),
		from("recursive-list", *linked(3), &s.List{}),
		from("recursive-into-other", s.Bush{"a", []*s.Bush{{Name: "b"}}}, &struct {
			Name     string
			Branches []struct{ Name string }
		}{}),
		from("recursive-slices", s.Slices{{}, nil}, &s.Slices{}),
		from("recursive-slices-into-ints", s.Slices{{}}, &[][]int{}),
		from("recursive-tree-into-list", s.Tree{Label: "a", Left: &s.Tree{Label: "b"}}, &s.List{}),
		from("named-containers", s.NamedContainers{Labels: s.Labels{"a"}, Triple: s.Triple{1}}, &struct {
			Labels []string
			Triple [3]int8
		}{}),
	)
}

func structMatches() []compatibilityCase {
	full := struct {
		A int
		B string
		C float64
	}{1, "b", 2.5}
	return compatible("struct",
		from("same", s.Point{1, 2}, &s.Point{}),
		from("reordered", s.Point{1, 2}, &struct{ Y, X int }{}),
		from("fewer", full, &struct{ B string }{}),
		from("more", s.Point{1, 2}, &struct{ W, X, Y, Z int }{}),
		from("none-common", s.Point{1, 2}, &struct{ A, B int }{}),
		from("none-common-named", s.Point{1, 2}, &s.Tag{}),
		from("into-empty", s.Point{1, 2}, &struct{}{}),
		from("into-empty-named", s.Point{1, 2}, &s.Empty{}),
		from("empty-into-struct", struct{}{}, &s.Point{}),
		from("empty-into-empty", s.Empty{}, &struct{}{}),
		from("case-differs", struct{ URL string }{"u"}, &struct{ Url string }{}),
		from("wrong-type", s.Point{1, 2}, &struct{ X string }{}),
		from("wrong-type-second", full, &struct {
			A int
			B int
		}{}),
		from("wrong-type-unsent", struct{ A, B int }{0, 1}, &struct {
			A string
			B int
		}{}),
		from("wrong-type-inner", struct{ P s.Point }{s.Point{1, 2}}, &struct{ P struct{ X string } }{}),
		from("inner-none-common", struct{ P s.Point }{s.Point{1, 2}}, &struct{ P struct{ A int } }{}),
		from("inner-into-empty", struct {
			P s.Point
			Q int
		}{s.Point{1, 2}, 3}, &struct {
			P struct{}
			Q int
		}{}),
		from("inner-pointer", struct{ P s.Point }{s.Point{1, 2}}, &struct{ P *s.Point }{}),
		from("inner-pointer-deep", struct{ P s.Point }{s.Point{1, 2}}, &struct{ P ***s.Point }{}),
		from("inner-pointer-unsent", struct{ P *s.Point }{}, &struct{ P *s.Point }{}),
		from("inner-pointer-zero", struct{ P s.Point }{}, &struct{ P *s.Point }{}),
		from("int-pointer-zero", struct{ P int }{}, &struct{ P *int }{}),
		from("map-pointer-empty", struct{ M map[string]int }{map[string]int{}}, &struct{ M *map[string]int }{}),
		from("into-non-struct", s.Point{1, 2}, new(int)),
		from("into-slice", s.Point{1, 2}, &[]int{}),
		from("int-into-struct", 1, &s.Point{}),
		from("slice-into-struct", []int{1}, &s.Point{}),
		from("string-into-struct", "x", &s.Tag{}),
		from("unexported", struct{ Shown int }{1}, &s.Hidden{}),
		from("embedded", s.Named3D{Point: s.Point{1, 2}, Z: 3}, &struct {
			Point struct{ X, Y int }
			Z     int
		}{}),
		from("flat-into-embedded", struct{ X, Y, Z int }{1, 2, 3}, &s.Named3D{}),
		from("embedded-into-flat", s.Named3D{Point: s.Point{1, 2}, Z: 3}, &struct{ X, Z int }{}),
		from("embedded-pointer", s.Named3D{Tag: &s.Tag{"t"}}, &s.Named3D{}),
		from("basics", s.Basics{Int: 1, Uint8: 2, Float32: 0.5, String: "s"}, &struct {
			Int     int8
			Uint8   uint64
			Float32 float64
			String  s.Label
		}{}),
		from("named-fields", s.NamedBasics{Flag: true, Celsius: 1, Label: "l"}, &struct {
			Flag    bool
			Celsius float32
			Label   string
		}{}),
		from("generic", s.Gen[int]{5}, &struct{ Value int8 }{}),
		from("generic-other", s.Gen[int]{5}, &s.Gen[[]string]{}),
		from("pair", s.Pair[string, int]{"k", 1}, &s.Pair[s.Label, s.Point]{}),
		from("beyond-ascii", s.Ölpreis{Größe: 1, X_1: 2}, &struct{ Größe, X_1 int }{}),
		from("document-subset", struct {
			ID, Content string
			Embedding   []float32
		}{"1", "c", []float32{1}}, &struct {
			ID        string
			Embedding []float64
			Metadata  map[string]string
		}{}),
		from("document-wrong", struct{ Embedding []int }{[]int{1}}, &struct{ Embedding []float32 }{}),
	)
}

func mergeCases() []compatibilityCase {
	x := func(x int) *s.Point { return &s.Point{X: x, Y: 9} }
	return compatible("merge",
		from("absent-field-stays", s.Point{1, 0}, &s.Point{5, 6}),
		from("zero-does-not-clear", s.Basics{}, &s.Basics{Int: 5, String: "stays", Bytes: []byte("too")}),
		from("field-replaced", s.Point{1, 2}, &s.Point{5, 6}),
		from("top-zero", 0, ptr(5)),
		from("top-empty-string", "", ptr("x")),
		from("map-adds", map[string]int{"b": 2}, &map[string]int{"a": 1}),
		from("map-replaces", map[string]int{"a": 2}, &map[string]int{"a": 1, "z": 0}),
		from("map-empty-adds-nothing", map[string]int{}, &map[string]int{"a": 1}),
		from("map-nil-adds-nothing", map[string]int(nil), &map[string]int{"a": 1}),
		from("map-field-adds", struct{ M map[string]int }{map[string]int{"b": 2}},
			&struct{ M map[string]int }{map[string]int{"a": 1}}),
		from("map-field-nil", struct{ M map[string]int }{}, &struct{ M map[string]int }{map[string]int{"a": 1}}),
		from("map-struct-replaced-whole", map[string]s.Point{"a": {1, 0}}, &map[string]s.Point{"a": {5, 6}}),
		from("map-pointer-replaced", map[string]*s.Point{"a": {1, 0}}, &map[string]*s.Point{"a": {5, 6}}),
		from("map-slice-replaced", map[string][]int{"a": {1}}, &map[string][]int{"a": {5, 6}}),
		from("map-map-replaced", map[string]map[string]int{"a": {"x": 1}}, &map[string]map[string]int{"a": {"y": 2}, "b": {}}),
		from("map-initial-empty", map[string]int{"a": 1}, &map[string]int{}),
		from("slice-shorter", []int{1}, &[]int{7, 8, 9}),
		from("slice-longer", []int{1, 2, 3}, &[]int{7}),
		from("slice-empty", []int{}, &[]int{7, 8}),
		from("slice-nil", []int(nil), &[]int{7, 8}),
		from("slice-field-empty-unsent", struct{ L []int }{[]int{}}, &struct{ L []int }{[]int{7}}),
		from("slice-struct-reused", []s.Point{{1, 0}, {0, 2}}, &[]s.Point{{5, 6}, {7, 8}, {9, 9}}),
		from("slice-struct-grown", []s.Point{{1, 0}, {0, 2}, {}}, &[]s.Point{{5, 6}}),
		from("slice-pointer-reused", []*s.Point{{1, 0}, {0, 2}}, &[]*s.Point{x(5), nil, x(7)}),
		from("slice-map-reused", []map[string]int{{"b": 2}}, &[]map[string]int{{"a": 1}}),
		from("slice-slice-reused", [][]int{{1}}, &[][]int{{7, 8}}),
		from("slice-of-strings", []string{"", "b"}, &[]string{"x", "y", "z"}),
		from("slice-of-any", []any{1, nil}, &[]any{"x", "y"}),
		from("bytes-shorter", []byte{1}, &[]byte{7, 8, 9}),
		from("bytes-longer", []byte{1, 2, 3}, &[]byte{7}),
		from("bytes-empty", []byte{}, &[]byte{7}),
		from("bytes-field-unsent", struct{ B []byte }{}, &struct{ B []byte }{[]byte{7}}),
		from("array-zeros-overwrite", [2]int{0, 1}, &[2]int{7, 8}),
		from("array-structs-merge", [2]s.Point{{1, 0}, {}}, &[2]s.Point{{5, 6}, {7, 8}}),
		from("array-field", struct{ A [2]int }{}, &struct{ A [2]int }{[2]int{7, 8}}),
		from("array-of-slices", [2][]int{{1}, nil}, &[2][]int{{7, 8}, {9}}),
		from("array-of-maps", [1]map[string]int{{"b": 2}}, &[1]map[string]int{{"a": 1}}),
		from("struct-in-struct", struct{ P s.Point }{s.Point{1, 0}}, &struct{ P s.Point }{s.Point{5, 6}}),
		from("pointer-target-reused", struct{ P *s.Point }{&s.Point{X: 1}}, &struct{ P *s.Point }{x(5)}),
		from("pointer-unsent-stays", struct{ P *s.Point }{}, &struct{ P *s.Point }{x(5)}),
		from("int-pointer-reused", struct{ P *int }{ptr(1)}, &struct{ P *int }{ptr(5)}),
		from("int-pointer-zero-unsent", struct{ P *int }{ptr(0)}, &struct{ P *int }{ptr(5)}),
		from("pointer-deep-reused", struct{ P **s.Point }{ptr(&s.Point{X: 1})}, &struct{ P **s.Point }{ptr(x(5))}),
		from("pointer-to-map", struct{ M *map[string]int }{&map[string]int{"b": 2}},
			&struct{ M *map[string]int }{&map[string]int{"a": 1}}),
		from("pointer-to-slice", struct{ L *[]int }{&[]int{1}}, &struct{ L *[]int }{&[]int{7, 8}}),
		from("interface-replaced", struct{ V any }{s.Point{1, 0}}, &struct{ V any }{s.Point{5, 6}}),
		from("interface-replaced-other", struct{ V any }{1}, &struct{ V any }{"x"}),
		from("interface-unsent-stays", struct{ V any }{}, &struct{ V any }{"x"}),
		from("interface-nil-in-slice", []any{nil}, &[]any{"x"}),
		from("interface-top", ptr(any(1)), ptr(any("x"))),
		from("interface-top-nil", ptr(any(nil)), ptr(any("x"))),
		from("marshaler-replaced", struct{ G s.GobValue }{s.NewGobValue("new")}, &struct{ G s.GobValue }{s.NewGobValue("old")}),
		from("marshaler-unsent-stays", struct{ T time.Time }{}, &struct{ T time.Time }{time.Unix(1, 0).UTC()}),
		from("recursive", s.List{1, &s.List{Value: 2}}, &s.List{5, &s.List{6, &s.List{Value: 7}}}),
		from("recursive-tree", s.Tree{Left: &s.Tree{Label: "new"}}, &s.Tree{"old", &s.Tree{Label: "l"}, &s.Tree{Label: "r"}}),
		from("embedded", s.Named3D{Z: 1}, &s.Named3D{s.Point{5, 6}, &s.Tag{"t"}, 7}),
		from("error-keeps-what-was-decoded", struct{ A, B, C int }{1, 300, 3}, &struct {
			A int
			B int8
			C int
		}{7, 8, 9}),
		from("error-compile-changes-nothing", s.Point{1, 2}, &struct {
			X int
			Y string
		}{5, "stays"}),
		from("error-in-map-keeps-entries", map[string]int{"a": 300}, &map[string]int8{"z": 1}),
		from("error-in-slice", []int{1, 300, 3}, &[]int8{7, 8, 9}),
		from("nested", struct{ M map[string][]s.Point }{map[string][]s.Point{"a": {{1, 0}}}},
			&struct{ M map[string][]s.Point }{map[string][]s.Point{"a": {{5, 6}}, "b": nil}}),
		from("bool-false-in-slice", []bool{false, true}, &[]bool{true, true, true}),
		from("float-zero-in-array", [2]float64{}, &[2]float64{1, 2}),
		from("string-replaced", struct{ S string }{"new"}, &struct{ S string }{"old"}),
		from("complex", struct{ C complex128 }{1i}, &struct{ C complex128 }{5}),
	)
}

func interfaceMatches() []compatibilityCase {
	return compatible("interface",
		from("any", struct{ V any }{s.Point{1, 2}}, &struct{ V any }{}),
		from("shape", struct{ V s.Shape }{s.Square{2}}, &struct{ V s.Shape }{}),
		from("shape-pointer", struct{ V s.Shape }{&s.Circle{2}}, &struct{ V s.Shape }{}),
		from("any-into-shape", struct{ V any }{s.Square{2}}, &struct{ V s.Shape }{}),
		from("shape-into-any", struct{ V s.Shape }{s.Square{2}}, &struct{ V any }{}),
		from("not-assignable", struct{ V any }{s.Point{1, 2}}, &struct{ V s.Shape }{}),
		from("not-assignable-int", struct{ V any }{1}, &struct{ V s.Shape }{}),
		from("concrete-into-any", struct{ V s.Point }{s.Point{1, 2}}, &struct{ V any }{}),
		from("any-into-concrete", struct{ V any }{s.Point{1, 2}}, &struct{ V s.Point }{}),
		from("top-concrete-into-any", s.Point{1, 2}, new(any)),
		from("top-any-into-concrete", ptr(any(s.Point{1, 2})), &s.Point{}),
		from("int-into-shape", 1, new(s.Shape)),
		from("slice-into-shapes", []any{s.Square{1}, nil}, &[]s.Shape{}),
		from("slice-not-assignable", []any{s.Square{1}, 5}, &[]s.Shape{}),
		from("map-of-shapes", map[string]any{"a": s.Square{1}}, &map[string]s.Shape{}),
		from("pointer-to-any", struct{ V any }{5}, &struct{ V *any }{}),
		from("nil", struct{ A, B any }{nil, 1}, &struct{ A, B s.Shape }{}),
		from("drawing", s.Drawing{Title: "t", Main: s.Square{1}, Others: []s.Shape{&s.Circle{2}, nil}}, &s.Drawing{}),
		from("marshaler", struct{ V any }{s.NewGobValue("x")}, &struct{ V any }{}),
		from("library", []any{time.Unix(1, 0).UTC(), big.NewInt(5), net.IP{1, 2, 3, 4}}, &[]any{}),
		from("keys", map[any]int{1: 1, "a": 2, s.Point{1, 2}: 3}, &map[any]int{}),
		from("unhashable-key", []map[string]any{{"k": []int{1}}}, &[]map[string]any{}),
	)
}

func marshalerMatches() []compatibilityCase {
	return compatible("marshaler",
		from("gob", struct{ V s.GobValue }{s.NewGobValue("x")}, &struct{ V s.GobValue }{}),
		from("gob-into-other-gob", struct{ V s.GobValue }{s.NewGobValue("1234")}, &struct{ V s.GobPointer }{}),
		from("gob-refuses", struct{ V s.GobValue }{s.NewGobValue("12345")}, &struct{ V s.GobPointer }{}),
		from("binary-refuses", &struct{ V s.BinaryPointer }{}, &struct{ V s.BinaryValue }{}),
		from("gob-into-binary", struct{ V s.GobValue }{s.NewGobValue("12")}, &struct{ V s.BinaryValue }{}),
		from("binary-into-gob", struct{ V s.BinaryValue }{s.NewBinaryValue(1)}, &struct{ V s.GobValue }{}),
		from("gob-into-struct", struct{ V s.GobValue }{s.NewGobValue("x")}, &struct{ V s.Point }{}),
		from("gob-into-bytes", struct{ V s.GobValue }{s.NewGobValue("x")}, &struct{ V []byte }{}),
		from("struct-into-gob", struct{ V s.Point }{s.Point{1, 2}}, &struct{ V s.GobValue }{}),
		from("bytes-into-gob", struct{ V []byte }{[]byte("x")}, &struct{ V s.GobValue }{}),
		from("gob-pointer", struct{ V *s.GobValue }{ptr(s.NewGobValue("x"))}, &struct{ V s.GobValue }{}),
		from("gob-into-pointer", struct{ V s.GobValue }{s.NewGobValue("x")}, &struct{ V *s.GobValue }{}),
		from("gob-into-pointer-deep", struct{ V s.GobValue }{s.NewGobValue("x")}, &struct{ V **s.GobValue }{}),
		from("time", struct{ T time.Time }{time.Unix(5, 6).UTC()}, &struct{ T *time.Time }{}),
		from("time-refuses", struct{ V s.GobInt }{5}, &struct{ V time.Time }{}),
		from("big-int", big.NewInt(5), &big.Int{}),
		from("big-int-into-int", big.NewInt(5), new(int)),
		from("text-only", s.TextOnly{"x"}, &struct{ Text string }{}),
		from("struct-into-text-only", struct{ Text string }{"x"}, &s.TextOnly{}),
		from("slice", []s.GobValue{s.NewGobValue("a")}, &[]*s.GobValue{}),
		from("map-key", map[s.GobValue]int{s.NewGobValue("a"): 1}, &map[s.GobValue]int{}),
		from("gob-int-into-int", s.GobInt(5), new(int)),
		from("int-into-gob-int", 5, new(s.GobInt)),
		from("array", [2]s.GobValue{}, &[2]s.GobValue{s.NewGobValue("old")}),
		from("top", s.NewGobValue("x"), ptr(s.NewGobValue("old"))),
		from("refused-at-top", s.NewGobValue("x"), new(s.GobPointer)),
		from("refused-in-slice", []s.GobValue{s.NewGobValue("1234"), s.NewGobValue("1")}, &[]s.GobPointer{}),
	)
}

// skippingCases have a field Skipped that the destination lacks, and one after it, which must arrive
// although encoding/gob's own skipping loses it behind some interface values.
func skippingCases() []compatibilityCase {
	var cases []compatibilityCase
	for i, value := range []any{
		true, 1, uint(2), 0.5, 1i, "text", []byte("bytes"), []int{1, 2}, [2]int{1, 2}, map[string]int{"a": 1}, s.Point{1, 2},
		[]s.Point{{1, 2}}, *linked(3), s.Bush{"a", []*s.Bush{{}}}, s.Slices{{}}, s.Maps{"a": {}}, s.NewGobValue("x"),
		time.Unix(1, 2).UTC(), s.NewWithFields(1),
		s.Box{}, s.Box{1}, s.Box{s.Point{1, 2}}, s.Box{s.Box{s.Point{1, 2}}}, s.Box{levels(3)}, []any{1, "a"}, []any{nil},
		[]any{nil, 1, nil}, []any{s.Point{1, 2}, s.Labels{"a"}}, map[string]any{"a": 1}, map[string]any{"a": nil},
		map[any]any{1: s.Point{}}, [2]any{nil, 1}, s.Anything{s.Anything{s.Point{1, 2}}},
		[0]int{}, []struct{}{{}, {}}, map[string]struct{}{"a": {}}, [][]string{{"a"}, nil}, map[s.Point][]byte{{1, 2}: {3}},
		s.Empty{}, s.HasEmpty{After: 1},
	} {
		t := reflect.StructOf([]reflect.StructField{{Name: "Skipped", Type: reflect.TypeOf(value)},
			{Name: "After", Type: reflect.TypeOf(0)}})
		source := reflect.New(t).Elem()
		source.Field(0).Set(reflect.ValueOf(value))
		source.Field(1).SetInt(7)
		skipping := from(fmt.Sprintf("%02d-%T", i+1, value), source.Interface(), &struct{ After int }{})
		skipping.right = []any{7}
		cases = append(cases, skipping)
	}
	return compatible("skipping", cases...)
}
