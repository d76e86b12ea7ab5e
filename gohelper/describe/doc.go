// Package describe writes Go types, Go values and gob streams as JSON without losing anything,
// and builds types and values back from that JSON.
//
// There are two views. The Go view (TypeOf, ValueOf, ParseType, ParseValue) says what a program
// holds: int8 and int64 differ, a nil pointer is not a zero. The wire view (ReadStream) says what
// the bytes hold: type ids, definitions, the struct fields that were sent. docs/description.md
// defines both; descriptions are plain trees of the kinds encoding/json writes.
package describe
