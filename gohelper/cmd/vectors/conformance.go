package main

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"pygob.dev/gohelper/describe"
)

// conformanceCase is a stream made by encoding/gob from known values.
type conformanceCase struct {
	category, name string
	make           func() []any           // the values, each given to Encode as it is
	stream         func() ([]byte, error) // or a stream made by other code, whose Go values are not described
}

// conformanceVector is a line of conformance.jsonl; docs/description.md explains it.
type conformanceVector struct {
	Name     string           `json:"name"`
	Category string           `json:"category"`
	Go       []string         `json:"go"`
	Stream   any              `json:"stream"`
	Values   []describedValue `json:"values"`
	Wire     *describe.Stream `json:"wire"`
}

type describedValue struct {
	Type  any `json:"type"`
	Value any `json:"value"`
}

func conformanceNames() []string {
	var names []string
	for _, c := range conformanceCases() {
		names = append(names, c.category+"/"+c.name)
	}
	return names
}

// randomNames names the random cases of consecutive seeds; the seeds beyond randomCases are in no file.
func randomNames(first, count string) ([]string, error) {
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(count, 10, 31)
	if err != nil {
		return nil, err
	}
	names := make([]string, n)
	for i := range names {
		names[i] = randomName(from + int64(i))
	}
	return names, nil
}

func runConformance(name string) (any, error) {
	for _, c := range conformanceCases() {
		if c.category+"/"+c.name == name {
			return c.vector()
		}
	}
	if seed, err := strconv.ParseInt(strings.TrimPrefix(name, "random/"), 10, 64); err == nil {
		return category("random", randomCase(seed))[0].vector()
	}
	return nil, errNoCase
}

func (c conformanceCase) vector() (*conformanceVector, error) {
	vector := &conformanceVector{Name: c.category + "/" + c.name, Category: c.category, Go: []string{},
		Values: []describedValue{}}
	var values []any
	var stream []byte
	var err error
	if c.stream != nil {
		stream, err = c.stream()
	} else {
		values = c.make()
		stream, err = encode(values)
	}
	if err != nil {
		return nil, err
	}
	vector.Stream = describe.Bytes(stream)
	if vector.Wire, err = describe.ReadStream(stream); err != nil {
		return nil, fmt.Errorf("our own reader: %w", err)
	}
	if c.stream == nil {
		err = c.describe(vector, values, stream)
	}
	return vector, err
}

func encode(values []any) ([]byte, error) {
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	for i, value := range values {
		if err := encoder.Encode(value); err != nil {
			return nil, fmt.Errorf("value %d: %w", i, err)
		}
	}
	return stream.Bytes(), nil
}

// describe adds the Go view, and checks our rules against encoding/gob: what Sent says is sent must be on
// the wire, and what encoding/gob decodes must be sent the same way.
func (c conformanceCase) describe(vector *conformanceVector, values []any, stream []byte) error {
	if len(values) != len(vector.Wire.Values) {
		return fmt.Errorf("%d values on the wire, %d encoded", len(vector.Wire.Values), len(values))
	}
	decoder := gob.NewDecoder(bytes.NewReader(stream))
	for i, value := range values {
		v := reflect.ValueOf(value)
		wire := vector.Wire.Values[i].Value
		t, err := describe.TypeOf(v.Type())
		if err != nil {
			return err
		}
		d, err := describe.ValueOf(v, wire)
		if err != nil {
			return err
		}
		vector.Go = append(vector.Go, v.Type().String())
		vector.Values = append(vector.Values, describedValue{t, d})

		decoded := reflect.New(v.Type()).Elem()
		if err := decoder.DecodeValue(decoded.Addr()); err != nil {
			return fmt.Errorf("decoding value %d again: %w", i, err)
		}
		if err := sameOnWire(v, decoded); err != nil {
			return fmt.Errorf("value %d: %w", i, err)
		}
		if err := describe.Matches(v, wire); err != nil {
			return fmt.Errorf("value %d: %w", i, err)
		}
	}
	return nil
}

func sameOnWire(encoded, decoded reflect.Value) error {
	before, err := describe.Sent(encoded)
	if err != nil {
		return err
	}
	after, err := describe.Sent(decoded)
	if err != nil {
		return err
	}
	if describe.Canonical(before) != describe.Canonical(after) {
		return fmt.Errorf("decoded to something else:\n%s\n%s", describe.Canonical(before), describe.Canonical(after))
	}
	return nil
}
