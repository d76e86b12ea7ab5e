// Command files writes one gob file of a kind that Go programs leave behind, made by their own code.
//
//	files KIND > FILE
//
// Kinds: metadata, document and export (chromem-go), requests and responses (net/rpc), session (what
// gorilla/sessions stores: a map[interface{}]interface{}), mixed (a log of events with times and big numbers).
// gob counts type ids per process, so one process writes one file. The order of map entries is random.
package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"net/rpc"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/philippgille/chromem-go"
)

func main() {
	if len(os.Args) != 2 || kinds[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: files metadata|document|export|requests|responses|session|mixed > FILE")
		os.Exit(2)
	}
	if err := kinds[os.Args[1]](os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "files:", err)
		os.Exit(1)
	}
}

var kinds = map[string]func(io.Writer) error{
	"metadata":  func(w io.Writer) error { return storeFile(w, "00000000.gob") },
	"document":  func(w io.Writer) error { return storeFile(w, "[1-9a-f]*.gob") },
	"export":    export,
	"requests":  func(w io.Writer) error { return call(w, io.Discard) },
	"responses": func(w io.Writer) error { return call(io.Discard, w) },
	"session":   session,
	"mixed":     mixed,
}

// fill puts two notes, one with metadata and a longer text, into a collection.
func fill(db *chromem.DB, notes int) error {
	collection, err := db.CreateCollection("contextd_memories", map[string]string{"owner": "atlas"}, nil)
	if err != nil {
		return err
	}
	documents := []chromem.Document{
		{ID: "note-1", Metadata: map[string]string{"lang": "de"}, Embedding: []float32{0.6, 0, 0.8, 0, 0, 0, 0, 0},
			Content: "Über den Wolken\nmuß die Freiheit wohl grenzenlos sein."},
		{ID: "note-2", Metadata: map[string]string{"lang": "en"}, Embedding: []float32{0, 1, 0, 0, 0, 0, 0, 0},
			Content: "Up in the air."},
	}
	return collection.AddDocuments(context.Background(), documents[:notes], 1)
}

func storeFile(w io.Writer, name string) error {
	folder, err := os.MkdirTemp("", "files")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	db, err := chromem.NewPersistentDB(folder, false)
	if err != nil {
		return err
	}
	if err := fill(db, 1); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(folder, "*", name))
	if err != nil || len(found) == 0 {
		return fmt.Errorf("no file %s: %v", name, err)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func export(w io.Writer) error {
	db := chromem.NewDB()
	if err := fill(db, 2); err != nil {
		return err
	}
	return db.ExportToWriter(w, false, "")
}

// Order is what a client sends, Receipt what it gets.
type Order struct {
	Article  string
	Quantity int
	Price    float64
	Tags     []string
}

type Receipt struct {
	Number uint64
	Total  float64
}

// Shop is the service.
type Shop struct{ receipts uint64 }

func (s *Shop) Buy(order Order, receipt *Receipt) error {
	if order.Quantity <= 0 {
		return errors.New("nothing to buy")
	}
	s.receipts++
	*receipt = Receipt{Number: s.receipts, Total: float64(order.Quantity) * order.Price}
	return nil
}

// tee is one end of a connection that keeps what is written.
type tee struct {
	net.Conn
	kept io.Writer
}

func (t tee) Write(data []byte) (int, error) {
	if _, err := t.kept.Write(data); err != nil {
		return 0, err
	}
	return t.Conn.Write(data)
}

func call(requests, responses io.Writer) error {
	server := rpc.NewServer()
	if err := server.Register(&Shop{receipts: 1 << 53}); err != nil {
		return err
	}
	here, there := net.Pipe()
	go server.ServeConn(tee{there, responses})
	client := rpc.NewClient(tee{here, requests})
	defer client.Close()
	for _, order := range []Order{
		{Article: "lamp", Quantity: 2, Price: 19.5, Tags: []string{"indoor", "brass"}},
		{Article: "chair"},
	} {
		var receipt Receipt
		err := client.Call("Shop.Buy", order, &receipt)
		if _, refused := err.(rpc.ServerError); err != nil && !refused {
			return err
		}
	}
	return nil
}

// Role is a type of the application in a session.
type Role struct {
	Name  string
	Admin bool
}

func session(w io.Writer) error {
	gob.Register(Role{})
	gob.Register(time.Time{})
	values := map[interface{}]interface{}{
		"user":   "ada",
		"visits": 41,
		"role":   Role{Name: "editor", Admin: true},
		"since":  time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC),
		7:        []byte{0, 255},
	}
	return gob.NewEncoder(w).Encode(values)
}

// Event is one line of a log with values that marshal themselves.
type Event struct {
	At       time.Time
	ID       uuid.UUID
	Amount   *big.Int
	Rate     *big.Rat
	Exact    *big.Float
	From     netip.Addr
	Source   *url.URL
	Payload  interface{}
	Position complex128
	Matrix   [2][2]int8
	Raw      []byte
	Counts   map[int]uint
}

func mixed(w io.Writer) error {
	gob.Register(Role{})
	amount, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	source, err := url.Parse("https://ada:secret@example.org/a%20b?q=1#top")
	if err != nil {
		return err
	}
	encoder := gob.NewEncoder(w)
	events := []Event{
		{
			At: time.Date(2026, 11, 23, 18, 0, 0, 123456789, time.FixedZone("", 5*3600+1800)), ID: uuid.UUID{1, 2, 3},
			Amount: amount, Rate: big.NewRat(1, 3), Exact: big.NewFloat(2.75), From: netip.MustParseAddr("fe80::1"),
			Source: source, Payload: Role{Name: "auditor"}, Position: 1 - 2i, Matrix: [2][2]int8{{1, -2}, {3, -4}},
			Raw: bytes.Repeat([]byte{0xde, 0xad}, 40), Counts: map[int]uint{-1: 1 << 63},
		},
		{Amount: big.NewInt(-1), Payload: "text\x1b[31m\xff"},
	}
	for _, event := range events {
		if err := encoder.Encode(event); err != nil {
			return err
		}
	}
	if err := encoder.Encode("the end"); err != nil {
		return err
	}
	return encoder.Encode([]float64{0.1, 1e300, -0.5})
}
