package operations

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"unicode/utf8"
)

// Text is a Go string on its way through JSON without loss. Go strings may hold
// any bytes: valid UTF-8 travels as a JSON string, anything else as
// {"b64": "..."}.
type Text string

type rawText struct {
	Base64 []byte `json:"b64"`
}

// MarshalJSON implements json.Marshaler.
func (text Text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(text)) {
		return json.Marshal(string(text))
	}
	return json.Marshal(rawText{Base64: []byte(text)})
}

// UnmarshalJSON implements json.Unmarshaler.
func (text *Text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var raw rawText
		err := decodeStrictly(data, &raw)
		*text = Text(raw.Base64)
		return err
	}
	return json.Unmarshal(data, (*string)(text))
}

// StringMap is a map[string]string as a JSON list of [key, value] pairs, since
// keys may be any bytes too. A nil map is null; pairs go out in key order.
type StringMap map[string]string

// MarshalJSON implements json.Marshaler.
func (m StringMap) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	pairs := make([][2]Text, 0, len(m))
	for key, value := range m {
		pairs = append(pairs, [2]Text{Text(key), Text(value)})
	}
	sort.Slice(pairs, func(i, j int) bool { return pairs[i][0] < pairs[j][0] })
	return json.Marshal(pairs)
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *StringMap) UnmarshalJSON(data []byte) error {
	var pairs [][2]Text
	if err := json.Unmarshal(data, &pairs); err != nil {
		return err
	}
	*m = nil
	if pairs == nil {
		return nil
	}
	*m = make(StringMap, len(pairs))
	for _, pair := range pairs {
		(*m)[string(pair[0])] = string(pair[1])
	}
	if len(*m) != len(pairs) {
		return errors.New("a map has a key twice")
	}
	return nil
}

// Floats is a []float32 as base64 of its little-endian bytes: exact, NaN payloads
// included, and many times faster than decimal numbers. A nil slice is null.
type Floats []float32

// MarshalJSON implements json.Marshaler.
func (floats Floats) MarshalJSON() ([]byte, error) {
	if floats == nil {
		return []byte("null"), nil
	}
	data := make([]byte, 0, 4*len(floats))
	for _, value := range floats {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(value))
	}
	return json.Marshal(data)
}

// UnmarshalJSON implements json.Unmarshaler.
func (floats *Floats) UnmarshalJSON(data []byte) error {
	var raw []byte
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if len(raw)%4 != 0 {
		return fmt.Errorf("%d bytes are no whole number of float32 values", len(raw))
	}
	*floats = nil
	if raw == nil {
		return nil
	}
	*floats = make(Floats, len(raw)/4)
	for i := range *floats {
		(*floats)[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return nil
}
