package main

import (
	"errors"
	"fmt"
	"reflect"

	"pygob.dev/gohelper/describe"
	s "pygob.dev/gohelper/samples"
)

// refusalCase is a value that gob cannot encode.
type refusalCase struct {
	name  string
	value any
}

// refusalVector is a line of refusals.jsonl; docs/description.md explains it.
type refusalVector struct {
	Name  string `json:"name"`
	Go    string `json:"go"`
	Type  any    `json:"type"`
	Value any    `json:"value"`
	Error string `json:"error"`
}

func refusalCases() []refusalCase {
	var nowhere *int
	return []refusalCase{
		{"nil-pointer", nowhere},
		{"nil-pointer-to-struct", (*s.Point)(nil)},
		{"nil-in-slice", []*int{ptr(1), nil}},
		{"nil-in-slice-of-structs", []*s.Point{nil}},
		{"nil-in-array", [2]*int{ptr(1), nil}},
		{"nil-in-map", map[string]*int{"a": nil}},
		{"nil-as-key", map[*int]int{nil: 1}},
		{"nil-behind-pointer-in-slice", []**int{&nowhere}},
		{"nil-in-slice-field", struct{ L []*s.Point }{[]*s.Point{{X: 1}, nil}}},
		{"nil-in-recursive-slice", s.Bush{Name: "a", Branches: []*s.Bush{{Name: "b", Branches: []*s.Bush{nil}}}}},
		{"nil-pointer-in-interface", s.Box{Any: (*s.Circle)(nil)}},
		{"nil-pointer-in-slice-of-any", []any{1, (*s.Circle)(nil)}},
		{"nothing-exported", s.NewSecret(1)},
		{"nothing-exported-in-field", struct{ S s.Secret }{s.NewSecret(1)}},
		{"nothing-exported-in-slice", []s.Secret{s.NewSecret(1)}},
		{"nothing-exported-in-empty-slice", []s.Secret{}},
		{"nothing-exported-in-map", map[string]s.Secret{"a": s.NewSecret(1)}},
		{"nothing-exported-behind-nil-pointer", struct{ S *s.Secret }{}},
		{"not-registered", s.Box{Any: s.Tag{Name: "t"}}},
		{"not-registered-in-slice", []any{1, s.Tag{Name: "t"}}},
		{"not-registered-deep", s.Box{Any: []any{s.Box{Any: s.Tag{}}}}},
		{"not-registered-key", map[any]int{s.Tag{Name: "t"}: 1}},
		{"not-registered-unnamed", s.Box{Any: struct{ A int }{1}}},
		{"not-registered-slice", s.Box{Any: []s.Tag{}}},
		{"not-addressable", s.NewGobPointer(1)},
		{"not-addressable-field", struct{ V s.GobPointer }{s.NewGobPointer(1)}},
		{"not-addressable-in-map", &map[string]s.GobPointer{"a": s.NewGobPointer(1)}},
		{"not-addressable-in-array", [1]s.BinaryPointer{s.NewBinaryPointer("x")}},
		{"not-addressable-in-interface", s.Box{Any: s.NewGobPointer(1)}},
	}
}

func refusalNames() []string {
	var names []string
	for _, c := range refusalCases() {
		names = append(names, c.name)
	}
	return names
}

func runRefusal(name string) (any, error) {
	for _, c := range refusalCases() {
		if c.name == name {
			return c.vector()
		}
	}
	return nil, errNoCase
}

func (c refusalCase) vector() (*refusalVector, error) {
	v := reflect.ValueOf(c.value)
	vector := &refusalVector{Name: c.name, Go: v.Type().String()}
	var err error
	if vector.Type, err = describe.TypeOf(v.Type()); err != nil {
		return nil, err
	}
	if vector.Value, err = describe.ValueOf(v, nil); err != nil {
		return nil, err
	}
	if err = refusal(c.value); err == nil {
		return nil, fmt.Errorf("encoding/gob encodes it")
	}
	vector.Error = err.Error()
	return vector, nil
}

// refusal is the error of encoding a value, or what encoding/gob panics with instead.
func refusal(value any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	_, err = encode([]any{value})
	return errors.Unwrap(err)
}
