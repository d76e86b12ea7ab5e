// Package stores offers real chromem-go: operations on stores in the file system.
package stores

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"sort"

	"github.com/philippgille/chromem-go"

	"pygob.dev/gohelper/operations"
)

func init() {
	operations.Register("chromem.create", create)
	operations.Register("chromem.add", add)
	operations.Register("chromem.open", open)
	operations.Register("chromem.documents", documents)
	operations.Register("chromem.query", query)
	operations.Register("chromem.delete", remove)
	operations.Register("chromem.export", export)
	operations.Register("chromem.import", importFile)
}

// A Store says which store an operation opens, and how.
type Store struct {
	Path     operations.Text `json:"path"`
	Compress bool            `json:"compress"` // .gob.gz files
}

func (store Store) open() (*chromem.DB, error) {
	if store.Path == "" { // chromem would take it for ./chromem-go
		return nil, operations.BadRequestError("a store needs a path")
	}
	return chromem.NewPersistentDB(string(store.Path), store.Compress)
}

func (store Store) collection(name operations.Text) (*chromem.DB, *chromem.Collection, error) {
	db, err := store.open()
	if err != nil {
		return nil, nil, err
	}
	collection := db.GetCollection(string(name), noEmbedding)
	if collection == nil {
		return nil, nil, fmt.Errorf("collection %q not found", name)
	}
	return db, collection, nil
}

// noEmbedding stands where applications have a model. Every document and query
// brings its own embedding, so nothing ever asks for one.
func noEmbedding(context.Context, string) ([]float32, error) {
	return nil, errors.New("no embedding was given")
}

// A Document is a chromem.Document in JSON.
type Document struct {
	ID        operations.Text      `json:"id"`
	Metadata  operations.StringMap `json:"metadata"`
	Embedding operations.Floats    `json:"embedding"`
	Content   operations.Text      `json:"content"`
}

// Chromem is the document as chromem has it.
func (document Document) Chromem() chromem.Document {
	return chromem.Document{
		ID:        string(document.ID),
		Metadata:  document.Metadata,
		Embedding: document.Embedding,
		Content:   string(document.Content),
	}
}

// Describe is the document in JSON.
func Describe(document *chromem.Document) Document {
	return Document{
		ID:        operations.Text(document.ID),
		Metadata:  document.Metadata,
		Embedding: document.Embedding,
		Content:   operations.Text(document.Content),
	}
}

// A Collection is a collection to create, or one that was read.
type Collection struct {
	Name      operations.Text      `json:"name"`
	Metadata  operations.StringMap `json:"metadata"`
	Documents []Document           `json:"documents"`
}

func (collection Collection) addTo(target *chromem.Collection) error {
	for _, document := range collection.Documents {
		if err := target.AddDocument(context.Background(), document.Chromem()); err != nil {
			return fmt.Errorf("couldn't add document %q: %w", document.ID, err)
		}
	}
	return nil
}

// A Count is a collection's number of documents.
type Count struct {
	Name      operations.Text `json:"name"`
	Documents int             `json:"documents"`
}

func counts(db *chromem.DB) []Count {
	found := []Count{}
	for name, collection := range db.ListCollections() {
		found = append(found, Count{Name: operations.Text(name), Documents: collection.Count()})
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Name < found[j].Name })
	return found
}

type collectionsRequest struct {
	Store
	Collections []Collection `json:"collections"`
}

// create makes collections and their documents one after the other in the order
// given, so that gob's type ids are the ones an application would have caused.
// The store may exist; a collection of the same name is replaced in memory, and
// its documents' files stay, as chromem does.
func create(request collectionsRequest) ([]Count, error) {
	db, err := request.open()
	if err != nil {
		return nil, err
	}
	for _, collection := range request.Collections {
		created, err := db.CreateCollection(string(collection.Name), collection.Metadata, noEmbedding)
		if err != nil {
			return nil, err
		}
		if err := collection.addTo(created); err != nil {
			return nil, err
		}
	}
	return counts(db), nil
}

// add opens a store and adds documents to collections that exist.
func add(request collectionsRequest) ([]Count, error) {
	db, err := request.open()
	if err != nil {
		return nil, err
	}
	for _, collection := range request.Collections {
		existing := db.GetCollection(string(collection.Name), noEmbedding)
		if existing == nil {
			return nil, fmt.Errorf("collection %q not found", collection.Name)
		}
		if err := collection.addTo(existing); err != nil {
			return nil, err
		}
	}
	return counts(db), nil
}

func open(store Store) ([]Count, error) {
	db, err := store.open()
	if err != nil {
		return nil, err
	}
	return counts(db), nil
}

type collectionRequest struct {
	Store
	Collection operations.Text `json:"collection"`
}

// documents reads a whole collection, metadata included. chromem can list
// neither, but exports both.
func documents(request collectionRequest) (Collection, error) {
	db, _, err := request.collection(request.Collection)
	if err != nil {
		return Collection{}, err
	}
	var stream bytes.Buffer
	name := string(request.Collection)
	if err := db.ExportToWriter(&stream, false, "", name); err != nil {
		return Collection{}, err
	}
	var exported struct {
		Collections map[string]*struct {
			Name      string
			Metadata  map[string]string
			Documents map[string]*chromem.Document
		}
	}
	if err := gob.NewDecoder(&stream).Decode(&exported); err != nil {
		return Collection{}, err
	}
	collection := exported.Collections[name]
	found := make([]Document, 0, len(collection.Documents))
	for _, document := range collection.Documents {
		found = append(found, Describe(document))
	}
	sort.Slice(found, func(i, j int) bool { return found[i].ID < found[j].ID })
	return Collection{Name: request.Collection, Metadata: collection.Metadata, Documents: found}, nil
}

type queryRequest struct {
	collectionRequest
	Embedding operations.Floats `json:"embedding"`
	N         int               `json:"n"`
}

// A Result is a document and how near it is to the query.
type Result struct {
	Document
	Similarity operations.Floats `json:"similarity"` // one value; it may be NaN
}

func query(request queryRequest) ([]Result, error) {
	_, collection, err := request.collection(request.Collection)
	if err != nil {
		return nil, err
	}
	nearest, err := collection.QueryEmbedding(context.Background(), request.Embedding, request.N, nil, nil)
	if err != nil {
		return nil, err
	}
	found := make([]Result, 0, len(nearest))
	for _, result := range nearest {
		document := chromem.Document{
			ID: result.ID, Metadata: result.Metadata, Embedding: result.Embedding, Content: result.Content,
		}
		found = append(found, Result{
			Document:   Describe(&document),
			Similarity: operations.Floats{result.Similarity},
		})
	}
	return found, nil
}

type deleteRequest struct {
	collectionRequest
	IDs []operations.Text `json:"ids"`
}

// remove deletes documents by id, files included; what is not there is no error.
func remove(request deleteRequest) ([]Count, error) {
	db, collection, err := request.collection(request.Collection)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(request.IDs))
	for _, id := range request.IDs {
		ids = append(ids, string(id))
	}
	if err := collection.Delete(context.Background(), nil, nil, ids...); err != nil {
		return nil, err
	}
	return counts(db), nil
}

type exportRequest struct {
	Store
	File         operations.Text `json:"file"`
	CompressFile bool            `json:"compress_file"`
	Key          []byte          `json:"key"` // AES-256: 32 bytes; null for none
	selection
}

// A selection names the collections to export or import; none means all.
type selection struct {
	Collections []operations.Text `json:"collections"`
}

func (selected selection) names() []string {
	names := make([]string, 0, len(selected.Collections))
	for _, name := range selected.Collections {
		names = append(names, string(name))
	}
	return names
}

// export writes a store's collections to one file.
func export(request exportRequest) ([]Count, error) {
	db, err := request.open()
	if err != nil {
		return nil, err
	}
	err = db.ExportToFile(string(request.File), request.CompressFile, string(request.Key), request.names()...)
	if err != nil {
		return nil, err
	}
	return counts(db), nil
}

type importRequest struct {
	Store
	File operations.Text `json:"file"`
	Key  []byte          `json:"key"`
	selection
}

// importFile reads an export into a store, which may be new.
func importFile(request importRequest) ([]Count, error) {
	db, err := request.open()
	if err != nil {
		return nil, err
	}
	err = db.ImportFromFile(string(request.File), string(request.Key), request.names()...)
	if err != nil {
		return nil, err
	}
	return counts(db), nil
}
