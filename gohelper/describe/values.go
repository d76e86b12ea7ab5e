package describe

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"sort"
)

// ValueOf describes a Go value in terms of its type.
//
// Go sends map entries in random order. With wire, the wire description of the same value, the
// entries are listed as they were sent; without it (nil), sorted by key.
func ValueOf(v reflect.Value, wire any) (any, error) {
	t := v.Type()
	if kind, _ := marshalerOf(t); kind != notMarshaler {
		return marshalerValue(v)
	}
	switch t.Kind() {
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Int(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return Uint(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return Float(v.Float()), nil
	case reflect.Complex64, reflect.Complex128:
		return Complex(v.Complex()), nil
	case reflect.String:
		return Text(v.String()), nil
	case reflect.Pointer:
		return pointerValue(v, wire)
	case reflect.Interface:
		return interfaceValue(v, wire)
	case reflect.Slice:
		if v.IsNil() {
			return nil, nil
		}
		if t.Elem().Kind() == reflect.Uint8 {
			return Bytes(v.Bytes()), nil
		}
		return listValue(v, wire)
	case reflect.Array:
		return listValue(v, wire)
	case reflect.Map:
		return mapValue(v, wire)
	case reflect.Struct:
		return structValue(v, wire)
	}
	return nil, fmt.Errorf("description: gob has no value for %s", t)
}

func marshalerValue(v reflect.Value) (any, error) {
	payload, err := payloadOf(v)
	if err != nil {
		return nil, err
	}
	d := map[string]any{"payload": Bytes(payload)}
	if v.IsZero() {
		d["zero"] = true
	}
	return d, nil
}

func pointerValue(v reflect.Value, wire any) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	target, err := ValueOf(v.Elem(), wire)
	return []any{target}, err
}

func interfaceValue(v reflect.Value, wire any) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	concrete := v.Elem()
	t, err := TypeOf(concrete.Type())
	if err != nil {
		return nil, err
	}
	value, err := ValueOf(concrete, wireInside(wire))
	name := RegisteredName(concrete.Type())
	return map[string]any{"name": Text(name), "type": t, "value": value}, err
}

func listValue(v reflect.Value, wire any) (any, error) {
	wireItems, _ := wire.([]any)
	items := make([]any, v.Len())
	for i := range items {
		var err error
		if items[i], err = ValueOf(v.Index(i), at(wireItems, i)); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func structValue(v reflect.Value, wire any) (any, error) {
	wireFields := wireByNumber(wire)
	fields := []any{}
	for number, i := range sentFields(v.Type()) {
		d, err := ValueOf(v.Field(i), wireFields[number])
		if err != nil {
			return nil, err
		}
		fields = append(fields, d)
	}
	return fields, nil
}

func mapValue(v reflect.Value, wire any) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	wirePairs, _ := wire.([]any)
	entries, err := entriesAsSent(v, wirePairs)
	if err != nil {
		return nil, err
	}
	pairs := make([]any, len(entries))
	for i, entry := range entries {
		wireKey, wireElem := pairAt(wirePairs, i)
		key, err := ValueOf(entry.key, wireKey)
		if err != nil {
			return nil, err
		}
		elem, err := ValueOf(entry.elem, wireElem)
		if err != nil {
			return nil, err
		}
		pairs[i] = []any{key, elem}
	}
	return pairs, nil
}

type mapEntry struct {
	key, elem reflect.Value
	sentKey   string // the key as sent: what it is recognised by
}

// entriesAsSent lists a map's entries in the order of the pairs sent, or sorted when none are given.
func entriesAsSent(v reflect.Value, wirePairs []any) ([]mapEntry, error) {
	entries := make([]mapEntry, 0, v.Len())
	for iter := v.MapRange(); iter.Next(); {
		key, err := Sent(iter.Key())
		if err != nil {
			return nil, err
		}
		entries = append(entries, mapEntry{iter.Key(), iter.Value(), Canonical(key)})
	}
	if wirePairs == nil {
		return entries, sortEntries(entries)
	}
	return matchEntries(entries, wirePairs)
}

// sortEntries sorts by key, and by value where NaN keys repeat.
func sortEntries(entries []mapEntry) error {
	var failure error
	sentElem := func(entry mapEntry) string {
		elem, err := Sent(entry.elem)
		if err != nil {
			failure = err
		}
		return Canonical(elem)
	}
	sort.Slice(entries, func(i, j int) bool {
		if entries[i].sentKey != entries[j].sentKey {
			return entries[i].sentKey < entries[j].sentKey
		}
		return sentElem(entries[i]) < sentElem(entries[j])
	})
	return failure
}

// matchEntries pairs entries with what was sent. NaN keys repeat: entries with one key are told apart by their value.
func matchEntries(entries []mapEntry, wirePairs []any) ([]mapEntry, error) {
	byKey := map[string][]mapEntry{}
	for _, entry := range entries {
		byKey[entry.sentKey] = append(byKey[entry.sentKey], entry)
	}
	ordered := make([]mapEntry, 0, len(entries))
	for _, item := range wirePairs {
		pair := item.([]any)
		key := Canonical(withoutIDs(pair[0]))
		same := byKey[key]
		chosen := -1
		for i, entry := range same {
			elem, err := Sent(entry.elem)
			if err != nil {
				return nil, err
			}
			if len(same) == 1 || Canonical(elem) == Canonical(withoutIDs(pair[1])) {
				chosen = i
				break
			}
		}
		if chosen < 0 {
			return nil, fmt.Errorf("description: the key %s was sent but is not in the map", key)
		}
		ordered = append(ordered, same[chosen])
		byKey[key] = append(append([]mapEntry{}, same[:chosen]...), same[chosen+1:]...)
	}
	return ordered, nil
}

// ParseValue builds a value of a type from its description; the result is addressable.
func ParseValue(t reflect.Type, d any) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	return v, setValue(v, d)
}

func setValue(v reflect.Value, d any) error {
	t := v.Type()
	if kind, _ := marshalerOf(t); kind != notMarshaler {
		return setMarshaler(v, d)
	}
	var err error
	switch t.Kind() {
	case reflect.Bool:
		b, ok := d.(bool)
		if !ok {
			return mismatch("a bool", d)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var i int64
		if i, err = parseInt(d); err == nil && v.OverflowInt(i) {
			err = mismatch(t.String(), d)
		}
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		var u uint64
		if u, err = parseUint(d); err == nil && v.OverflowUint(u) {
			err = mismatch(t.String(), d)
		}
		v.SetUint(u)
	case reflect.Float32, reflect.Float64:
		var f float64
		f, err = parseFloat(d)
		v.SetFloat(f)
	case reflect.Complex64, reflect.Complex128:
		var c complex128
		c, err = parseComplex(d)
		v.SetComplex(c)
	case reflect.String:
		var s string
		s, err = parseText(d)
		v.SetString(s)
	default:
		if d == nil && t.Kind() != reflect.Array && t.Kind() != reflect.Struct {
			return nil // a nil pointer, interface, slice or map
		}
		return setComposite(v, d)
	}
	return err
}

func setMarshaler(v reflect.Value, d any) error {
	node, ok := d.(map[string]any)
	if !ok {
		return mismatch("a marshaler's payload", d)
	}
	if node["zero"] == true {
		return nil
	}
	payload, err := parseBytes(node["payload"])
	if err != nil {
		return err
	}
	return setPayload(v.Addr(), payload)
}

func setComposite(v reflect.Value, d any) error {
	t := v.Type()
	if t.Kind() == reflect.Interface {
		return setInterface(v, d)
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		text, ok := d.(string)
		if !ok {
			return mismatch("base64", d)
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		v.SetBytes(append(make([]byte, 0, len(raw)), raw...)) // empty is not nil
		return err
	}
	items, ok := d.([]any)
	if !ok {
		return mismatch("a list for "+t.String(), d)
	}
	switch t.Kind() {
	case reflect.Pointer:
		if len(items) != 1 {
			return mismatch("one target", d)
		}
		v.Set(reflect.New(t.Elem()))
		return setValue(v.Elem(), items[0])
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, len(items), len(items)))
		return setItems(v, items)
	case reflect.Array:
		if len(items) != t.Len() {
			return mismatch(t.String(), d)
		}
		return setItems(v, items)
	case reflect.Map:
		return setMap(v, items)
	case reflect.Struct:
		sent := sentFields(t)
		if len(items) != len(sent) {
			return mismatch(fmt.Sprintf("%d fields for %s", len(sent), t), d)
		}
		for number, i := range sent {
			if err := setValue(v.Field(i), items[number]); err != nil {
				return fmt.Errorf("%s: %w", t.Field(i).Name, err)
			}
		}
		return nil
	}
	return fmt.Errorf("description: gob has no value for %s", t)
}

func setInterface(v reflect.Value, d any) error {
	node, ok := d.(map[string]any)
	if !ok {
		return mismatch("an interface value", d)
	}
	t, err := ParseType(node["type"])
	if err != nil {
		return err
	}
	concrete, err := ParseValue(t, node["value"])
	if err != nil {
		return err
	}
	if !t.AssignableTo(v.Type()) {
		return fmt.Errorf("description: %s does not fit %s", t, v.Type())
	}
	v.Set(concrete)
	name, err := parseText(node["name"])
	if err != nil || RegisteredName(t) == name {
		return err
	}
	return RegisterName(name, concrete.Interface())
}

func setItems(v reflect.Value, items []any) error {
	for i, item := range items {
		if err := setValue(v.Index(i), item); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func setMap(v reflect.Value, pairs []any) error {
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(pairs)))
	for i, item := range pairs {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			return mismatch("[key, value]", item)
		}
		key, err := ParseValue(t.Key(), pair[0])
		if err != nil {
			return err
		}
		elem, err := ParseValue(t.Elem(), pair[1])
		if err != nil {
			return err
		}
		v.SetMapIndex(key, elem)
		if v.Len() != i+1 {
			return fmt.Errorf("description: a map has the key %v twice", pair[0])
		}
	}
	return nil
}
