package codec

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
	"syscall"
	"time"

	"pygob.dev/gohelper/describe"
	"pygob.dev/gohelper/operations"
	_ "pygob.dev/gohelper/samples" // the named types that descriptions may refer to
)

func init() {
	operations.Register("codec.encode", encode)
	operations.Register("codec.decode", decode)
	operations.Register("codec.decode_into", decodeInto)
	operations.Register("codec.equal", equal)
	operations.Register("codec.skip", skip)
	operations.Register("codec.verdict", verdict)
	operations.Register("codec.bench", bench)
}

// Described is a value with its type.
type Described struct {
	Type  any `json:"type"`
	Value any `json:"value"`
}

func (d Described) build() (reflect.Value, error) {
	t, err := describe.ParseType(d.Type)
	if err != nil {
		return reflect.Value{}, err
	}
	return describe.ParseValue(t, d.Value)
}

type encodeRequest struct {
	Values []Described `json:"values"`
}

type encodeAnswer struct {
	Stream []byte  `json:"stream"`
	Error  *string `json:"error"` // of encoding/gob; the stream then holds what was written before
}

func encode(request encodeRequest) (*encodeAnswer, error) {
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	for _, described := range request.Values {
		v, err := described.build()
		if err != nil {
			return nil, err
		}
		if err := encodeValue(encoder, v); err != nil {
			return &encodeAnswer{stream.Bytes(), text(err)}, nil
		}
	}
	return &encodeAnswer{Stream: stream.Bytes()}, nil
}

// encodeValue encodes v as an argument of Encode would be, and makes an error of gob's panics.
func encodeValue(encoder *gob.Encoder, v reflect.Value) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return encoder.Encode(v.Interface())
}

type streamRequest struct {
	Stream []byte `json:"stream"`
}

type decodeAnswer struct {
	*Verdict
	Wire *describe.Stream `json:"wire"`
	// Agrees says whether what encoding/gob decoded is what our reader read; null when it was not fully decoded.
	Agrees *bool `json:"agrees"`
}

func decode(request streamRequest) (*decodeAnswer, error) {
	wire, _ := describe.ReadStream(request.Stream)
	verdict, err := Judge(request.Stream)
	if err != nil {
		return nil, err
	}
	answer := &decodeAnswer{Verdict: verdict, Wire: wire}
	if verdict.Judge == JudgeTyped && verdict.Typed.Accept && verdict.Reader == nil {
		destinations, _, err := build(wire)
		if err != nil {
			return nil, err
		}
		outcome := decodeAll(request.Stream, destinations, func(i int, v reflect.Value) error {
			return describe.Matches(v, wire.Values[i].Value)
		})
		answer.Agrees = &outcome.Accept
	}
	return answer, nil
}

type decodeIntoRequest struct {
	Stream  []byte `json:"stream"`
	Type    any    `json:"type"`
	Initial any    `json:"initial"` // a value to decode on top of; absent: the zero value
	// Register names the types that may be inside interfaces.
	Register []struct {
		Name string `json:"name"`
		Type any    `json:"type"`
	} `json:"register"`
}

// DecodedInto is what decoding the first value of a stream into a given type came to.
type DecodedInto struct {
	Value any     `json:"value"` // the destination afterwards, after an error too
	Error *string `json:"error"`
}

func decodeInto(request decodeIntoRequest) (*DecodedInto, error) {
	for _, naming := range request.Register {
		t, err := describe.ParseType(naming.Type)
		if err != nil {
			return nil, err
		}
		if err := register(describe.Naming{Name: naming.Name, Type: t}); err != nil {
			return nil, err
		}
	}
	t, err := describe.ParseType(request.Type)
	if err != nil {
		return nil, err
	}
	destination := reflect.New(t).Elem()
	if request.Initial != nil {
		if destination, err = describe.ParseValue(t, request.Initial); err != nil {
			return nil, err
		}
	}
	return DecodeInto(request.Stream, destination)
}

// DecodeInto decodes the first value of a stream on top of an addressable value.
func DecodeInto(stream []byte, destination reflect.Value) (*DecodedInto, error) {
	answer := &DecodedInto{}
	if err := decodeFirst(stream, destination); err != nil {
		answer.Error = text(err)
	}
	var err error
	answer.Value, err = describe.ValueOf(destination, nil)
	return answer, err
}

func decodeFirst(stream []byte, destination reflect.Value) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return gob.NewDecoder(bytes.NewReader(stream)).DecodeValue(destination.Addr())
}

type equalRequest struct {
	A    []byte `json:"a"`
	B    []byte `json:"b"`
	Type any    `json:"type"` // of every value; absent: built from each stream's definitions
	// Types are those of the values where they differ, one for each.
	Types []any `json:"types"`
}

type equalAnswer struct {
	Equal  bool    `json:"equal"`
	Reason *string `json:"reason"`
}

// equal compares what encoding/gob decodes, bit for bit: NaN equals itself and -0 is not 0.
func equal(request equalRequest) (*equalAnswer, error) {
	a, err := decodedValues(request.A, request)
	if err == nil {
		var b []string
		if b, err = decodedValues(request.B, request); err == nil {
			err = firstDifference(a, b)
		}
	}
	if errors.Is(err, describe.ErrConflict) {
		return nil, err
	}
	if err != nil {
		return &equalAnswer{Reason: text(err)}, nil
	}
	return &equalAnswer{Equal: true}, nil
}

func decodedValues(stream []byte, request equalRequest) ([]string, error) {
	wire, err := describe.ReadStream(stream)
	if err != nil {
		return nil, err
	}
	destinations, err := destinationsOf(wire, request)
	if err != nil {
		return nil, err
	}
	var values []string
	outcome := decodeAll(stream, destinations, func(_ int, v reflect.Value) error {
		d, err := describe.Sent(v)
		values = append(values, describe.Canonical(d))
		return err
	})
	if !outcome.Accept {
		return nil, errors.New(*outcome.Error)
	}
	return values, nil
}

func destinationsOf(wire *describe.Stream, request equalRequest) ([]reflect.Type, error) {
	if request.Type == nil && request.Types == nil {
		destinations, builder, err := build(wire)
		if err == nil && len(builder.Skipped) > 0 {
			err = fmt.Errorf("cannot be compared without a type: %v", builder.Skipped)
		}
		return destinations, err
	}
	described := request.Types
	if described == nil {
		for range wire.Values {
			described = append(described, request.Type)
		}
	}
	if len(described) != len(wire.Values) {
		return nil, fmt.Errorf("%d types for %d values", len(described), len(wire.Values))
	}
	destinations := make([]reflect.Type, len(described))
	for i, d := range described {
		var err error
		if destinations[i], err = describe.ParseType(d); err != nil {
			return nil, err
		}
	}
	return destinations, nil
}

func firstDifference(a, b []string) error {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return fmt.Errorf("value %d: %.1000s is not %.1000s", i, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		return fmt.Errorf("%d values, and %d", len(a), len(b))
	}
	return nil
}

func skip(request streamRequest) (Outcome, error) { return skipAll(request.Stream), nil }

func verdict(request streamRequest) (*Verdict, error) { return Judge(request.Stream) }

type benchRequest struct {
	Stream []byte   `json:"stream"`
	Others [][]byte `json:"others"` // further streams of the same types
	Type   any      `json:"type"`   // absent: built from the stream
	Times  int      `json:"times"`
}

type benchAnswer struct {
	DecodeNS    int64 `json:"decode_ns"` // all repetitions together
	DecodeCPUNS int64 `json:"decode_cpu_ns"`
	EncodeNS    int64 `json:"encode_ns"`
	EncodeCPUNS int64 `json:"encode_cpu_ns"`
}

// bench decodes a stream, and encodes what it holds, again and again. Every repetition has a new Decoder and
// a new Encoder, as a file has; the first of each, which compiles, is not counted. Several streams are taken in
// turns, so that no processor learns the one by heart.
func bench(request benchRequest) (*benchAnswer, error) {
	if request.Times < 1 {
		return nil, operations.BadRequestError("codec.bench: times must be 1 or more")
	}
	wire, err := describe.ReadStream(request.Stream)
	if err != nil {
		return nil, err
	}
	destinations, _, err := build(wire)
	if err != nil {
		return nil, err
	}
	if request.Type != nil {
		t, err := describe.ParseType(request.Type)
		if err != nil {
			return nil, err
		}
		for i := range destinations {
			destinations[i] = t
		}
	}
	streams := append([][]byte{request.Stream}, request.Others...)
	values := make([][]reflect.Value, len(streams))
	for i, stream := range streams {
		outcome := decodeAll(stream, destinations, func(_ int, v reflect.Value) error {
			values[i] = append(values[i], v)
			return nil
		})
		if !outcome.Accept {
			return nil, errors.New(*outcome.Error)
		}
	}
	decoded, encoded := 0, 0
	decodeOnce := func() error {
		decodeAll(streams[decoded%len(streams)], destinations, nil)
		decoded++
		return nil
	}
	encodeOnce := func() error {
		encoded++
		return encodeAll(values[(encoded-1)%len(streams)])
	}
	answer := &benchAnswer{}
	if answer.DecodeNS, answer.DecodeCPUNS, err = timed(request.Times, decodeOnce); err != nil {
		return nil, err
	}
	answer.EncodeNS, answer.EncodeCPUNS, err = timed(request.Times, encodeOnce)
	return answer, err
}

func encodeAll(values []reflect.Value) error {
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	for _, v := range values {
		if err := encoder.EncodeValue(v); err != nil {
			return err
		}
	}
	return nil
}

// timed measures wall time and the processor time of the process, garbage collection included.
func timed(times int, f func() error) (wall, cpu int64, err error) {
	if err := f(); err != nil {
		return 0, 0, err
	}
	start, used := time.Now(), processorTime()
	for i := 0; i < times; i++ {
		if err := f(); err != nil {
			return 0, 0, err
		}
	}
	return time.Since(start).Nanoseconds(), processorTime() - used, nil
}

func processorTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
