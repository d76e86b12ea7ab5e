// Package samples holds the named Go types of the conformance vectors: everything that
// reflect cannot build at run time. Importing it puts them into describe's catalogue.
package samples
