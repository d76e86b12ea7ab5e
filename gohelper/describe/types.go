package describe

import (
	"fmt"
	"reflect"
	"unicode"
	"unicode/utf8"
)

var (
	anyType   = reflect.TypeOf((*any)(nil)).Elem()
	bytesType = reflect.TypeOf([]byte(nil))

	basicKinds = []reflect.Type{
		reflect.TypeOf(false),
		reflect.TypeOf(int(0)), reflect.TypeOf(int8(0)), reflect.TypeOf(int16(0)), reflect.TypeOf(int32(0)), reflect.TypeOf(int64(0)),
		reflect.TypeOf(uint(0)), reflect.TypeOf(uint8(0)), reflect.TypeOf(uint16(0)), reflect.TypeOf(uint32(0)), reflect.TypeOf(uint64(0)),
		reflect.TypeOf(uintptr(0)),
		reflect.TypeOf(float32(0)), reflect.TypeOf(float64(0)), reflect.TypeOf(complex64(0)), reflect.TypeOf(complex128(0)),
		reflect.TypeOf(""),
	}
	basicByName = func() map[string]reflect.Type {
		byName := map[string]reflect.Type{"bytes": bytesType, "interface": anyType}
		for _, t := range basicKinds {
			byName[t.String()] = t
		}
		return byName
	}()
)

// TypeOf describes a Go type. Named types must be in the catalogue.
func TypeOf(t reflect.Type) (any, error) {
	if t.Name() != "" && t.PkgPath() != "" {
		if !inCatalogue(t) {
			return nil, fmt.Errorf("description: named type %s is not in the catalogue", t)
		}
		return map[string]any{"kind": "named", "name": t.String()}, nil
	}
	return underlyingOf(t)
}

// underlyingOf describes a type's structure whatever its name.
func underlyingOf(t reflect.Type) (any, error) {
	switch t.Kind() {
	case reflect.Interface:
		return "interface", nil
	case reflect.Slice:
		if t.Elem() == bytesType.Elem() {
			return "bytes", nil
		}
		return withElem("slice", t.Elem())
	case reflect.Pointer:
		return withElem("pointer", t.Elem())
	case reflect.Array:
		d, err := withElem("array", t.Elem())
		if err == nil {
			d["len"] = t.Len()
		}
		return d, err
	case reflect.Map:
		d, err := withElem("map", t.Elem())
		if err != nil {
			return nil, err
		}
		d["key"], err = TypeOf(t.Key())
		return d, err
	case reflect.Struct:
		return structOf(t)
	}
	if _, basic := basicByName[t.Kind().String()]; basic {
		return t.Kind().String(), nil
	}
	return nil, fmt.Errorf("description: gob has no type for %s", t)
}

func withElem(kind string, elem reflect.Type) (map[string]any, error) {
	d, err := TypeOf(elem)
	return map[string]any{"kind": kind, "elem": d}, err
}

func structOf(t reflect.Type) (any, error) {
	fields, embedded := []any{}, []any{}
	sent := sentFields(t)
	for _, i := range sent {
		f := t.Field(i)
		d, err := TypeOf(f.Type)
		if err != nil {
			return nil, err
		}
		fields = append(fields, []any{f.Name, d})
		if f.Anonymous {
			embedded = append(embedded, f.Name)
		}
	}
	d := map[string]any{"kind": "struct", "fields": fields}
	if len(embedded) > 0 {
		d["embedded"] = embedded
	}
	if hidden := t.NumField() - len(sent); hidden > 0 {
		d["hidden"] = hidden
	}
	return d, nil
}

// sentFields lists the indexes of the fields gob sends: exported, and neither chan nor func behind any pointers.
func sentFields(t reflect.Type) []int {
	var sent []int
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		kind := base(f.Type).Kind()
		if isExported(f.Name) && kind != reflect.Chan && kind != reflect.Func {
			sent = append(sent, i)
		}
	}
	return sent
}

func isExported(name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(first)
}

// nodeKeys are the keys that a description of each kind may have beside "kind".
var nodeKeys = map[string]map[string]bool{
	"named":   {"name": true},
	"struct":  {"fields": true, "embedded": true, "hidden": true},
	"slice":   {"elem": true},
	"pointer": {"elem": true},
	"array":   {"elem": true, "len": true},
	"map":     {"key": true, "elem": true},
}

// ParseType builds the Go type a description names.
func ParseType(d any) (reflect.Type, error) {
	if name, ok := d.(string); ok {
		if t := basicByName[name]; t != nil {
			return t, nil
		}
		return nil, fmt.Errorf("description: no basic type %q", name)
	}
	node, ok := d.(map[string]any)
	if !ok {
		return nil, mismatch("a type", d)
	}
	kind, _ := node["kind"].(string)
	for key := range node {
		if key != "kind" && !nodeKeys[kind][key] {
			return nil, fmt.Errorf("description: a type of kind %q has no %q", kind, key)
		}
	}
	switch kind {
	case "named":
		name, _ := node["name"].(string)
		return namedType(name)
	case "struct":
		return parseStruct(node)
	case "slice", "pointer", "array", "map":
		elem, err := ParseType(node["elem"])
		if err != nil {
			return nil, err
		}
		return parseComposite(kind, elem, node)
	}
	return nil, fmt.Errorf("description: no kind of type %q", kind)
}

func parseComposite(kind string, elem reflect.Type, node map[string]any) (reflect.Type, error) {
	switch kind {
	case "slice":
		return reflect.SliceOf(elem), nil
	case "pointer":
		return reflect.PointerTo(elem), nil
	case "array":
		length, err := parseInt(node["len"])
		if err != nil {
			return nil, err
		}
		if !isArrayLen(length, elem) {
			return nil, fmt.Errorf("description: array of %d elements cannot be built", length)
		}
		return reflect.ArrayOf(int(length), elem), nil
	default:
		key, err := ParseType(node["key"])
		if err != nil {
			return nil, err
		}
		if !key.Comparable() {
			return nil, fmt.Errorf("description: %s cannot be a map key", key)
		}
		return reflect.MapOf(key, elem), nil
	}
}

func parseStruct(node map[string]any) (reflect.Type, error) {
	list, ok := node["fields"].([]any)
	if !ok {
		return nil, mismatch("a list of fields", node["fields"])
	}
	embedded := map[any]bool{}
	if names, ok := node["embedded"].([]any); ok {
		for _, name := range names {
			embedded[name] = true
		}
	}
	fields := make([]reflect.StructField, 0, len(list))
	for _, item := range list {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			return nil, mismatch("[name, type]", item)
		}
		name, err := parseText(pair[0])
		if err != nil {
			return nil, err
		}
		if !isBuildable(name) {
			return nil, fmt.Errorf("description: a Go struct built at run time cannot have the field %q", name)
		}
		t, err := ParseType(pair[1])
		if err != nil {
			return nil, err
		}
		fields = append(fields, reflect.StructField{Name: name, Type: t, Anonymous: embedded[name]})
	}
	return reflect.StructOf(fields), nil
}

// isBuildable says whether reflect.StructOf takes the name: an exported identifier.
func isBuildable(name string) bool {
	if !isExported(name) || !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}
