// Package codec is encoding/gob as a reference for other implementations: it encodes described values,
// decodes any stream, and says what real Go accepts, with descriptions in and out (see package describe).
package codec
