// Command vectors makes the conformance and compatibility vectors with real encoding/gob.
//
//	vectors catalogue             the named types and the registered names
//	vectors conformance           one JSON line a case
//	vectors compatibility         one JSON line a case
//	vectors refusals              one JSON line a case
//	vectors random FIRST COUNT    conformance cases of random types and values, by consecutive seeds
//	vectors case KIND NAME        one case, in this process
//
// gob counts type ids per process, so every case runs in a process of its own.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"

	"pygob.dev/gohelper/describe"
	"pygob.dev/gohelper/samples"
)

func main() {
	samples.Register()
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: vectors catalogue | conformance | compatibility | refusals | random FIRST COUNT | case KIND NAME")

var errNoCase = errors.New("no such case")

// kinds are the files of vectors, by name.
var kinds = map[string]struct {
	names func() []string
	run   func(name string) (any, error)
}{
	"conformance":   {conformanceNames, runConformance},
	"compatibility": {compatibilityNames, runCompatibility},
	"refusals":      {refusalNames, runRefusal},
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "catalogue":
		return printCatalogue()
	case len(args) == 1 && kinds[args[0]].names != nil:
		return runAll(args[0], kinds[args[0]].names())
	case len(args) == 3 && args[0] == "random":
		names, err := randomNames(args[1], args[2])
		if err != nil {
			return errUsage
		}
		return runAll("conformance", names)
	case len(args) == 3 && args[0] == "case" && kinds[args[1]].run != nil:
		result, err := kinds[args[1]].run(args[2])
		if err != nil {
			return fmt.Errorf("%s: %w", args[2], err)
		}
		return printJSON(result)
	}
	return errUsage
}

func printCatalogue() error {
	types, err := describe.Catalogue()
	if err != nil {
		return err
	}
	registered, err := describe.Registrations()
	if err != nil {
		return err
	}
	return printJSON(map[string]any{"types": types, "registered": registered})
}

func printJSON(result any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(result)
}

// runAll runs every case in its own process, as many at a time as there are processors, and prints the
// lines in order. One failing case fails the run: nothing is left out in silence.
func runAll(kind string, names []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := distinct(names); err != nil {
		return err
	}
	lines, failures := make([][]byte, len(names)), make([]error, len(names))
	slots := make(chan struct{}, runtime.NumCPU())
	var group sync.WaitGroup
	for i := range names {
		group.Add(1)
		slots <- struct{}{}
		go func(i int) {
			defer func() { <-slots; group.Done() }()
			var stderr strings.Builder
			cmd := exec.Command(self, "case", kind, names[i])
			cmd.Stderr = &stderr
			if lines[i], failures[i] = cmd.Output(); failures[i] != nil {
				failures[i] = fmt.Errorf("%s: %w: %.2000s", names[i], failures[i], stderr.String())
			}
		}(i)
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := os.Stdout.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func distinct(names []string) error {
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return fmt.Errorf("two cases are named %s", name)
		}
		seen[name] = true
	}
	return nil
}
