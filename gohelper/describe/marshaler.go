package describe

import (
	"encoding"
	"encoding/gob"
	"reflect"
)

type marshalerKind string

const (
	notMarshaler    marshalerKind = ""
	gobMarshaler    marshalerKind = "gob"
	binaryMarshaler marshalerKind = "binary"
)

var (
	gobEncoderType      = reflect.TypeOf((*gob.GobEncoder)(nil)).Elem()
	binaryMarshalerType = reflect.TypeOf((*encoding.BinaryMarshaler)(nil)).Elem()
)

// marshalerOf says how a type that is no pointer encodes itself, and whether only its pointer does.
func marshalerOf(t reflect.Type) (kind marshalerKind, pointer bool) {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return notMarshaler, false
	}
	for _, candidate := range []struct {
		kind marshalerKind
		has  reflect.Type
	}{{gobMarshaler, gobEncoderType}, {binaryMarshaler, binaryMarshalerType}} {
		if t.Implements(candidate.has) {
			return candidate.kind, false
		}
		if reflect.PointerTo(t).Implements(candidate.has) {
			return candidate.kind, true
		}
	}
	return notMarshaler, false
}

// payloadOf asks a marshaler, by value or through a pointer that may be nil, for its bytes.
func payloadOf(v reflect.Value) ([]byte, error) {
	if v.Kind() != reflect.Pointer {
		v = addressable(v).Addr()
	}
	switch m := v.Interface().(type) {
	case gob.GobEncoder:
		return m.GobEncode()
	case encoding.BinaryMarshaler:
		return m.MarshalBinary()
	}
	return nil, mismatch("a marshaler", v.Type().String())
}

// setPayload gives a marshaler, through a pointer, its bytes.
func setPayload(pointer reflect.Value, payload []byte) error {
	switch m := pointer.Interface().(type) {
	case gob.GobDecoder:
		return m.GobDecode(payload)
	case encoding.BinaryUnmarshaler:
		return m.UnmarshalBinary(payload)
	}
	return mismatch("an unmarshaler", pointer.Type().String())
}

func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	holder := reflect.New(v.Type()).Elem()
	holder.Set(v)
	return holder
}
