// Command gohelper is the reference library: real encoding/gob and real
// chromem-go behind two C functions, built with -buildmode=c-shared. README.md
// describes the interface.
package main

/*
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"math"
	"sync/atomic"
	"unsafe"

	_ "pygob.dev/gohelper/all"
	"pygob.dev/gohelper/operations"
)

// results counts the answers handed out and not yet freed, so that a test can
// prove that none are lost.
var results atomic.Int64

func init() {
	operations.Register("library.results", func(struct{}) (int64, error) { return results.Load(), nil })
}

// GobCall runs one operation on a JSON payload. It returns an operations.Status
// and leaves the JSON answer in *result, which the caller gives back to GobFree.
// Neither input is kept after the call.
//
//export GobCall
func GobCall(
	operation unsafe.Pointer, operationSize C.size_t,
	payload unsafe.Pointer, payloadSize C.size_t,
	result *unsafe.Pointer, resultSize *C.size_t,
) (status C.int32_t) {
	// operations.Call recovers from what an operation does; this is for the rest of this function.
	defer func() {
		if cause := recover(); cause != nil {
			hand(operations.FailureAnswer(fmt.Sprint(cause)), result, resultSize)
			status = C.int32_t(operations.Panicked)
		}
	}()
	if operationSize > math.MaxInt32 || payloadSize > math.MaxInt32 { // C.GoBytes takes an int
		hand(operations.FailureAnswer("a payload may have at most 2 GiB - 1 byte"), result, resultSize)
		return C.int32_t(operations.BadRequest)
	}
	answer, outcome := operations.Call(
		string(C.GoBytes(operation, C.int(operationSize))),
		C.GoBytes(payload, C.int(payloadSize)),
	)
	hand(answer, result, resultSize)
	return C.int32_t(outcome)
}

// GobFree releases an answer of GobCall.
//
//export GobFree
func GobFree(result unsafe.Pointer) {
	defer func() { _ = recover() }()
	C.free(result)
	results.Add(-1)
}

func hand(answer []byte, result *unsafe.Pointer, size *C.size_t) {
	*result, *size = C.CBytes(answer), C.size_t(len(answer))
	results.Add(1)
}

func main() {} // a c-shared library has one, and never runs it
