// Command marshalers makes and reads the payloads of Go values that marshal themselves, one JSON object a line.
//
//	marshalers make SEED COUNT    values of every type: {"type", "payload", "facts"}
//	marshalers read               for each {"type", "payload"} on stdin {"error"} or {"payload", "facts"}
//
// Facts are what Go itself says about the value. The type "stream" is a whole gob stream of one Record.
package main

import (
	"bufio"
	"bytes"
	"encoding"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"math/big"
	"math/rand"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/google/uuid"
)

type line struct {
	Type    string   `json:"type,omitempty"`
	Payload string   `json:"payload"`
	Facts   []string `json:"facts,omitempty"`
	Error   string   `json:"error,omitempty"`
}

// Record has a field of every type, by value and through pointers.
type Record struct {
	At     time.Time
	Later  *time.Time
	Int    big.Int
	IntRef *big.Int
	Float  *big.Float
	Rat    big.Rat
	RatRef *big.Rat
	Addr   netip.Addr
	Port   netip.AddrPort
	Prefix netip.Prefix
	URL    *url.URL
	ID     uuid.UUID
	Ints   []*big.Int
	Times  []time.Time
	Any    any
}

// kind is how one Go type is made, marshaled, unmarshaled and described.
type kind struct {
	name  string
	fresh func() any // a pointer to a zero value
	make  func(*rand.Rand) any
	facts func(any) []string
}

var kinds = []kind{
	{"time.Time", func() any { return new(time.Time) }, makeTime, timeFacts},
	{"big.Int", func() any { return new(big.Int) }, func(r *rand.Rand) any { return makeInt(r) }, func(v any) []string {
		return []string{v.(*big.Int).Text(16)}
	}},
	{"big.Rat", func() any { return new(big.Rat) }, makeRat, func(v any) []string {
		return []string{v.(*big.Rat).Num().Text(16), v.(*big.Rat).Denom().Text(16)}
	}},
	{"big.Float", func() any { return new(big.Float) }, makeFloat, floatFacts},
	{"netip.Addr", func() any { return new(netip.Addr) }, func(r *rand.Rand) any { a := makeAddr(r); return &a }, func(v any) []string {
		return []string{v.(*netip.Addr).String()}
	}},
	{"netip.AddrPort", func() any { return new(netip.AddrPort) }, func(r *rand.Rand) any {
		p := netip.AddrPortFrom(makeAddr(r), uint16(r.Uint32()))
		return &p
	}, func(v any) []string {
		p := v.(*netip.AddrPort)
		return []string{p.Addr().String(), strconv.Itoa(int(p.Port()))}
	}},
	{"netip.Prefix", func() any { return new(netip.Prefix) }, makePrefix, func(v any) []string {
		return []string{v.(*netip.Prefix).String()}
	}},
	{"url.URL", func() any { return new(url.URL) }, makeURL, func(v any) []string {
		return []string{v.(*url.URL).String()}
	}},
	{"uuid.UUID", func() any { return new(uuid.UUID) }, func(r *rand.Rand) any {
		id := uuid.Must(uuid.NewRandomFromReader(r))
		return &id
	}, func(v any) []string { return []string{v.(*uuid.UUID).String()} }},
	{"stream", func() any { return new(Record) }, makeRecord, recordFacts},
}

func makeTime(r *rand.Rand) any {
	seconds := []func() int64{
		func() int64 { return r.Int63n(4e9) },
		func() int64 { return -r.Int63n(1e11) },
		func() int64 { return int64(r.Uint64()) / 1000 },
		func() int64 { return int64(r.Uint64()) / 2 }, // Go prints the very last years wrong
		func() int64 {
			return []int64{0, -1, -62135596800, -62135596801, 253402300799, 253402300800, math.MinInt64 / 2}[r.Intn(7)]
		},
	}[r.Intn(5)]()
	nanoseconds := []int64{0, 999999999, 1000, r.Int63n(1e9), r.Int63n(1e6) * 1000}[r.Intn(5)]
	zone := []func() *time.Location{
		func() *time.Location { return time.UTC },
		func() *time.Location { return time.FixedZone("", 0) },
		func() *time.Location { return time.FixedZone("CET", 60*(r.Intn(1680)-840)) },
		func() *time.Location { return time.FixedZone("LMT", r.Intn(100800)-50400) },
		func() *time.Location { return time.FixedZone("far", 60*(r.Intn(65536)-32768)+r.Intn(60)) },
	}[r.Intn(5)]()
	t := time.Unix(seconds, nanoseconds).In(zone)
	if _, err := t.MarshalBinary(); err != nil { // minus one minute stands for UTC
		t = t.UTC()
	}
	if r.Intn(40) == 0 {
		t = time.Time{}
	}
	return &t
}

func timeFacts(v any) []string {
	t := *v.(*time.Time)
	_, offset := t.Zone()
	clock := t.In(time.FixedZone("", offset))
	return []string{
		clock.Format("2006-01-02T15:04:05.999999999"),
		strconv.FormatInt(int64(t.Nanosecond()), 10),
		strconv.Itoa(offset),
		strconv.FormatBool(t.Location() == time.UTC),
	}
}

func makeInt(r *rand.Rand) *big.Int {
	x := new(big.Int).Rand(r, new(big.Int).Lsh(big.NewInt(1), uint(1+r.Intn([]int{8, 65, 600, 4000}[r.Intn(4)]))))
	if r.Intn(2) == 0 {
		x.Neg(x)
	}
	return x
}

func makeRat(r *rand.Rand) any {
	switch r.Intn(8) {
	case 0:
		return new(big.Rat)
	case 1:
		return new(big.Rat).SetInt(makeInt(r))
	case 2:
		return new(big.Rat).SetInt64(0)
	}
	denominator := makeInt(r)
	if denominator.Sign() == 0 {
		denominator.SetInt64(3)
	}
	return new(big.Rat).SetFrac(makeInt(r), denominator)
}

func makeFloat(r *rand.Rand) any {
	x := new(big.Float).SetPrec(uint(1 + r.Intn([]int{53, 64, 300, 2000}[r.Intn(4)]))).SetMode(big.RoundingMode(r.Intn(6)))
	switch r.Intn(9) {
	case 0:
		return new(big.Float)
	case 1:
		return x.SetInf(r.Intn(2) == 0)
	case 2:
		return x.Neg(x) // minus zero
	case 3:
		return big.NewFloat(r.NormFloat64())
	case 4:
		x.SetInt(makeInt(r))
	case 5:
		x.SetRat(makeRat(r).(*big.Rat))
	case 6:
		x.Sqrt(new(big.Float).SetPrec(x.Prec()).SetFloat64(r.Float64()))
	case 7:
		x.SetFloat64(math.Float64frombits(r.Uint64() &^ (1 << 62))) // neither Inf nor NaN, subnormals too
	default:
		x.SetMantExp(new(big.Float).SetFloat64(r.Float64()), int(int32(r.Uint32()))) // the range of exponents
	}
	return x
}

func floatFacts(v any) []string {
	x := v.(*big.Float)
	nearest, _ := x.Float64()
	facts := []string{
		x.Text('p', 0), strconv.Itoa(int(x.Prec())), x.Mode().String(), x.Acc().String(),
		strconv.FormatUint(math.Float64bits(nearest), 16), "", "",
	}
	if exponent := x.MantExp(nil); !x.IsInf() && exponent > -4000 && exponent < 4000 {
		exact, _ := x.Rat(nil)
		facts[5], facts[6] = exact.Num().Text(16), exact.Denom().Text(16)
	}
	return facts
}

func makeAddr(r *rand.Rand) netip.Addr {
	var b [16]byte
	r.Read(b[:])
	switch r.Intn(6) {
	case 0:
		return netip.Addr{}
	case 1:
		return netip.AddrFrom4([4]byte(b[:4]))
	case 2:
		return netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff, 12: b[0], 15: b[1]})
	case 3:
		zones := []string{"eth0", "1", "Ethernet 2", "ü", "\xff\x00", "a%b", "a/b", " "}
		return netip.AddrFrom16(b).WithZone(zones[r.Intn(len(zones))])
	case 4:
		return netip.AddrFrom16([16]byte{0: 0xfe, 1: 0x80, 15: b[1]}).WithZone("wlan0")
	}
	return netip.AddrFrom16(b)
}

func makePrefix(r *rand.Rand) any {
	p := netip.PrefixFrom(makeAddr(r), r.Intn(140)-3)
	if r.Intn(2) == 0 {
		p = p.Masked()
	}
	return &p
}

func makeURL(r *rand.Rand) any {
	u := []*url.URL{
		{},
		{Scheme: "https", Host: "example.org:8080", Path: fmt.Sprintf("/a b/%x", r.Uint64()), RawQuery: "q=ü&x=%20"},
		{Scheme: "ftp", User: url.UserPassword("us er", "p:@ss"), Host: "[fe80::1%eth0]", Path: "/"},
		{Scheme: "mailto", Opaque: "someone@example.org"},
		{Path: "//odd\xff\x00path", Fragment: "sec tion"},
		{Host: "no scheme", Path: "relative"},
	}[r.Intn(6)]
	return u
}

func makeRecord(r *rand.Rand) any {
	later := *makeTime(r).(*time.Time)
	rec := &Record{
		At: *makeTime(r).(*time.Time), Later: &later,
		IntRef: makeInt(r), Float: makeFloat(r).(*big.Float), RatRef: makeRat(r).(*big.Rat),
		Addr: makeAddr(r), Port: netip.AddrPortFrom(makeAddr(r), uint16(r.Uint32())),
		Prefix: *makePrefix(r).(*netip.Prefix),
		URL:    &url.URL{Scheme: "https", Host: "example.org", Path: fmt.Sprintf("/%d", r.Intn(1000))},
		ID:     uuid.Must(uuid.NewRandomFromReader(r)),
		Ints:   []*big.Int{makeInt(r), nil, makeInt(r)},
		Times:  []time.Time{later, {}},
		Any:    []any{nil, later, makeInt(r), makeAddr(r), uuid.Must(uuid.NewRandomFromReader(r))}[r.Intn(5)],
	}
	rec.Int.Set(makeInt(r))
	if r.Intn(2) == 0 {
		rec.Rat.Set(makeRat(r).(*big.Rat))
	}
	return rec
}

func recordFacts(v any) []string {
	rec := v.(*Record)
	facts := append(timeFacts(&rec.At), timeFacts(rec.Later)...)
	facts = append(facts, rec.Int.String(), rec.IntRef.String(), rec.Float.Text('p', 0), rec.Rat.String(), rec.RatRef.String(),
		rec.Addr.String(), rec.Port.String(), rec.Prefix.String(), rec.URL.String(), rec.ID.String())
	for _, n := range rec.Ints {
		facts = append(facts, n.String())
	}
	for _, t := range rec.Times {
		facts = append(facts, timeFacts(&t)...)
	}
	return append(facts, fmt.Sprint(rec.Any))
}

func marshal(v any) ([]byte, error) {
	switch m := v.(type) {
	case *Record:
		var b bytes.Buffer
		err := gob.NewEncoder(&b).Encode(m)
		return b.Bytes(), err
	case gob.GobEncoder:
		return m.GobEncode()
	case encoding.BinaryMarshaler:
		return m.MarshalBinary()
	}
	return nil, fmt.Errorf("%T does not marshal itself", v)
}

func unmarshal(v any, payload []byte) error {
	switch m := v.(type) {
	case *Record:
		return gob.NewDecoder(bytes.NewReader(payload)).Decode(m)
	case gob.GobDecoder:
		return m.GobDecode(payload)
	case encoding.BinaryUnmarshaler:
		return m.UnmarshalBinary(payload)
	}
	return fmt.Errorf("%T does not unmarshal itself", v)
}

func read(request line) (answer line, err error) {
	// Some payloads pass Go's checks and panic when the value is used.
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("panic: %v", what)
		}
	}()
	for _, k := range kinds {
		if k.name != request.Type {
			continue
		}
		payload, err := hex.DecodeString(request.Payload)
		if err != nil {
			return line{}, err
		}
		v := k.fresh()
		if err := unmarshal(v, payload); err != nil {
			return line{}, err
		}
		again, err := marshal(v)
		return line{Payload: hex.EncodeToString(again), Facts: k.facts(v)}, err
	}
	return line{}, fmt.Errorf("unknown type %q", request.Type)
}

func main() {
	log.SetFlags(0)
	// Interfaces must be able to hold what a Record holds.
	for _, v := range []any{time.Time{}, new(big.Int), netip.Addr{}, uuid.UUID{}} {
		gob.Register(v)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	answers := json.NewEncoder(out)
	if os.Args[1] == "read" {
		for requests := json.NewDecoder(os.Stdin); requests.More(); {
			var request line
			if err := requests.Decode(&request); err != nil {
				log.Fatal(err)
			}
			answer, err := read(request)
			if err != nil {
				answer = line{Error: err.Error()}
			}
			answers.Encode(answer)
		}
		return
	}
	seed, _ := strconv.ParseInt(os.Args[2], 10, 64)
	count, _ := strconv.Atoi(os.Args[3])
	for _, k := range kinds {
		r := rand.New(rand.NewSource(seed))
		for i := 0; i < count; i++ {
			v := k.make(r)
			payload, err := marshal(v)
			if err != nil {
				log.Fatalf("%s %v: %v", k.name, v, err)
			}
			answers.Encode(line{Type: k.name, Payload: hex.EncodeToString(payload), Facts: k.facts(v)})
		}
	}
}
