package samples

import (
	"encoding/binary"
	"errors"
)

// GobValue is a GobEncoder with a value receiver.
type GobValue struct{ text string }

// NewGobValue makes a GobValue.
func NewGobValue(text string) GobValue { return GobValue{text} }

// GobEncode sends the text.
func (g GobValue) GobEncode() ([]byte, error) { return []byte(g.text), nil }

// GobDecode takes the text.
func (g *GobValue) GobDecode(b []byte) error { g.text = string(b); return nil }

// GobPointer is a GobEncoder with pointer receivers.
type GobPointer struct{ n uint32 }

// NewGobPointer makes a GobPointer.
func NewGobPointer(n uint32) GobPointer { return GobPointer{n} }

// GobEncode sends four bytes.
func (g *GobPointer) GobEncode() ([]byte, error) { return binary.BigEndian.AppendUint32(nil, g.n), nil }

// GobDecode takes four bytes.
func (g *GobPointer) GobDecode(b []byte) error {
	if len(b) != 4 {
		return errors.New("GobPointer: want 4 bytes")
	}
	g.n = binary.BigEndian.Uint32(b)
	return nil
}

// BinaryValue is a BinaryMarshaler with a value receiver.
type BinaryValue struct{ n uint16 }

// NewBinaryValue makes a BinaryValue.
func NewBinaryValue(n uint16) BinaryValue { return BinaryValue{n} }

// MarshalBinary sends two bytes.
func (b BinaryValue) MarshalBinary() ([]byte, error) {
	return binary.BigEndian.AppendUint16(nil, b.n), nil
}

// UnmarshalBinary takes two bytes.
func (b *BinaryValue) UnmarshalBinary(data []byte) error {
	if len(data) != 2 {
		return errors.New("BinaryValue: want 2 bytes")
	}
	b.n = binary.BigEndian.Uint16(data)
	return nil
}

// BinaryPointer is a BinaryMarshaler with pointer receivers.
type BinaryPointer struct{ text string }

// NewBinaryPointer makes a BinaryPointer.
func NewBinaryPointer(text string) BinaryPointer { return BinaryPointer{text} }

// MarshalBinary sends the text.
func (b *BinaryPointer) MarshalBinary() ([]byte, error) { return []byte(b.text), nil }

// UnmarshalBinary takes the text.
func (b *BinaryPointer) UnmarshalBinary(data []byte) error { b.text = string(data); return nil }

// Both is a GobEncoder and a BinaryMarshaler: gob prefers the first.
type Both struct{ text string }

// NewBoth makes a Both.
func NewBoth(text string) Both { return Both{text} }

// GobEncode sends the text behind a g.
func (b Both) GobEncode() ([]byte, error) { return []byte("g" + b.text), nil }

// GobDecode takes the text behind a g.
func (b *Both) GobDecode(data []byte) error { b.text = string(data[1:]); return nil }

// MarshalBinary is never used by gob.
func (b Both) MarshalBinary() ([]byte, error) { return []byte("b" + b.text), nil }

// UnmarshalBinary is never used by gob.
func (b *Both) UnmarshalBinary(data []byte) error { b.text = string(data[1:]); return nil }

// TextOnly is a TextMarshaler, which gob ignores: it travels as a struct.
type TextOnly struct{ Text string }

// MarshalText is never used by gob.
func (t TextOnly) MarshalText() ([]byte, error) { return []byte("text:" + t.Text), nil }

// UnmarshalText is never used by gob.
func (t *TextOnly) UnmarshalText(data []byte) error { t.Text = string(data); return nil }

// GobInt, GobSlice, GobMap and GobArray are marshalers that are not structs.
type (
	GobInt   int64
	GobSlice []string
	GobMap   map[string]Point
	GobArray [2]byte
)

// GobEncode sends eight bytes.
func (g GobInt) GobEncode() ([]byte, error) {
	return binary.BigEndian.AppendUint64(nil, uint64(g)), nil
}

// GobDecode takes eight bytes.
func (g *GobInt) GobDecode(b []byte) error { *g = GobInt(binary.BigEndian.Uint64(b)); return nil }

// MarshalBinary sends the strings, each behind its length in one byte.
func (g GobSlice) MarshalBinary() ([]byte, error) {
	var b []byte
	for _, s := range g {
		b = append(append(b, byte(len(s))), s...)
	}
	return b, nil
}

// UnmarshalBinary takes the strings.
func (g *GobSlice) UnmarshalBinary(b []byte) error {
	for *g = (GobSlice{}); len(b) > 0; b = b[1+b[0]:] {
		*g = append(*g, string(b[1:1+b[0]]))
	}
	return nil
}

// GobEncode sends the number of entries only.
func (g GobMap) GobEncode() ([]byte, error) { return []byte{byte(len(g))}, nil }

// GobDecode cannot bring the entries back.
func (g *GobMap) GobDecode(b []byte) error {
	*g = make(GobMap)
	for i := byte(0); i < b[0]; i++ {
		(*g)[string('a'+rune(i))] = Point{}
	}
	return nil
}

// GobEncode sends the two bytes.
func (g GobArray) GobEncode() ([]byte, error) { return g[:], nil }

// GobDecode takes the two bytes.
func (g *GobArray) GobDecode(b []byte) error { copy(g[:], b); return nil }

// WithFields is a marshaler with exported fields of further types, whose definitions gob sends though nothing refers to them.
type WithFields struct {
	P Point
	L []Celsius
	n byte
}

// NewWithFields makes a WithFields.
func NewWithFields(n byte) WithFields { return WithFields{n: n} }

// GobEncode sends one byte.
func (w WithFields) GobEncode() ([]byte, error) { return []byte{w.n}, nil }

// GobDecode takes one byte.
func (w *WithFields) GobDecode(b []byte) error { w.n = b[0]; return nil }

// Marshalers has a field of every sort of marshaler.
type Marshalers struct {
	GobValue      GobValue
	GobPointer    GobPointer
	BinaryValue   BinaryValue
	BinaryPointer BinaryPointer
	Both          Both
	TextOnly      TextOnly
	GobInt        GobInt
	GobSlice      GobSlice
	GobMap        GobMap
	GobArray      GobArray
	WithFields    WithFields
}

// MarshalerRefs has a pointer to every sort of marshaler.
type MarshalerRefs struct {
	GobValue      *GobValue
	GobPointer    *GobPointer
	BinaryValue   *BinaryValue
	BinaryPointer *BinaryPointer
	Both          *Both
	TextOnly      *TextOnly
	Deep          **GobValue
}
