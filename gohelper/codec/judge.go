package codec

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"reflect"

	"pygob.dev/gohelper/describe"
)

// How far real Go could judge a stream.
const (
	JudgeTyped    = "typed"     // every value decoded into a type with all its fields
	JudgePartial  = "partial"   // in part by skipping, or by types that the stream does not determine: see Unbuilt
	JudgeSkipOnly = "skip-only" // no type can be built: only Decode(nil)
)

// Outcome is what encoding/gob made of a stream, value after value up to its end.
type Outcome struct {
	Accept bool    `json:"accept"`
	Values int     `json:"values"` // decoded before the end or the error
	Error  *string `json:"error"`
}

// Verdict is real Go's judgement of a stream.
type Verdict struct {
	Skip  Outcome `json:"skip"`  // by Decode(nil)
	Typed Outcome `json:"typed"` // into types built from the stream's definitions
	Judge string  `json:"judge"`
	// Unbuilt says which fields and types were not built from the stream's definitions.
	Unbuilt []string `json:"unbuilt,omitempty"`
	// Reader is what our own reader has against the stream; it only supplies the types.
	Reader *string `json:"reader"`
	// Crash says how the judging process died or was killed, which is a rejection.
	Crash string `json:"crash,omitempty"`
}

// Judge asks encoding/gob about a stream, first skipping every value, then decoding into built types.
// The error is describe.ErrConflict when only a fresh process can judge.
func Judge(stream []byte) (*Verdict, error) {
	described, readErr := describe.ReadStream(stream)
	verdict := &Verdict{Skip: skipAll(stream), Judge: JudgeTyped}
	if readErr != nil {
		verdict.Reader = text(readErr)
	}
	destinations, builder, err := build(described)
	if err != nil {
		return nil, err
	}
	verdict.Unbuilt = builder.Skipped
	if len(builder.Skipped) > 0 {
		verdict.Judge = JudgePartial
	}
	for _, t := range destinations {
		if t == nil {
			verdict.Judge = JudgeSkipOnly
		}
	}
	verdict.Typed = decodeAll(stream, destinations, nil)
	if own := described.GobNames(); len(own) > 0 && readErr == nil && !verdict.Typed.Accept {
		// The names gob registers itself, such as "int8", stand for Go's types and their limits.
		verdict.Judge = JudgePartial
		verdict.Unbuilt = append(verdict.Unbuilt, fmt.Sprintf("types of gob's own choice: %q", own))
	}
	return verdict, nil
}

// build makes the destinations for a stream's values, nil where there is none, and registers its names.
func build(described *describe.Stream) (destinations []reflect.Type, builder *describe.Builder, err error) {
	builder = describe.NewBuilder(described)
	for _, naming := range builder.Namings() {
		if err := register(naming); err != nil {
			return nil, nil, err
		}
	}
	ids := make([]int, 0, len(described.Values)+1)
	for _, value := range described.Values {
		ids = append(ids, value.ID)
	}
	if id, begun := described.Begun(); begun {
		ids = append(ids, id)
	}
	built := map[int]reflect.Type{}
	for _, id := range ids {
		t, known := built[id]
		if !known {
			if t, err = builder.TypeOf(id); err != nil {
				builder.Skipped = append(builder.Skipped, err.Error())
			}
			built[id] = t
		}
		destinations = append(destinations, t)
	}
	return destinations, builder, nil
}

func register(naming describe.Naming) error {
	return describe.RegisterName(naming.Name, reflect.Zero(naming.Type).Interface())
}

func skipAll(stream []byte) Outcome { return decodeAll(stream, nil, nil) }

// decodeAll decodes value after value, skipping those without a destination, and hands each to use.
// Only an end where a message could begin is a clean end: gob also says EOF inside a message.
func decodeAll(stream []byte, destinations []reflect.Type, use func(i int, v reflect.Value) error) (outcome Outcome) {
	defer func() {
		if p := recover(); p != nil {
			outcome.Accept, outcome.Error = false, text(fmt.Errorf("panic: %v", p))
		}
	}()
	source := bytes.NewReader(stream)
	decoder := gob.NewDecoder(source)
	for source.Len() > 0 {
		var destination reflect.Value
		if outcome.Values < len(destinations) && destinations[outcome.Values] != nil {
			destination = reflect.New(destinations[outcome.Values])
		}
		err := decoder.DecodeValue(destination)
		if err == nil && use != nil && destination.IsValid() {
			err = use(outcome.Values, destination.Elem())
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("EOF")
			}
			outcome.Error = text(err)
			return outcome
		}
		outcome.Values++
	}
	outcome.Accept = true
	return outcome
}

func text(err error) *string {
	s := err.Error()
	return &s
}
