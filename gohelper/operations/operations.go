// Package operations holds every operation of the reference library by name.
//
// An operation takes one JSON document and answers with another. Both faces of
// the module (the C library and the command) offer whatever is registered here,
// so a new operation is one Register call in its own package, and one import of
// that package in package all.
package operations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"
	"sort"
)

// A Status tells the caller what an answer is. The values are part of the C interface.
type Status int32

// What a call can come to.
const (
	OK         Status = 0 // the answer is the operation's result
	Failed     Status = 1 // the operation returned an error: the answer is a Failure
	BadRequest Status = 2 // no such operation, or its request cannot be read: a Failure
	Panicked   Status = 3 // the operation panicked: a Failure with its stack
)

// A Failure is the answer of a call that did not succeed.
type Failure struct {
	Message Text   `json:"message"`
	Stack   string `json:"stack,omitempty"`
}

var registry = map[string]func(request []byte) ([]byte, error){}

// errRequest marks requests that were refused before anything was done.
var errRequest = errors.New("bad request")

// BadRequestError is what an operation returns for a request that it cannot take.
func BadRequestError(message string) error { return fmt.Errorf("%w: %s", errRequest, message) }

// Register makes run available under name, for use in an init function. The
// request is decoded into Request, whose JSON form must have no other fields;
// the answer is whatever encoding/json makes of Answer. An operation that wants
// the request undecoded takes a json.RawMessage.
func Register[Request, Answer any](name string, run func(Request) (Answer, error)) {
	if _, taken := registry[name]; taken {
		panic("operation registered twice: " + name)
	}
	registry[name] = func(payload []byte) ([]byte, error) {
		var request Request
		if err := decodeStrictly(payload, &request); err != nil {
			return nil, fmt.Errorf("%w for %s: %v", errRequest, name, err)
		}
		answer, err := run(request)
		if err != nil {
			return nil, err
		}
		return json.Marshal(answer)
	}
}

// Names lists the registered operations in order.
func Names() []string {
	names := make([]string, 0, len(registry))
	for name := range registry {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Call runs one operation. It never panics, and the answer is always JSON: what
// the operation returned, or a Failure when the status is not OK.
func Call(name string, payload []byte) (answer []byte, status Status) {
	defer func() {
		if cause := recover(); cause != nil {
			answer, status = failureWithStack(fmt.Sprint(cause), string(debug.Stack())), Panicked
		}
	}()
	run, known := registry[name]
	if !known {
		return FailureAnswer(fmt.Sprintf("unknown operation %q", name)), BadRequest
	}
	answer, err := run(payload)
	switch {
	case errors.Is(err, errRequest):
		return FailureAnswer(err.Error()), BadRequest
	case err != nil:
		return FailureAnswer(err.Error()), Failed
	}
	return answer, OK
}

// decodeStrictly reads one JSON document, and refuses what encoding/json would pass over: unknown fields,
// null for an object, and text that is not Unicode, which it replaces.
func decodeStrictly(payload []byte, into any) error {
	if reflect.TypeOf(into).Elem().Kind() == reflect.Struct && string(bytes.TrimSpace(payload)) == "null" {
		return errors.New("null is no request")
	}
	if err := checkUnicode(payload); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON document")
	}
	return nil
}

// FailureAnswer is the answer of a call that failed with message.
func FailureAnswer(message string) []byte {
	return failureWithStack(message, "")
}

func failureWithStack(message, stack string) []byte {
	answer, err := json.Marshal(Failure{Message: Text(message), Stack: stack})
	if err != nil { // two strings always have a JSON form
		panic(err)
	}
	return answer
}
