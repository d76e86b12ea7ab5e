package main

import (
	"fmt"
	"reflect"

	"pygob.dev/gohelper/codec"
	"pygob.dev/gohelper/describe"
)

// compatibilityCase decodes a source on top of a destination, which need not be of the source's type.
type compatibilityCase struct {
	category, name string
	source         any
	into           any // a pointer to the destination with its initial value
	right          any // the right result, as described, where encoding/gob may get it wrong
}

// compatibilityVector is a line of compatibility.jsonl; docs/description.md explains it.
type compatibilityVector struct {
	Name     string  `json:"name"`
	Category string  `json:"category"`
	Source   string  `json:"source"`
	Into     string  `json:"into"`
	Stream   any     `json:"stream"`
	Type     any     `json:"type"`
	Initial  any     `json:"initial"`
	Result   any     `json:"result"`
	Error    *string `json:"error"`
	Right    any     `json:"right,omitempty"` // where encoding/gob is wrong
}

func compatibilityNames() []string {
	var names []string
	for _, c := range compatibilityCases() {
		names = append(names, c.category+"/"+c.name)
	}
	return names
}

func runCompatibility(name string) (any, error) {
	for _, c := range compatibilityCases() {
		if c.category+"/"+c.name == name {
			return c.vector()
		}
	}
	return nil, errNoCase
}

func (c compatibilityCase) vector() (*compatibilityVector, error) {
	destination := reflect.ValueOf(c.into).Elem()
	vector := &compatibilityVector{
		Name: c.category + "/" + c.name, Category: c.category, Source: fmt.Sprintf("%T", c.source), Into: destination.Type().String(),
	}
	stream, err := encode([]any{c.source})
	if err != nil {
		return nil, err
	}
	vector.Stream = describe.Bytes(stream)
	if vector.Type, err = describe.TypeOf(destination.Type()); err != nil {
		return nil, err
	}
	if vector.Initial, err = describe.ValueOf(destination, nil); err != nil {
		return nil, err
	}
	decoded, err := codec.DecodeInto(stream, destination)
	if err != nil {
		return nil, err
	}
	vector.Result, vector.Error = decoded.Value, decoded.Error
	if c.right != nil && describe.Canonical(c.right) != describe.Canonical(vector.Result) {
		vector.Right = c.right
	}
	return vector, nil
}

func compatibilityCases() []compatibilityCase {
	var cases []compatibilityCase
	for _, group := range [][]compatibilityCase{
		matrixCases(), rangeCases(), containerMatches(), structMatches(), mergeCases(), interfaceMatches(), marshalerMatches(), skippingCases(),
	} {
		cases = append(cases, group...)
	}
	return cases
}

func compatible(category string, cases ...compatibilityCase) []compatibilityCase {
	for i := range cases {
		cases[i].category = category
	}
	return cases
}

func from(name string, source, into any) compatibilityCase {
	return compatibilityCase{name: name, source: source, into: into}
}
