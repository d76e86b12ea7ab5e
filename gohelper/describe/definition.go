package describe

import "math"

// The kinds of definition by field number of gob's wireType.
var wireKinds = []string{"array", "slice", "struct", "map", "gobencoder", "binarymarshaler", "textmarshaler"}

// definition reads the definition of a type and records it.
func (r *reader) definition(id int) {
	if id < firstUserID || r.stream.byID[id] != nil {
		fail("duplicate type received")
	}
	var t *WireType
	r.eachField(len(wireKinds), func(number int) {
		one := &WireType{ID: id, Kind: wireKinds[number], Name: ""}
		r.body(one)
		if t == nil {
			t = one
		} else {
			t.ambiguous = true // the first counts
		}
	})
	if t == nil {
		t = &WireType{ID: id, Kind: "undefined", Name: ""}
	}
	r.stream.byID[id] = t
	r.stream.Types = append(r.stream.Types, t)
}

// body reads what a definition of one kind holds: CommonType first, then what the kind needs.
func (r *reader) body(t *WireType) {
	common := func() {
		r.eachField(2, func(number int) {
			if number == 0 {
				t.Name = Text(string(r.take()))
			} else {
				t.CommonID = r.typeID()
			}
		})
	}
	rest := map[string][]func(){
		"array":  {func() { t.Elem = r.typeID() }, func() { t.Len = int(r.int()) }},
		"slice":  {func() { t.Elem = r.typeID() }},
		"map":    {func() { t.Key = r.typeID() }, func() { t.Elem = r.typeID() }},
		"struct": {func() { r.fieldList(t) }},
	}[t.Kind]
	readers := append([]func(){common}, rest...)
	r.eachField(len(readers), func(number int) { readers[number]() })
}

func (r *reader) fieldList(t *WireType) {
	n := r.uint()
	for i := uint64(0); i < n; i++ {
		if len(r.buf) == 0 {
			fail("length exceeds input size (%d elements)", n)
		}
		var f wireField
		r.eachField(2, func(number int) {
			if number == 0 {
				f.name = string(r.take())
			} else {
				f.id = r.typeID()
			}
		})
		t.fields = append(t.fields, f)
		t.Fields = append(t.Fields, []any{Text(f.name), f.id})
	}
}

// typeID reads a type id, an int32 in Go.
func (r *reader) typeID() int {
	id := r.int()
	if id < math.MinInt32 || id > math.MaxInt32 {
		fail("value for type id out of range")
	}
	return int(id)
}
