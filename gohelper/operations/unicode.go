package operations

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// checkUnicode refuses JSON with bytes that are not UTF-8, and with halves of surrogate pairs on their own.
func checkUnicode(document []byte) error {
	if !utf8.Valid(document) {
		return fmt.Errorf("the request is not UTF-8; text of other bytes is {\"b64\": ...}")
	}
	rest := document
	for {
		at := bytes.IndexByte(rest, '\\')
		if at < 0 || at+1 >= len(rest) {
			return nil
		}
		first, isUnicode := escape(rest[at:])
		if !isUnicode || !utf16.IsSurrogate(first) {
			rest = rest[at+2:]
			continue
		}
		second, _ := escape(rest[at+6:])
		if utf16.DecodeRune(first, second) == utf8.RuneError {
			return fmt.Errorf("\\u%04x is half a character", first)
		}
		rest = rest[at+12:]
	}
}

// escape is the code unit of the escape \uXXXX that text begins with.
func escape(text []byte) (unit rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	parsed, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(parsed), err == nil
}
