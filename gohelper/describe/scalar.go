package describe

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// maxExact is the largest integer every JSON reader keeps exactly: beyond it, integers are strings.
const maxExact = 1 << 53

// Int describes a signed integer.
func Int(i int64) any {
	if -maxExact <= i && i <= maxExact {
		return i
	}
	return strconv.FormatInt(i, 10)
}

// Uint describes an unsigned integer.
func Uint(u uint64) any {
	if u <= maxExact {
		return u
	}
	return strconv.FormatUint(u, 10)
}

// Float describes a float by the 16 hexadecimal digits of its float64 bits, so NaN payloads and -0 survive.
func Float(f float64) any { return fmt.Sprintf("%016x", math.Float64bits(f)) }

// Complex describes a complex number as its two parts.
func Complex(c complex128) any { return []any{Float(real(c)), Float(imag(c))} }

// Text describes a string: itself where it is valid UTF-8, else {"b64": ...}.
func Text(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return map[string]any{"b64": base64.StdEncoding.EncodeToString([]byte(s))}
}

// Bytes describes a byte slice as base64.
func Bytes(b []byte) any { return base64.StdEncoding.EncodeToString(b) }

func parseInt(d any) (int64, error) {
	switch d := d.(type) {
	case json.Number:
		return strconv.ParseInt(d.String(), 10, 64)
	case string:
		return strconv.ParseInt(d, 10, 64)
	case float64: // encoding/json's reading of a number, exact up to maxExact
		if i := int64(d); float64(i) == d && -maxExact <= i && i <= maxExact {
			return i, nil
		}
	case int64:
		return d, nil
	}
	return 0, mismatch("an integer", d)
}

func parseUint(d any) (uint64, error) {
	switch d := d.(type) {
	case json.Number:
		return strconv.ParseUint(d.String(), 10, 64)
	case string:
		return strconv.ParseUint(d, 10, 64)
	case float64:
		if d >= 0 && d <= maxExact && float64(uint64(d)) == d {
			return uint64(d), nil
		}
	case uint64:
		return d, nil
	}
	return 0, mismatch("an unsigned integer", d)
}

func parseFloat(d any) (float64, error) {
	s, ok := d.(string)
	if !ok || len(s) != 16 {
		return 0, mismatch("16 hexadecimal digits", d)
	}
	bits, err := strconv.ParseUint(s, 16, 64)
	return math.Float64frombits(bits), err
}

func parseComplex(d any) (complex128, error) {
	parts, ok := d.([]any)
	if !ok || len(parts) != 2 {
		return 0, mismatch("two floats", d)
	}
	re, err := parseFloat(parts[0])
	if err != nil {
		return 0, err
	}
	im, err := parseFloat(parts[1])
	return complex(re, im), err
}

func parseText(d any) (string, error) {
	switch d := d.(type) {
	case string:
		return d, nil
	case map[string]any:
		b, err := parseBytes(d["b64"])
		return string(b), err
	}
	return "", mismatch("a text", d)
}

func parseBytes(d any) ([]byte, error) {
	s, ok := d.(string)
	if !ok {
		return nil, mismatch("base64", d)
	}
	return base64.StdEncoding.DecodeString(s)
}

func mismatch(want string, got any) error {
	return fmt.Errorf("description: want %s, got %.80s", want, Canonical(got))
}

// Canonical is a description as one line of JSON; equal descriptions give equal lines.
func Canonical(d any) string {
	line, err := json.Marshal(d)
	if err != nil {
		return fmt.Sprintf("%#v", d)
	}
	return string(line)
}
