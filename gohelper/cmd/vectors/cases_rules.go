package main

import (
	"fmt"
	"math"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	s "pygob.dev/gohelper/samples"
)

func omissionCases() []conformanceCase {
	type sender struct {
		Array      [2]int
		EmptyArray [0]int
		Struct     s.Point
		Empty      s.Empty
		Map        map[string]int
		PtrStruct  *s.Point
		PtrArray   *[2]int
		PtrMap     *map[string]int
		End        int
	}
	return category("omission",
		one("basics", s.Basics{}),
		one("negative-zero", struct {
			A, B float64
			C    float32
			D    complex128
		}{A: negativeZero, B: 1, C: float32(negativeZero), D: complex(negativeZero, negativeZero)}),
		one("pointer-to-negative-zero", struct{ A, B *float64 }{ptr(negativeZero), ptr(0.0)}),
		one("nan", struct{ A float64 }{math.NaN()}),
		one("half-zero-complex", struct{ A, B complex128 }{1, 1i}),
		one("empty-slices", struct {
			A, B []int
			C, D []byte
			E    []s.Point
		}{A: []int{}, C: []byte{}, E: []s.Point{}}),
		one("slices-of-zeros", struct {
			A []int
			B []byte
			C []string
		}{[]int{0}, []byte{0}, []string{""}}),
		one("maps", struct{ A, B map[string]int }{nil, map[string]int{}}),
		one("map-of-zero", map[string]int{"": 0}),
		one("array-of-zeros", [3]int{}),
		reflected("senders-zero", sender{}),
		reflected("senders",
			sender{PtrStruct: &s.Point{}, PtrArray: &[2]int{}, PtrMap: &map[string]int{}, Map: map[string]int{}, End: 1}),
		one("struct-always", struct {
			P s.Point
			Q struct{ A, B int }
			E s.Empty
		}{}),
		one("array-always", struct {
			A [2]int
			B [0]string
			C [1][1]s.Point
		}{}),
		one("nil-interface", struct{ A, B any }{nil, 1}),
		one("interface-of-zero", struct{ A, B, C, D any }{0, "", false, s.Point{}}),
		one("interface-of-nil-slice", struct{ A, B any }{[]int(nil), []byte(nil)}),
		one("interface-of-nil-map", struct{ A any }{map[string]int(nil)}),
		one("slice-keeps-zeros", []s.Point{{}, {0, 1}}),
		one("pointer-to-zero",
			s.Optional{Bool: ptr(false), Int: ptr(0), String: ptr(""), Float: ptr(0.0), Bytes: &[]byte{}, Slice: &[]int{}}),
		one("pointer-to-sent-zero", s.Optional{Array: &[2]int{}, Map: &map[string]int{}, Struct: &s.Point{}}),
		one("pointer-to-nil-map", s.Optional{Map: new(map[string]int)}),
		one("pointer-to-nil-any", s.Optional{Any: new(any)}),
		one("nested-zero", struct {
			A struct{ B struct{ C struct{ D int } } }
		}{}),
		one("has-empty", s.HasEmpty{}),
		one("has-empty-full", s.HasEmpty{P: &s.Empty{}, S: []s.Empty{{}, {}}, M: map[string]s.Empty{"a": {}}, After: 1}),
		one("time", struct{ A, B time.Time }{A: time.Time{}, B: time.Unix(0, 0).UTC()}),
		one("time-in-zone", struct{ A time.Time }{time.Time{}.In(time.FixedZone("", 3600))}),
		one("marshaler-zero", s.MarshalerRefs{}),
		one("marshaler-zero-by-value", &s.Marshalers{}),
		one("marshaler-pointer-to-zero",
			s.MarshalerRefs{GobValue: &s.GobValue{}, GobPointer: &s.GobPointer{}, BinaryValue: &s.BinaryValue{},
				BinaryPointer: &s.BinaryPointer{}, Both: &s.Both{}, TextOnly: &s.TextOnly{}}),
		one("top-level-zeros", 0, uint(0), "", false, 0.0, 0i, []byte{}, []int{}, map[string]int{}, [1]int{}, s.Point{}),
		one("last-field-only", s.Basics{Bytes: []byte{1}}),
		one("first-field-only", s.Basics{Bool: true}),
		one("gob-int-zero", struct{ A, B s.GobInt }{0, 1}),
		one("gob-slice-empty", struct{ A, B s.GobSlice }{nil, s.GobSlice{}}),
		one("gob-map-empty", struct{ A, B s.GobMap }{nil, s.GobMap{}}),
		one("gob-array-zero", struct{ A, B s.GobArray }{B: s.GobArray{0, 1}}),
	)
}

// reflected gives a locally named struct as an unnamed one, since only catalogued types have names here.
func reflected(name string, value any) conformanceCase {
	v := reflect.ValueOf(value)
	fields := make([]reflect.StructField, v.NumField())
	for i := range fields {
		fields[i] = reflect.StructField{Name: v.Type().Field(i).Name, Type: v.Type().Field(i).Type}
	}
	return one(name, v.Convert(reflect.StructOf(fields)).Interface())
}

func pointerCases() []conformanceCase {
	full := s.Optional{ptr(true), ptr(1), ptr(uint8(2)), ptr(3.5), ptr(complex64(4)), ptr("five"), &[]byte{6}, &[]int{7},
		&[2]int{8, 9}, &map[string]int{"a": 10}, &s.Point{11, 12}, ptr(any("thirteen")),
		ptr(ptr(ptr(14))), ptr(&s.Point{15, 16})}
	return category("pointer",
		one("nil", s.Optional{}),
		one("full", full),
		one("top", &full),
		one("top-int", ptr(5)),
		one("top-deep", ptr(ptr(ptr(5)))),
		one("top-string", ptr("s")),
		one("top-slice", &[]int{1}),
		one("top-map", &map[string]int{"a": 1}),
		one("top-struct-deep", ptr(ptr(s.Point{1, 2}))),
		one("slice", []*int{ptr(1), ptr(0)}),
		one("slice-deep", []**string{ptr(ptr("a"))}),
		one("map", map[string]*int{"a": ptr(1), "b": ptr(0)}),
		one("key", map[*int]int{ptr(1): 2}),
		one("array", [2]*string{ptr("a"), ptr("")}),
		one("to-slice-of-pointers", &[]*s.Point{{1, 2}, {}}),
		one("to-array", struct{ A *[2]int }{&[2]int{1, 2}}),
		one("to-empty-array", struct{ A *[0]int }{&[0]int{}}),
		one("to-struct-zero", struct{ A *s.Point }{&s.Point{}}),
		one("to-pointer-to-zero", struct{ A **int }{ptr(ptr(0))}),
		one("to-nil-pointer", struct{ A **int }{ptr((*int)(nil))}),
		one("deep-nil", struct{ A ***s.Point }{ptr(ptr((*s.Point)(nil)))}),
		one("shared", shared()),
		one("to-map-of-pointers", struct{ M *map[string]*s.Point }{&map[string]*s.Point{"a": {1, 2}}}),
		one("to-interface", struct{ A *any }{ptr(any(5))}),
		one("to-named", struct{ A *s.Labels }{&s.Labels{"x"}}),
		one("to-anonymous", struct{ A *struct{ B int } }{&struct{ B int }{1}}),
	)
}

func shared() any {
	p := &s.Point{1, 2}
	return []*s.Point{p, p}
}

func embeddedCases() []conformanceCase {
	return category("embedded",
		one("value", s.Named3D{Point: s.Point{1, 2}, Z: 3}),
		one("pointer", s.Named3D{s.Point{1, 2}, &s.Tag{"t"}, 3}),
		one("zero", s.Named3D{}),
		one("anonymous", struct {
			s.Point
			Z int
		}{s.Point{1, 2}, 3}),
		one("two", struct {
			s.Point
			s.Tag
		}{s.Point{1, 2}, s.Tag{"t"}}),
		one("non-struct", struct {
			s.Label
			s.Labels
		}{"l", s.Labels{"a"}}),
		one("deep", struct{ s.Named3D }{s.Named3D{s.Point{1, 2}, nil, 3}}),
		one("shadowed", struct {
			s.Point
			X string
		}{s.Point{1, 2}, "x"}),
		one("in-anonymous", struct{ G struct{ s.Tag } }{}),
		one("in-slice", []s.Named3D{{Z: 1}, {Tag: &s.Tag{"t"}}}),
	)
}

func hiddenCases() []conformanceCase {
	return category("hidden",
		one("fields", s.NewHidden(1, "a")),
		one("zero", s.Hidden{}),
		one("in-slice", []s.Hidden{s.NewHidden(1, "a"), {}}),
		one("in-map", map[string]s.Hidden{"k": s.NewHidden(2, "b")}),
		one("pointer", struct{ H *s.Hidden }{ptr(s.NewHidden(3, "c"))}),
		one("beyond-ascii", s.Ölpreis{}),
	)
}

func marshalerCases() []conformanceCase {
	var cases []conformanceCase
	for _, group := range [][]conformanceCase{
		numbered("gob-value", s.NewGobValue("text"), s.GobValue{}, ptr(s.NewGobValue("p")),
			[]s.GobValue{s.NewGobValue("a"), {}}, []*s.GobValue{ptr(s.NewGobValue("a"))},
			map[string]s.GobValue{"k": s.NewGobValue("v")},
			[2]s.GobValue{}, struct{ V s.GobValue }{s.NewGobValue("f")}, struct{ V *s.GobValue }{ptr(s.NewGobValue("f"))},
			struct{ V **s.GobValue }{ptr(ptr(s.NewGobValue("f")))}, s.Box{s.NewGobValue("any")}),
		numbered("gob-pointer", ptr(s.NewGobPointer(1)), ptr(s.GobPointer{}), &[]s.GobPointer{s.NewGobPointer(1), {}},
			[]*s.GobPointer{ptr(s.NewGobPointer(2))}, map[string]*s.GobPointer{"k": ptr(s.NewGobPointer(3))},
			&[2]s.GobPointer{}, &struct{ V s.GobPointer }{s.NewGobPointer(4)}, &struct{ V, W s.GobPointer }{},
			struct{ V *s.GobPointer }{ptr(s.NewGobPointer(5))}, s.Box{ptr(s.NewGobPointer(6))},
			[]s.GobPointer{s.NewGobPointer(7)}),
		numbered("binary-value", s.NewBinaryValue(1), s.BinaryValue{}, ptr(s.NewBinaryValue(2)),
			[]s.BinaryValue{s.NewBinaryValue(3)}, struct{ V s.BinaryValue }{s.NewBinaryValue(4)},
			map[s.BinaryValue]s.BinaryValue{s.NewBinaryValue(5): {}}, s.Box{s.NewBinaryValue(6)}),
		numbered("binary-pointer", ptr(s.NewBinaryPointer("a")), ptr(s.BinaryPointer{}),
			&struct{ V, W s.BinaryPointer }{s.NewBinaryPointer("b"), s.BinaryPointer{}},
			[]*s.BinaryPointer{ptr(s.NewBinaryPointer("c"))}, s.Box{ptr(s.NewBinaryPointer("d"))}),
		numbered("both", s.NewBoth("x"), struct{ V s.Both }{s.NewBoth("y")}),
		numbered("text-only", s.TextOnly{"x"}, struct{ V *s.TextOnly }{&s.TextOnly{"y"}}),
		numbered("not-struct", s.GobInt(5), s.GobInt(0), s.GobSlice{"a", "bc"}, s.GobSlice(nil), s.GobMap{"a": s.Point{}},
			s.GobMap{}, s.GobArray{1, 2}, []s.GobInt{1, 0}, map[s.GobInt]s.GobSlice{1: {"x"}}),
		numbered("with-fields", s.NewWithFields(1), struct{ W s.WithFields }{s.NewWithFields(2)},
			[]s.WithFields{s.NewWithFields(3)}, s.Box{s.NewWithFields(4)}, struct {
				W s.WithFields
				P s.Point
				C []s.Celsius
			}{s.NewWithFields(5), s.Point{1, 2}, []s.Celsius{3}}),
		{
			one("all",
				&s.Marshalers{s.NewGobValue("a"), s.NewGobPointer(1), s.NewBinaryValue(2), s.NewBinaryPointer("b"), s.NewBoth("c"),
					s.TextOnly{"d"}, 3, s.GobSlice{"e"}, s.GobMap{"a": s.Point{}}, s.GobArray{4, 5}, s.NewWithFields(6)}),
			one("all-pointers",
				s.MarshalerRefs{ptr(s.NewGobValue("a")), ptr(s.NewGobPointer(1)), ptr(s.NewBinaryValue(2)),
					ptr(s.NewBinaryPointer("b")), ptr(s.NewBoth("c")), &s.TextOnly{"d"}, ptr(ptr(s.NewGobValue("e")))}),
			one("empty-payload", s.NewGobValue(""), ptr(s.NewBinaryPointer(""))),
			one("long-payload", s.NewGobValue(string(make([]byte, 1000)))),
			one("field-then-top", struct{ V s.GobValue }{s.NewGobValue("a")}, s.NewGobValue("b")),
			one("pointer-field-then-top", struct{ V *s.GobValue }{ptr(s.NewGobValue("a"))}, s.NewGobValue("b")),
			one("pointer-field-then-pointer", struct{ V *s.GobValue }{ptr(s.NewGobValue("a"))}, ptr(s.NewGobValue("b"))),
			one("value-and-pointer", struct {
				V s.GobValue
				P *s.GobValue
			}{s.NewGobValue("v"), ptr(s.NewGobValue("p"))}),
		},
		timeCases(), libraryCases(),
	} {
		cases = append(cases, group...)
	}
	return category("marshaler", cases...)
}

func timeCases() []conformanceCase {
	east, west := time.FixedZone("east", 5*3600+1800), time.FixedZone("west", -8*3600)
	odd := time.FixedZone("odd", 3600+17)
	moment := time.Date(2024, 2, 29, 12, 34, 56, 123456789, time.UTC)
	return append(numbered("time", time.Time{}, moment, moment.In(east), moment.In(west), moment.In(odd), time.Unix(0, 0).UTC(),
		time.Unix(-1, 999999999).UTC(), time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC), time.Date(-500, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(292277000, 1, 1, 0, 0, 0, 0, time.UTC), moment.Truncate(time.Second)),
		one("time-slice", []time.Time{moment, {}, moment.In(east)}),
		one("time-pointers", []*time.Time{&moment}),
		one("time-field", struct{ A, B, C time.Time }{A: moment, C: moment.In(west)}),
		one("time-pointer-field", struct{ A, B, C *time.Time }{A: &moment, B: &time.Time{}}),
		one("time-any", s.Box{moment}),
		one("time-pointer-top", &moment),
		one("duration", time.Hour, struct{ D time.Duration }{time.Second}),
		one("month", time.March),
	)
}

func libraryCases() []conformanceCase {
	huge := new(big.Int).Lsh(big.NewInt(12345), 300)
	pi, _ := new(big.Float).SetPrec(200).SetString("3.14159265358979323846264338327950288")
	link, _ := url.Parse("https://user:pass@example.com:8080/path%20x?q=1&r=a+b#frag")
	plain, _ := url.Parse("http://example.com/")
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	return append(append(append(
		numbered("big-int", big.NewInt(0), big.NewInt(1), big.NewInt(-1), big.NewInt(math.MaxInt64), huge,
			new(big.Int).Neg(huge), []*big.Int{big.NewInt(5), huge}, &struct{ A, B big.Int }{A: *big.NewInt(7)},
			struct{ A, B *big.Int }{A: huge}, s.Box{huge}),
		numbered("big-float", big.NewFloat(0), big.NewFloat(-1.5), pi, new(big.Float).SetInf(true),
			new(big.Float).Neg(new(big.Float)), new(big.Float).SetMode(big.ToZero).SetPrec(53), struct{ F *big.Float }{pi},
			s.Box{pi})...),
		numbered("big-rat", big.NewRat(0, 1), big.NewRat(1, 3), big.NewRat(-22, 7), new(big.Rat).SetFrac(huge, big.NewInt(7)),
			struct{ R *big.Rat }{big.NewRat(1, 2)}, s.Box{big.NewRat(3, 4)})...),
		append(numbered("netip", netip.Addr{}, netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1"),
			netip.MustParseAddr("fe80::1%eth0"), netip.MustParseAddrPort("10.0.0.1:80"), netip.MustParsePrefix("10.0.0.0/8"),
			[]netip.Addr{netip.MustParseAddr("::"), {}},
			struct{ A, B netip.Addr }{A: netip.MustParseAddr("1.2.3.4")}, s.Box{netip.MustParseAddr("::ffff:1.2.3.4")}),
			one("url", link),
			one("url-plain", plain),
			one("url-field", struct{ U *url.URL }{link}),
			one("url-value-field", &struct{ U url.URL }{*plain}),
			one("url-any", s.Box{link}),
			one("url-empty", &url.URL{}),
			one("url-values", url.Values{"a": {"1", "2"}}),
			one("uuid", id),
			one("uuid-nil", uuid.Nil),
			one("uuid-slice", []uuid.UUID{id, {}}),
			one("uuid-field", struct{ A, B uuid.UUID }{A: id}),
			one("uuid-pointer", struct{ A, B *uuid.UUID }{A: &id}),
			one("uuid-key", map[uuid.UUID]string{id: "x"}),
			one("uuid-any", s.Box{id}),
			one("ip", net.IPv4(127, 0, 0, 1)),
			one("ip-nil", net.IP(nil)),
			one("ip-field", struct{ A, B net.IP }{A: net.IPv6loopback}),
			one("ip-net", net.IPNet{IP: net.IP{10, 0, 0, 0}, Mask: net.IPMask{255, 0, 0, 0}}),
			one("ip-any", s.Box{net.IP{1, 2, 3, 4}}),
		)...)
}

func randomTypes() []conformanceCase {
	cases := make([]conformanceCase, randomCases)
	for i := range cases {
		cases[i] = randomCase(int64(i + 1))
	}
	return category("random", cases...)
}

func randomName(seed int64) string { return fmt.Sprintf("random/%04d", seed) }

func randomCase(seed int64) conformanceCase {
	return conformanceCase{name: strings.TrimPrefix(randomName(seed), "random/"), make: func() []any {
		g := newGenerator(seed)
		values := make([]any, 1+g.Intn(3))
		for i := range values {
			depth := 1 + g.Intn(4)
			v := reflect.New(g.structType(depth)).Elem()
			if g.Intn(3) == 0 {
				v = reflect.New(g.goType(depth)).Elem()
			}
			g.value(v, depth, false)
			values[i] = onePointer(v).Interface()
		}
		return values
	}}
}

// onePointer is a pointer to what v comes to: encoding/gob panics on a marshaler behind two pointers at top level.
func onePointer(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v.Addr()
}
