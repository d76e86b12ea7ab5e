// Command gohelper answers operations on standard input: one JSON document
// {"operation": NAME, "request": REQUEST} after another, each answered by one line,
// {"result": ...} or {"failure": {"message": ...}}. It is the same code as the C
// library, for places where loading a Go runtime into Python is unwise.
//
// It exits with 0 when every operation succeeded, 1 when one failed, 2 when the
// input is not such a sequence.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	_ "pygob.dev/gohelper/all"
	"pygob.dev/gohelper/operations"
)

type question struct {
	Operation string          `json:"operation"`
	Request   json.RawMessage `json:"request"`
}

type reply struct {
	Result  json.RawMessage `json:"result,omitempty"`
	Failure json.RawMessage `json:"failure,omitempty"`
}

func main() {
	questions, replies := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	questions.DisallowUnknownFields()
	exit := 0
	for {
		var asked question
		if err := questions.Decode(&asked); errors.Is(err, io.EOF) {
			os.Exit(exit)
		} else if err != nil {
			fmt.Fprintln(os.Stderr, `gohelper: want {"operation": NAME, "request": REQUEST} on standard input:`, err)
			os.Exit(2)
		}
		answer, status := operations.Call(asked.Operation, asked.Request)
		given := reply{Result: answer}
		if status != operations.OK {
			given, exit = reply{Failure: answer}, 1
		}
		if err := replies.Encode(given); err != nil {
			fmt.Fprintln(os.Stderr, "gohelper: cannot write the answer:", err)
			os.Exit(2)
		}
	}
}
