// Package records offers real encoding/gob on the two records of a chromem
// store, with the very types chromem gives it, and Go's gzip around them.
package records

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"

	"github.com/philippgille/chromem-go"

	"pygob.dev/gohelper/operations"
	"pygob.dev/gohelper/stores"
)

func init() {
	operations.Register("gob.encode_metadata", encodeMetadata)
	operations.Register("gob.decode_metadata", decodeMetadata)
	operations.Register("gob.encode_document", encodeDocument)
	operations.Register("gob.decode_document", decodeDocument)
	operations.Register("gzip.compress", compress)
}

// Metadata is a collection's name and metadata in JSON.
type Metadata struct {
	Name     operations.Text      `json:"name"`
	Metadata operations.StringMap `json:"metadata"`
}

// metadataRecord is an alias of a type without a name: chromem's own is a struct
// literal too, so the stream holds no type name.
type metadataRecord = struct {
	Name     string
	Metadata map[string]string
}

func encodeMetadata(request Metadata) ([]byte, error) {
	return encode(metadataRecord{Name: string(request.Name), Metadata: request.Metadata})
}

func decodeMetadata(stream []byte) (Metadata, error) {
	var record metadataRecord
	err := gob.NewDecoder(bytes.NewReader(stream)).Decode(&record)
	return Metadata{Name: operations.Text(record.Name), Metadata: record.Metadata}, err
}

func encodeDocument(request stores.Document) ([]byte, error) {
	return encode(request.Chromem())
}

func decodeDocument(stream []byte) (stores.Document, error) {
	var document chromem.Document
	err := gob.NewDecoder(bytes.NewReader(stream)).Decode(&document)
	return stores.Describe(&document), err
}

func encode(record any) ([]byte, error) {
	var stream bytes.Buffer
	err := gob.NewEncoder(&stream).Encode(record)
	return stream.Bytes(), err
}

// compress is what chromem does to a record for a .gob.gz file.
func compress(data []byte) ([]byte, error) {
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	if _, err := writer.Write(data); err != nil {
		return nil, err
	}
	err := writer.Close()
	return compressed.Bytes(), err
}
