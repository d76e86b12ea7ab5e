package describe

import (
	"fmt"
	"reflect"
)

// WireInterface is a non-nil interface value on the wire.
type WireInterface struct {
	Name  any `json:"name"`         // the registered name, as Text
	ID    int `json:"id,omitempty"` // the type id of the value
	Value any `json:"value"`
}

// Sent describes what gob sends for a Go value, type ids left out: our own statement of Go's rules of
// omission, independent of encoding/gob. Map entries are sorted.
func Sent(v reflect.Value) (any, error) {
	d, _, err := sent(v, nil)
	return d, err
}

// Matches says whether a wire description is what gob sends for a value.
func Matches(v reflect.Value, wire any) error {
	want, _, err := sent(v, wire)
	if err != nil {
		return err
	}
	if got := Canonical(withoutIDs(wire)); got != Canonical(want) {
		return fmt.Errorf("on the wire:\n%s\nwant:\n%s", got, Canonical(want))
	}
	return nil
}

// sent also says whether the value is one that a struct leaves out. Map entries come in the order of
// wire, a wire description of the same value, if there is one.
func sent(v reflect.Value, wire any) (d any, omitted bool, err error) {
	receiver := v
	for receiver.Kind() == reflect.Pointer {
		if kind, _ := marshalerOf(receiver.Type().Elem()); kind != notMarshaler {
			return sentPointerMarshaler(receiver)
		}
		if receiver.IsNil() {
			return nil, true, nil
		}
		receiver = receiver.Elem()
	}
	v = receiver
	if kind, pointer := marshalerOf(v.Type()); kind != notMarshaler {
		payload, err := payloadOf(v)
		return Bytes(payload), v.IsZero() && !pointer, err
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return Bytes(v.Bytes()), v.Len() == 0, nil
		}
		d, err = sentList(v, wire)
		return d, v.Len() == 0, err
	case reflect.Array:
		d, err = sentList(v, wire)
		return d, false, err
	case reflect.Map:
		d, err = sentMap(v, wire)
		return d, v.IsNil(), err
	case reflect.Struct:
		d, err = sentStruct(v, wire)
		return d, false, err
	case reflect.Interface:
		if v.IsNil() {
			return nil, true, nil
		}
		concrete := v.Elem()
		inside, _, err := sent(concrete, wireInside(wire))
		return WireInterface{Name: Text(RegisteredName(concrete.Type())), Value: inside}, false, err
	}
	// Zero by value: -0 compares equal to 0 and is left out too.
	d, err = ValueOf(v, nil)
	zero := v.Comparable() && v.Equal(reflect.Zero(v.Type()))
	return d, zero, err
}

// sentPointerMarshaler: the pointer is the receiver, so only a nil one is left out, and a nil one may still
// be asked for its bytes where nothing can be left out. Such bytes are the type's business.
func sentPointerMarshaler(v reflect.Value) (any, bool, error) {
	if v.IsNil() {
		payload, err := nilPayload(v)
		return Bytes(payload), true, err
	}
	payload, err := payloadOf(v)
	return Bytes(payload), false, err
}

func nilPayload(v reflect.Value) (payload []byte, err error) {
	defer func() {
		if recover() != nil {
			payload, err = nil, nil // a value receiver behind a nil pointer: gob cannot send it outside a struct
		}
	}()
	return payloadOf(v)
}

func sentList(v reflect.Value, wire any) (any, error) {
	wireItems, _ := wire.([]any)
	items := make([]any, v.Len())
	for i := range items {
		d, _, err := sent(v.Index(i), at(wireItems, i))
		if err != nil {
			return nil, err
		}
		items[i] = d
	}
	return items, nil
}

func sentStruct(v reflect.Value, wire any) (any, error) {
	wireFields := wireByNumber(wire)
	pairs := []any{}
	for number, i := range sentFields(v.Type()) {
		d, omitted, err := sent(v.Field(i), wireFields[number])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.Type().Field(i).Name, err)
		}
		if !omitted {
			pairs = append(pairs, []any{number, d})
		}
	}
	return pairs, nil
}

func sentMap(v reflect.Value, wire any) (any, error) {
	wirePairs, _ := wire.([]any)
	entries, err := entriesAsSent(v, wirePairs)
	if err != nil {
		return nil, err
	}
	pairs := make([]any, len(entries))
	for i, entry := range entries {
		wireKey, wireElem := pairAt(wirePairs, i)
		key, _, err := sent(entry.key, wireKey)
		if err != nil {
			return nil, err
		}
		elem, _, err := sent(entry.elem, wireElem)
		if err != nil {
			return nil, err
		}
		pairs[i] = []any{key, elem}
	}
	return pairs, nil
}

// withoutIDs copies a wire description without the ids of interface values, which depend on the process.
func withoutIDs(d any) any {
	switch d := d.(type) {
	case []any:
		items := make([]any, len(d))
		for i, item := range d {
			items[i] = withoutIDs(item)
		}
		return items
	case WireInterface:
		return WireInterface{Name: d.Name, Value: withoutIDs(d.Value)}
	}
	return d
}

func wireInside(wire any) any {
	if w, ok := wire.(WireInterface); ok {
		return w.Value
	}
	return nil
}

func wireByNumber(wire any) map[int]any {
	byNumber := map[int]any{}
	if pairs, ok := wire.([]any); ok {
		for _, item := range pairs {
			pair := item.([]any)
			byNumber[pair[0].(int)] = pair[1]
		}
	}
	return byNumber
}

func pairAt(pairs []any, i int) (key, elem any) {
	if pair, ok := at(pairs, i).([]any); ok {
		return pair[0], pair[1]
	}
	return nil, nil
}

func at(items []any, i int) any {
	if i < len(items) {
		return items[i]
	}
	return nil
}
