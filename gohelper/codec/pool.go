package codec

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pygob.dev/gohelper/describe"
)

// patience is how much longer a child may take that gets no processor, on a busy machine.
const patience = 20

// Pool judges streams in child processes, so that a stream that makes Go hang, run out of memory or crash
// costs one child and is a verdict like any other.
type Pool struct {
	Command  []string      // starts a child that runs ServeVerdicts with the same deadline
	Deadline time.Duration // of processor time for one stream; of other time, patience times as much
	Children int
}

// Run reads streams, one base64 line each, and writes their verdicts, one JSON line each, in the same order.
func (p *Pool) Run(in io.Reader, out io.Writer) error {
	type task struct {
		line   string
		result chan []byte
	}
	tasks, ordered := make(chan task), make(chan task, 1024)
	var workers sync.WaitGroup
	failures := make(chan error, p.Children)
	for i := 0; i < p.Children; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			child := &child{pool: p}
			defer child.stop()
			for task := range tasks {
				answer, err := child.judge(task.line)
				if err != nil {
					failures <- err
					return
				}
				task.result <- answer
			}
		}()
	}
	written := make(chan error, 1)
	go func() {
		w := bufio.NewWriter(out)
		var failed error
		for task := range ordered { // to the end even after a failure: nobody must wait for us
			if len(ordered) == 0 && failed == nil { // nothing waits behind: let the reader see what there is
				failed = w.Flush()
			}
			if answer := <-task.result; failed == nil {
				_, failed = w.Write(append(answer, '\n'))
			}
		}
		written <- errors.Join(failed, w.Flush())
	}()
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line = strings.TrimSpace(line); line != "" || err == nil {
			next := task{line, make(chan []byte, 1)}
			select {
			case tasks <- next:
			case failure := <-failures:
				return failure
			}
			ordered <- next
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	close(tasks)
	workers.Wait()
	close(ordered)
	select {
	case failure := <-failures:
		return failure
	case err := <-written:
		return err
	}
}

// child is one judging process, started when needed.
type child struct {
	pool   *Pool
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr strings.Builder
	fresh  bool // nothing judged yet
}

// judge asks the child, and asks a fresh one again after a conflict or a crash: only what a fresh process
// cannot judge either is a crash of the stream's making.
func (c *child) judge(line string) ([]byte, error) {
	for {
		if c.cmd == nil {
			if err := c.start(); err != nil {
				return nil, err
			}
		}
		wasFresh := c.fresh
		c.fresh = false
		answer, crash := c.ask(line)
		if crash == nil && string(answer) != conflictLine {
			return answer, nil
		}
		c.stop()
		if !wasFresh {
			continue
		}
		if crash == nil {
			crash = errors.New("a registered name conflicts within the stream")
		}
		return json.Marshal(crashVerdict(crash))
	}
}

func crashVerdict(crash error) *Verdict {
	message := text(crash)
	rejected := Outcome{Error: message}
	return &Verdict{Skip: rejected, Typed: rejected, Judge: JudgeSkipOnly, Crash: *message}
}

func (c *child) start() error {
	c.cmd = exec.Command(c.pool.Command[0], c.pool.Command[1:]...)
	c.stderr.Reset()
	c.cmd.Stderr = &c.stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	c.out, c.fresh = bufio.NewReader(out), true
	return c.cmd.Start()
}

func (c *child) stop() {
	if c.cmd == nil {
		return
	}
	c.in.Close()
	c.cmd.Process.Kill()
	c.cmd.Wait()
	c.cmd = nil
}

// ask sends one stream; the error says how the child died.
func (c *child) ask(line string) ([]byte, error) {
	cmd := c.cmd
	var late atomic.Bool
	timer := time.AfterFunc(patience*c.pool.Deadline, func() { late.Store(true); cmd.Process.Kill() })
	_, writeErr := io.WriteString(c.in, line+"\n")
	answer, err := c.out.ReadString('\n')
	if timer.Stop() && err == nil && writeErr == nil {
		return []byte(strings.TrimSuffix(answer, "\n")), nil
	}
	cmd.Wait()
	if late.Load() {
		return nil, fmt.Errorf("%s, nor of %d times as much waiting", lateness(c.pool.Deadline), patience)
	}
	said := firstLine(c.stderr.String())
	if said == lateness(c.pool.Deadline) {
		return nil, errors.New(said)
	}
	return nil, fmt.Errorf("%s: %s", cmd.ProcessState, said)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// conflictLine is a child's answer when only a fresh process can judge.
const conflictLine = `"conflict"`

// lateness is what a child says of a stream that takes too long.
func lateness(deadline time.Duration) string {
	return fmt.Sprintf("no verdict within %s of processor time", deadline)
}

// watch ends the process when the stream that is judged has taken too much of the processor.
func watch(begun *atomic.Int64, deadline time.Duration) {
	for range time.Tick(deadline / 10) {
		if start := begun.Load(); start != 0 && processorTime()-start > deadline.Nanoseconds() {
			fmt.Fprintln(os.Stderr, lateness(deadline))
			os.Exit(3)
		}
	}
}

// ServeVerdicts is a child's work: a line in, a line out. It ends the process when a stream takes longer than
// the deadline, of processor time.
func ServeVerdicts(in io.Reader, out io.Writer, deadline time.Duration) error {
	var begun atomic.Int64
	go watch(&begun, deadline)
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		stream, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err != nil {
			return err
		}
		begun.Store(processorTime())
		verdict, err := Judge(stream)
		begun.Store(0)
		answer := []byte(conflictLine)
		if err == nil {
			answer, err = json.Marshal(verdict)
		}
		if err != nil && !errors.Is(err, describe.ErrConflict) {
			return err
		}
		if _, err := out.Write(append(answer, '\n')); err != nil {
			return err
		}
	}
}
