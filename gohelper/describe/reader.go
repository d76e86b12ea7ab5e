package describe

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
)

// Type ids every gob stream may use without a definition.
const (
	idBool      = 1
	idInt       = 2
	idUint      = 3
	idFloat     = 4
	idBytes     = 5
	idString    = 6
	idComplex   = 7
	idInterface = 8

	firstUserID = 64
)

const (
	tooBig       = 1 << 33 // encoding/gob's bound for a message
	maxDepth     = 10000   // nesting of values
	maxFree      = 100_000 // values that take no byte: structs behind the end of their message
	maxNameBytes = 1024
)

// WireType is a definition as a stream holds it.
type WireType struct {
	ID       int    `json:"id"`
	CommonID int    `json:"common_id"`
	Kind     string `json:"kind"` // array slice struct map gobencoder binarymarshaler textmarshaler, or undefined
	Name     any    `json:"name"` // Text
	Elem     int    `json:"elem,omitempty"`
	Key      int    `json:"key,omitempty"`
	Len      int    `json:"len,omitempty"`
	Fields   []any  `json:"fields,omitempty"` // [name as Text, type id]
	fields   []wireField
	// ambiguous: one definition of several kinds. Go's ways to read such a type contradict each other.
	ambiguous bool
}

type wireField struct {
	name string
	id   int
}

// WireValue is one top-level value as a stream holds it.
type WireValue struct {
	ID    int `json:"id"`    // its type id
	Value any `json:"value"` // in terms of that type
}

// Stream is what a whole stream holds, types and values in the order of their appearance.
type Stream struct {
	Types  []*WireType `json:"types"`
	Values []WireValue `json:"values"`

	byID  map[int]*WireType
	begun *int     // type id of a value that was begun and not finished
	names []naming // concrete types met inside interfaces
}

type naming struct {
	name string
	id   int
}

// ReadStream reads a stream by the documentation of encoding/gob, not with its code.
// With an error, the stream holds what came before it.
func ReadStream(data []byte) (*Stream, error) {
	s := &Stream{Types: []*WireType{}, Values: []WireValue{}, byID: map[int]*WireType{}}
	r := &reader{rest: data, stream: s, compiled: map[int]bool{}, maxElements: len(data) + maxFree}
	return s, r.readAll()
}

type reader struct {
	rest        []byte // messages not begun
	buf         []byte // rest of the current message
	stream      *Stream
	compiled    map[int]bool
	depth       int
	elements    int // read so far
	maxElements int
}

// fault is the panic value by which a malformed stream ends the reading.
type fault struct{ error }

func fail(format string, args ...any) { panic(fault{fmt.Errorf(format, args...)}) }

func (r *reader) readAll() (err error) {
	defer func() {
		if p := recover(); p != nil {
			f, ok := p.(fault)
			if !ok {
				panic(p)
			}
			err = f.error
		}
	}()
	for len(r.rest) > 0 {
		r.buf = nil
		id := r.typeSequence(false)
		r.stream.begun = &id
		value := r.topLevel(id)
		r.stream.begun = nil
		r.stream.Values = append(r.stream.Values, WireValue{ID: id, Value: value})
	}
	return nil
}

// message begins the next message.
func (r *reader) message() {
	n, used, err := uintAt(r.rest)
	if err != nil {
		panic(fault{err})
	}
	if n >= tooBig {
		fail("invalid message length")
	}
	if n > uint64(len(r.rest)-used) {
		panic(fault{io.ErrUnexpectedEOF})
	}
	r.buf, r.rest = r.rest[used:used+int(n)], r.rest[used+int(n):]
}

// typeSequence reads definitions up to the type id of a value.
func (r *reader) typeSequence(inInterface bool) int {
	for first := true; ; first = false {
		if len(r.buf) == 0 {
			if len(r.rest) == 0 {
				if first {
					panic(fault{io.EOF})
				}
				panic(fault{io.ErrUnexpectedEOF})
			}
			r.message()
		}
		if id := int(int32(r.int())); id >= 0 {
			return id
		} else {
			r.definition(int(int32(-id)))
		}
		if len(r.buf) > 0 {
			if !inInterface {
				fail("extra data in buffer")
			}
			r.uint()
		}
	}
}

func (r *reader) topLevel(id int) any {
	r.compile(id)
	if t := r.stream.byID[id]; t != nil && t.Kind == "struct" {
		return r.value(id)
	}
	if r.uint() != 0 {
		fail("non-zero delta for singleton")
	}
	return r.value(id)
}

// compile refuses what encoding/gob refuses before it reads a value: anything undefined or nameless within
// its type, sent or not. What is inside interfaces is only known when it comes.
func (r *reader) compile(id int) {
	if r.compiled[id] || id >= idBool && id <= idInterface {
		return
	}
	t := r.stream.byID[id]
	if t == nil {
		fail("undefined type %d", id)
	}
	r.compiled[id] = true
	if r.depth++; r.depth > maxDepth {
		fail("invalid nesting depth")
	}
	for _, f := range t.fields {
		if f.name == "" {
			fail("empty name for remote field of type %v", t.Name)
		}
		r.compile(f.id)
	}
	switch t.Kind {
	case "map":
		r.compile(t.Key)
		r.compile(t.Elem)
	case "slice", "array":
		r.compile(t.Elem)
	}
	r.depth--
}

// value reads one value of a type.
func (r *reader) value(id int) any {
	if r.elements++; r.elements > r.maxElements {
		fail("more than %d values", r.maxElements)
	}
	switch id {
	case idBool:
		return r.uint() != 0
	case idInt:
		return Int(r.int())
	case idUint:
		return Uint(r.uint())
	case idFloat:
		return Float(r.float())
	case idBytes:
		return Bytes(r.take())
	case idString:
		return Text(string(r.take()))
	case idComplex:
		re, im := r.float(), r.float()
		return []any{Float(re), Float(im)}
	}
	if r.depth++; r.depth > maxDepth {
		fail("invalid nesting depth")
	}
	defer func() { r.depth-- }()
	if id == idInterface {
		return r.interfaceValue()
	}
	t := r.stream.byID[id]
	if t == nil {
		fail("undefined type %d", id)
	}
	switch t.Kind {
	case "struct":
		return r.structValue(t)
	case "map":
		return r.mapValue(t)
	case "slice":
		return r.list(t.Elem, r.uint())
	case "array":
		n := r.uint()
		if n != uint64(t.Len) {
			fail("length mismatch in array")
		}
		return r.list(t.Elem, n)
	}
	return Bytes(r.take()) // a marshaler
}

func (r *reader) structValue(t *WireType) any {
	pairs := []any{}
	r.eachField(len(t.fields), func(number int) {
		pairs = append(pairs, []any{number, r.value(t.fields[number].id)})
	})
	return pairs
}

// eachField reads field deltas up to the terminator, which may be missing at the end of the message.
func (r *reader) eachField(count int, read func(number int)) {
	for number := -1; len(r.buf) > 0; {
		delta := int(r.uint())
		if delta < 0 {
			fail("negative delta")
		}
		if delta == 0 {
			return
		}
		if number >= count-delta {
			fail("field numbers out of bounds")
		}
		number += delta
		read(number)
	}
}

func (r *reader) mapValue(t *WireType) any {
	pairs := []any{}
	for n := int(r.uint()); n > 0; n-- {
		key := r.value(t.Key)
		pairs = append(pairs, []any{key, r.value(t.Elem)})
	}
	return pairs
}

func (r *reader) list(elem int, n uint64) any {
	items := []any{}
	for i := uint64(0); i < n; i++ {
		if len(r.buf) == 0 {
			fail("length exceeds input size (%d elements)", n)
		}
		items = append(items, r.value(elem))
	}
	return items
}

func (r *reader) interfaceValue() any {
	name := string(r.take())
	if name == "" {
		return nil
	}
	if len(name) > maxNameBytes {
		fail("name too long (%d bytes)", len(name))
	}
	id := r.typeSequence(true)
	r.stream.names = append(r.stream.names, naming{name, id})
	r.uint() // the byte count, which nobody checks
	return WireInterface{Name: Text(name), ID: id, Value: r.topLevel(id)}
}

func (r *reader) uint() uint64 {
	u, used, err := uintAt(r.buf)
	if err != nil {
		panic(fault{err})
	}
	r.buf = r.buf[used:]
	return u
}

func (r *reader) int() int64 {
	u := r.uint()
	if u&1 != 0 {
		return ^int64(u >> 1)
	}
	return int64(u >> 1)
}

func (r *reader) float() float64 { return math.Float64frombits(bits.ReverseBytes64(r.uint())) }

// take reads a count and that many bytes.
func (r *reader) take() []byte {
	n := r.uint()
	if n > uint64(len(r.buf)) {
		fail("length %d exceeds input size %d", n, len(r.buf))
	}
	taken := r.buf[:n]
	r.buf = r.buf[n:]
	return taken
}

var errBadUint = errors.New("encoded unsigned integer out of range")

// uintAt reads the unsigned integer at the head of b and says how many bytes it took.
func uintAt(b []byte) (u uint64, used int, err error) {
	if len(b) == 0 {
		return 0, 0, io.EOF
	}
	if b[0] < 0x80 {
		return uint64(b[0]), 1, nil
	}
	n := -int(int8(b[0]))
	if n > 8 {
		return 0, 0, errBadUint
	}
	if len(b) < 1+n {
		return 0, 0, io.ErrUnexpectedEOF
	}
	for _, digit := range b[1 : 1+n] {
		u = u<<8 | uint64(digit)
	}
	return u, 1 + n, nil
}
