package codec

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"pygob.dev/gohelper/describe"
	"pygob.dev/gohelper/samples"
)

const childVariable = "GOHELPER_CODEC_TEST_CHILD"

// TestMain lets the test program be the child processes of its tests: one that judges, and a fresh one that encodes.
func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "judge":
		exitWith(ServeVerdicts(os.Stdin, os.Stdout, time.Second))
	case "encode":
		exitWith(encodeOnce())
	}
	os.Exit(m.Run())
}

func exitWith(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// encodeOnce answers one request to encode, after it has compared the bytes with our own rules of what is sent.
func encodeOnce() error {
	var request encodeRequest
	if err := json.NewDecoder(os.Stdin).Decode(&request); err != nil {
		return err
	}
	answer, err := encode(request)
	if err != nil {
		return err
	}
	wire, err := describe.ReadStream(answer.Stream)
	if err != nil {
		return err
	}
	for i, described := range request.Values {
		v, err := described.build()
		if err != nil {
			return err
		}
		if err := describe.Matches(v, wire.Values[i].Value); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

type vector struct {
	Name   string
	Stream []byte
	Values []Described
	Wire   json.RawMessage
}

func vectors(t *testing.T) []vector {
	t.Helper()
	file, err := os.Open("../../tests/vectors/conformance.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []vector
	for lines := json.NewDecoder(bufio.NewReader(file)); lines.More(); {
		var v vector
		if err := lines.Decode(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func judgeAll(t *testing.T, streams ...[]byte) []Verdict {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(childVariable, "judge")
	var in, out bytes.Buffer
	for _, stream := range streams {
		fmt.Fprintln(&in, describe.Bytes(stream))
	}
	pool := Pool{Command: []string{self}, Deadline: 10 * time.Second, Children: 2}
	if err := pool.Run(&in, &out); err != nil {
		t.Fatal(err)
	}
	var verdicts []Verdict
	for lines := json.NewDecoder(&out); lines.More(); {
		var v Verdict
		if err := lines.Decode(&v); err != nil {
			t.Fatal(err)
		}
		verdicts = append(verdicts, v)
	}
	if len(verdicts) != len(streams) {
		t.Fatalf("%d verdicts on %d streams", len(verdicts), len(streams))
	}
	return verdicts
}

func TestEveryVectorIsAcceptedByGoAndByTheReader(t *testing.T) {
	all := vectors(t)
	streams := make([][]byte, len(all))
	for i, v := range all {
		streams[i] = v.Stream
	}
	for i, verdict := range judgeAll(t, streams...) {
		if !verdict.Typed.Accept || verdict.Reader != nil {
			t.Errorf("%s: %s", all[i].Name, describe.Canonical(verdict))
		}
	}
}

func TestADescriptionEncodesToTheBytesItCameFrom(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors(t) {
		v := v
		if len(v.Values) == 0 || strings.HasPrefix(v.Name, "hidden/") {
			continue // other code's stream, or fields that no description has
		}
		if v.Name == "embedded/in-anonymous" && !embeddingHasItsText() {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			request, err := json.Marshal(encodeRequest{v.Values})
			if err != nil {
				t.Fatal(err)
			}
			child := exec.Command(self)
			child.Env = append(os.Environ(), childVariable+"=encode")
			child.Stdin, child.Stderr = bytes.NewReader(request), os.Stderr
			out, err := child.Output()
			if err != nil {
				t.Fatal(err)
			}
			var answer encodeAnswer
			if err := json.Unmarshal(out, &answer); err != nil {
				t.Fatal(err)
			}
			if answer.Error != nil {
				t.Fatal(*answer.Error)
			}
			if !bytes.Equal(answer.Stream, v.Stream) && !hasMap(v.Wire) {
				t.Errorf("encoded\n%x, want\n%x", answer.Stream, v.Stream)
			}
		})
	}
}

// embeddingHasItsText says whether a struct built at run time shows what it embeds: reflect in old versions of Go did not.
func embeddingHasItsText() bool {
	tag := reflect.TypeOf(samples.Tag{})
	built := reflect.StructOf([]reflect.StructField{{Name: "Tag", Type: tag, Anonymous: true}})
	return built == reflect.TypeOf(struct{ samples.Tag }{})
}

// hasMap says whether a stream has maps, whose entries Go sends in any order.
func hasMap(wire json.RawMessage) bool { return bytes.Contains(wire, []byte(`"kind":"map"`)) }

func TestMalformedStreamsAreRejectedWithGosOwnWords(t *testing.T) {
	cases := []struct {
		name, stream, typed string
	}{
		{"first byte out of range", "\x80", "gob: encoded unsigned integer out of range"},
		{"length of nothing", "\x00", "EOF"},
		{"cut in the message", "\x03\x04\x00", "unexpected EOF"},
		{"definition and no value", "\x0c\xff\x81\x02\x01\x02\xff\x82\x00\x01\x04\x00\x00", "unexpected EOF"},
		{"delta before a singleton", "\x03\x04\x01\x02", "gob: decode: corrupted data: non-zero delta for singleton"},
		{"id below 64", "\x03\x03\x01\x00", "gob: duplicate type received"},
		{"undefined type", "\x04\xff\x90\x00\x02", "gob: bad data: undefined type <nil>"},
	}
	streams := make([][]byte, len(cases))
	for i, c := range cases {
		streams[i] = []byte(c.stream)
	}
	for i, verdict := range judgeAll(t, streams...) {
		if verdict.Typed.Accept || verdict.Typed.Error == nil || *verdict.Typed.Error != cases[i].typed || verdict.Reader == nil {
			t.Errorf("%s: %s", cases[i].name, describe.Canonical(verdict))
		}
	}
}

// A map of structs without fields takes no byte an entry once its message has ended, so Go counts on and on.
func TestAHangIsAVerdict(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(childVariable, "judge")
	definition := "\x09\x7f\x03\x01\x02\xff\x80\x00\x00\x00" // struct{}
	container := "\x10\xff\x81\x04\x01\x02\xff\x82\x00\x01\xff\x80\x01\xff\x80\x00\x00"
	value := "\x0c\xff\x82\x00\xf8\x0f\xff\xff\xff\xff\xff\xff\xff"
	var in, out bytes.Buffer
	fmt.Fprintln(&in, describe.Bytes([]byte(definition+container+value)))
	pool := Pool{Command: []string{self}, Deadline: time.Second, Children: 1}
	if err := pool.Run(&in, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"crash":"no verdict within 1s of processor time"`) {
		t.Error(out.String())
	}
}
