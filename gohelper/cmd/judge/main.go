// Command judge gives real Go's verdict on many streams: one base64 line in, one JSON line out, in order.
//
// The streams may be hostile. They are judged in child processes with a deadline and bounded memory.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"pygob.dev/gohelper/codec"
)

const defaultMemory = 4 << 30 // address space of a child, of which Go's runtime reserves most without using it

func main() {
	child := flag.Bool("child", false, "judge in this process (what the children do)")
	children := flag.Int("children", runtime.NumCPU(), "child processes")
	deadline := flag.Duration("deadline", 3*time.Second, "processor time for one stream")
	memory := flag.Uint64("memory", defaultMemory, "bytes of address space of a child")
	flag.Parse()
	if err := run(*child, *children, *deadline, *memory); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}

func run(child bool, children int, deadline time.Duration, memory uint64) error {
	if child {
		if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: memory, Max: memory}); err != nil {
			return err
		}
		return codec.ServeVerdicts(os.Stdin, os.Stdout, deadline)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := []string{self, "-child", "-memory", fmt.Sprint(memory), "-deadline", deadline.String()}
	pool := codec.Pool{Command: command, Deadline: deadline, Children: children}
	return pool.Run(os.Stdin, os.Stdout)
}
