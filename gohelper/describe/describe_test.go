package describe_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"pygob.dev/gohelper/describe"
	"pygob.dev/gohelper/samples"
)

// throughJSON is what a description looks like to whoever reads it from a file.
func throughJSON(t *testing.T, d any) any {
	t.Helper()
	line, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var read any
	if err := json.Unmarshal(line, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func TestTypesComeBack(t *testing.T) {
	for _, sample := range []any{
		true, 1, int8(1), uint64(1), uintptr(1), float32(1), 1i, "", []byte{}, []int{}, [3]string{}, [0]int{},
		map[[2]int][]any{}, new(*int),
		struct {
			A int
			B struct{ C []map[string]bool }
		}{},
		samples.Point{}, []samples.Label{}, map[samples.Key]*samples.Gen[samples.Point]{},
		[]samples.Octet{},
	} {
		want := reflect.TypeOf(sample)
		d, err := describe.TypeOf(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := describe.ParseType(throughJSON(t, d))
		if err != nil || got != want {
			t.Errorf("%s came back as %v, %v", want, got, err)
		}
	}
}

func TestEmbeddingComesBack(t *testing.T) {
	want := reflect.TypeOf(struct{ samples.Tag }{})
	d, err := describe.TypeOf(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := describe.ParseType(throughJSON(t, d))
	// The text of such a type, and so its identity, came out wrong in old versions of reflect.
	if err != nil || !got.Field(0).Anonymous || got.Field(0).Type != want.Field(0).Type {
		t.Errorf("%s came back as %v, %v", want, got, err)
	}
}

func TestTypesThatCannotBeAreRefused(t *testing.T) {
	for description, complaint := range map[string]string{
		`"int7"`:            `no basic type "int7"`,
		`5`:                 "want a type, got 5",
		`{"kind": "queue"}`: `no kind of type "queue"`,
		`{"kind": "named", "name": "samples.Nobody"}`:                 `no named type "samples.Nobody"`,
		`{"kind": "map", "key": "bytes", "elem": "int"}`:              "[]uint8 cannot be a map key",
		`{"kind": "array", "len": 1000000000000, "elem": "int"}`:      "cannot be built",
		`{"kind": "struct", "fields": [["lower", "int"]]}`:            `cannot have the field "lower"`,
		`{"kind": "struct", "fields": [["A", "int"], ["B", "int7"]]}`: `no basic type "int7"`,
		`{"kind": "slice"}`:                     "want a type, got null",
		`{"kind": "struct", "fields": [["A"]]}`: "want [name, type]",
	} {
		var d any
		if err := json.Unmarshal([]byte(description), &d); err != nil {
			t.Fatal(err)
		}
		if _, err := describe.ParseType(d); err == nil || !strings.Contains(err.Error(), complaint) {
			t.Errorf("%s: %v", description, err)
		}
	}
}

func TestValuesComeBack(t *testing.T) {
	for _, sample := range []any{
		int64(math.MinInt64), int64(math.MaxInt64), uint64(math.MaxUint64), uint64(1<<53 + 1), int64(1<<53 - 1),
		math.Copysign(0, -1), math.Inf(-1),
		math.SmallestNonzeroFloat64, complex(1, -2), "\xff\xfe", "日本", []byte(nil), []byte{}, []int(nil), []int{},
		map[string]int(nil), map[string]int{},
		[2][]int{nil, {1}}, struct{ A, B *int }{new(int), nil}, samples.Optional{Deep: new(**int)},
		[]any{nil, 1, "x", []byte{1}},
		samples.NewGobValue("payload"), []samples.GobValue{{}}, samples.Tree{Left: &samples.Tree{Label: "l"}},
		samples.Octets{1, 2},
	} {
		want := reflect.ValueOf(sample)
		d, err := describe.ValueOf(want, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := describe.ParseValue(want.Type(), throughJSON(t, d))
		if err != nil || !reflect.DeepEqual(got.Interface(), sample) {
			t.Errorf("%#v came back as %#v, %v", sample, got, err)
		}
	}
}

func TestNaNKeepsItsPayload(t *testing.T) {
	const bits = 0x7ff8000000000123
	d := describe.Float(math.Float64frombits(bits))
	got, err := describe.ParseValue(reflect.TypeOf(0.0), d)
	if err != nil || math.Float64bits(got.Float()) != bits {
		t.Errorf("%v, %v", got, err)
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	for _, c := range []struct {
		sample      any
		description any
	}{
		{int8(0), json.Number("128")}, {uint8(0), json.Number("-1")}, {0, 0.5}, {0.0, "1.5"}, {true, "true"},
		{[2]int{}, []any{json.Number("1")}}, {samples.Point{}, []any{}},
		{map[string]int{}, []any{"a"}}, {new(int), []any{}}, {"", 5.0}, {[]byte{}, "not base64!"}, {samples.GobValue{}, "eA=="},
	} {
		if v, err := describe.ParseValue(reflect.TypeOf(c.sample), c.description); err == nil {
			t.Errorf("%T took %v as %v", c.sample, c.description, v)
		}
	}
}

func TestSentFollowsGosRulesOfOmission(t *testing.T) {
	v := reflect.ValueOf(samples.Optional{Int: new(int), Map: &map[string]int{}, Array: new([2]int), Struct: &samples.Point{},
		Slice: &[]int{}})
	d, err := describe.Sent(v)
	if want := `[[8,[0,0]],[9,[]],[10,[]]]`; err != nil || describe.Canonical(d) != want {
		t.Errorf("%s, %v; want %s", describe.Canonical(d), err, want)
	}
}

func TestMatchesSeesADifference(t *testing.T) {
	var stream bytes.Buffer
	if err := gob.NewEncoder(&stream).Encode(map[string]int{"a": 1, "b": 2}); err != nil {
		t.Fatal(err)
	}
	read, err := describe.ReadStream(stream.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	wire := read.Values[0].Value
	if err := describe.Matches(reflect.ValueOf(map[string]int{"a": 1, "b": 2}), wire); err != nil {
		t.Error(err)
	}
	if describe.Matches(reflect.ValueOf(map[string]int{"a": 1, "b": 3}), wire) == nil {
		t.Error("2 passed for 3")
	}
}

func TestWhatWasReadBeforeAFaultIsKept(t *testing.T) {
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	for _, value := range []any{samples.Point{X: 1}, "text"} {
		if err := encoder.Encode(value); err != nil {
			t.Fatal(err)
		}
	}
	read, err := describe.ReadStream(stream.Bytes()[:stream.Len()-1])
	if err == nil || len(read.Types) != 1 || len(read.Values) != 1 {
		t.Errorf("%v: %s", err, describe.Canonical(read))
	}
}

func TestANameBelongsToOneType(t *testing.T) {
	for i := 0; i < 2; i++ {
		if err := describe.RegisterName("describe_test.T", struct{ A int }{}); err != nil {
			t.Error(err)
		}
	}
	if err := describe.RegisterName("describe_test.T", struct{ B int }{}); !errors.Is(err, describe.ErrConflict) {
		t.Errorf("%v", err)
	}
}
