package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/rpc"
	"time"

	"github.com/philippgille/chromem-go"

	s "pygob.dev/gohelper/samples"
)

func realWorldCases() []conformanceCase {
	type args struct{ A, B int }
	call := func(n uint64) []any {
		return []any{&rpc.Request{ServiceMethod: "Arith.Multiply", Seq: n}, reflected("", args{7, 8}).make()[0]}
	}
	reply := func(n uint64, failure string) []any {
		return []any{&rpc.Response{ServiceMethod: "Arith.Multiply", Seq: n, Error: failure}}
	}
	embedding := []float32{0.1, -0.2, 0.3, 0, 0.5, 0.6, -0.7}
	metadata := struct {
		Name     string
		Metadata map[string]string
	}{"contextd_memories", map[string]string{}}
	cases := []conformanceCase{
		one("rpc-request", append(call(0), call(1)...)...),
		one("rpc-response", append(append(reply(0, ""), 56), append(reply(1, "divide by zero"), struct{}{})...)...),
		one("session",
			map[any]any{"user_id": 42, "_flash": []any{"saved"}, 1: true, "expires": time.Unix(1700000000, 0).UTC(),
				"roles": []string{"admin", "dev"}}),
		one("session-empty", map[any]any{}),
		one("http-header", http.Header{"Accept": {"*/*"}, "X-A": {"1", "2"}}),
		one("json-raw", struct{ M json.RawMessage }{json.RawMessage(`{"a":1}`)}),
		one("json-like", map[string]any{"a": []any{1.5, "x", nil, map[string]any{"b": true}}, "n": nil}),
		one("cache-entry", struct {
			Object     any
			Expiration int64
		}{"cached", 1700000000}),
		one("cache", map[string]struct {
			Object     any
			Expiration int64
		}{"k": {s.Point{1, 2}, 5}, "l": {"text", 0}}),
		one("chromem-metadata", metadata),
		one("chromem-metadata-nil", struct {
			Name     string
			Metadata map[string]string
		}{Name: "contextd_memories"}),
		one("chromem-metadata-then-document", metadata,
			chromem.Document{ID: "1", Metadata: map[string]string{"k": "v"}, Embedding: embedding, Content: "text"}),
		one("chromem-document",
			chromem.Document{ID: "doc-1", Metadata: map[string]string{"tenant": "t"}, Embedding: embedding,
				Content: "Hello, world"}),
		one("chromem-document-bare", chromem.Document{ID: "doc-2"}),
		one("chromem-document-pointer", &chromem.Document{ID: "doc-3", Embedding: make([]float32, 384)}),
		{name: "chromem-export", stream: chromemExport(3)}, {name: "chromem-export-empty", stream: chromemExport(0)},
		one("events", s.Nest{"event", s.Point{1, 2}, 1}, s.Nest{"event", s.Point{3, 4}, 2},
			s.Nest{"last", []any{s.Labels{"a"}, s.Point{}}, 3}),
	}
	return category("realworld", cases...)
}

// chromemExport is chromem's own export of a database with two collections of n documents.
func chromemExport(n int) func() ([]byte, error) {
	return func() ([]byte, error) {
		db := chromem.NewDB()
		for _, name := range []string{"contextd_memories", "notes"} {
			collection, err := db.CreateCollection(name, map[string]string{"kind": name}, nil)
			if err != nil {
				return nil, err
			}
			for i := 0; i < n; i++ {
				doc := chromem.Document{ID: string(rune('a' + i)), Embedding: []float32{1, 0, 0}, Content: "content",
					Metadata: map[string]string{"n": "x"}}
				if err := collection.AddDocument(context.Background(), doc); err != nil {
					return nil, err
				}
			}
		}
		var export bytes.Buffer
		err := db.ExportToWriter(&export, false, "")
		return export.Bytes(), err
	}
}
