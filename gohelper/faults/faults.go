// Package faults offers operations that go wrong in every way Go knows, for the
// tests of the machinery around them.
package faults

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"pygob.dev/gohelper/operations"
)

func init() {
	operations.Register("test.echo", func(data []byte) ([]byte, error) { return data, nil })
	operations.Register("test.error", func(message operations.Text) (any, error) {
		return nil, errors.New(string(message))
	})
	operations.Register("test.panic", func(message string) (any, error) { panic(message) })
	operations.Register("test.panic_elsewhere", panicElsewhere)
	operations.Register("test.exit", func(code int) (any, error) { os.Exit(code); return nil, nil })
	operations.Register("test.exit_talking", func(words string) (any, error) {
		fmt.Println(words)
		os.Exit(1)
		return nil, nil
	})
	operations.Register("test.fatal", fatal)
	operations.Register("test.overflow", func(depth int) (int, error) { return overflow(depth), nil })
	operations.Register("test.sleep", func(milliseconds int) (any, error) {
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
		return nil, nil
	})
}

// panicElsewhere panics on a goroutine of its own, where no recover can help.
func panicElsewhere(message string) (any, error) {
	go panic(message)
	time.Sleep(time.Minute)
	return nil, errors.New("the panic did not end the process")
}

// fatal makes the runtime give up, which recover cannot stop either.
func fatal(struct{}) (any, error) {
	var mutex sync.Mutex
	mutex.Unlock()
	return nil, nil
}

// overflow needs more stack than Go grants: 1 GB.
func overflow(depth int) int {
	var frame [1 << 10]int
	frame[depth&1023] = overflow(depth + 1)
	return frame[0] + frame[depth&1023]
}
