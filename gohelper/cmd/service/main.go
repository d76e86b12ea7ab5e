// Command service is the smallest application on chromem: it opens a store as one does at its start, says what it
// has loaded in one JSON line, and serves until it is told to stop.
//
// Between these it does what the flags say: -write adds documents all the time, so that a tool can be tried on
// a store that is in use.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/philippgille/chromem-go"
)

func main() {
	compress := flag.Bool("compress", false, "the store's files are .gob.gz")
	once := flag.Bool("once", false, "end once everything is loaded")
	write := flag.Duration("write", 0, "add a document to every collection as often as this")
	flag.Parse()
	if err := serve(flag.Arg(0), *compress, *once, *write); err != nil {
		fmt.Fprintln(os.Stderr, "creating chromem DB:", err)
		os.Exit(1)
	}
}

func serve(path string, compress, once bool, write time.Duration) error {
	db, err := chromem.NewPersistentDB(path, compress)
	if err != nil {
		return err
	}
	loaded := map[string]int{}
	for name, collection := range db.ListCollections() {
		loaded[name] = collection.Count()
	}
	if err := json.NewEncoder(os.Stdout).Encode(loaded); err != nil || once {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	if write == 0 {
		<-stop
		return nil
	}
	return writeUntil(stop, db, write)
}

// writeUntil makes five collections, one now and then, and adds documents to all, as applications do.
func writeUntil(stop <-chan os.Signal, db *chromem.DB, pause time.Duration) error {
	ctx := context.Background()
	for number := 0; ; number++ {
		select {
		case <-stop:
			return nil
		case <-time.After(pause):
		}
		if number%20 == 0 && number < 100 {
			if _, err := db.CreateCollection(fmt.Sprintf("made_%d", number), nil, noEmbedding); err != nil {
				return err
			}
		}
		for name := range db.ListCollections() {
			id := fmt.Sprintf("%s-new-%d", name, number)
			document := chromem.Document{ID: id, Embedding: direction[:], Content: "text"}
			if err := db.GetCollection(name, noEmbedding).AddDocument(ctx, document); err != nil {
				return err
			}
		}
	}
}

// direction is the vector of every document that is added, as long as those of the stores in the tests.
var direction = [8]float32{1}

// noEmbedding stands where applications have a model: every document brings its own embedding.
func noEmbedding(context.Context, string) ([]float32, error) {
	return nil, errors.New("no embedding was given")
}
