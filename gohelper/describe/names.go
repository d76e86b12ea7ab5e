package describe

import (
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"sync"
)

// The catalogue of named types, and the names under which types travel inside interfaces.
// encoding/gob has such a table too but shows it to nobody.
var catalogue = struct {
	sync.RWMutex
	byName     map[string]reflect.Type // "time.Time" -> type
	registered map[reflect.Type]string // base type -> name on the wire
	concrete   map[string]reflect.Type // name on the wire -> type as registered
}{
	byName:     map[string]reflect.Type{},
	registered: map[reflect.Type]string{},
	concrete:   map[string]reflect.Type{},
}

func init() {
	// The names encoding/gob registers by itself.
	for _, kind := range basicKinds {
		remember(kind.String(), kind)
		if kind.Kind() != reflect.Uint8 {
			remember("[]"+kind.String(), reflect.SliceOf(kind))
		}
	}
	remember("[]uint8", bytesType)
}

// Name puts the named types of these sample values into the catalogue, so that descriptions can refer to them.
func Name(samples ...any) {
	catalogue.Lock()
	defer catalogue.Unlock()
	for _, sample := range samples {
		t := reflect.TypeOf(sample)
		catalogue.byName[t.String()] = t
	}
}

// NameInterface puts a named interface type, given as a nil pointer to it, into the catalogue.
func NameInterface(pointer any) {
	catalogue.Lock()
	defer catalogue.Unlock()
	t := reflect.TypeOf(pointer).Elem()
	catalogue.byName[t.String()] = t
}

// Register registers the sample's type with encoding/gob under gob's default name.
func Register(sample any) {
	if err := RegisterName(defaultName(reflect.TypeOf(sample)), sample); err != nil {
		panic(err)
	}
}

// RegisterName registers the sample's type with encoding/gob under a name, once. It returns
// ErrConflict where the name or the type already belongs to another.
func RegisterName(name string, sample any) (err error) {
	t := reflect.TypeOf(sample)
	if ConcreteType(name) == t {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrConflict, p)
		}
	}()
	gob.RegisterName(name, sample)
	remember(name, t)
	return nil
}

// ErrConflict means that this process has registered the name for another type, or the type under another
// name. encoding/gob has no way to take that back: a fresh process has.
var ErrConflict = errors.New("registered differently in this process")

func remember(name string, t reflect.Type) {
	catalogue.Lock()
	defer catalogue.Unlock()
	catalogue.registered[base(t)] = name
	catalogue.concrete[name] = t
}

// defaultName is the name gob.Register gives: the full import path for T, but only the package for *T.
func defaultName(t reflect.Type) string {
	if t.Name() != "" && t.PkgPath() != "" {
		return t.PkgPath() + "." + t.Name()
	}
	if t.Kind() == reflect.Pointer {
		return "*" + t.Elem().String()
	}
	return t.String()
}

// RegisteredName is the name under which values of a type travel inside interfaces, "" when there is none.
func RegisteredName(t reflect.Type) string {
	catalogue.RLock()
	defer catalogue.RUnlock()
	return catalogue.registered[base(t)]
}

// ConcreteType is the type registered under a name, nil when there is none.
func ConcreteType(name string) reflect.Type {
	catalogue.RLock()
	defer catalogue.RUnlock()
	return catalogue.concrete[name]
}

func namedType(name string) (reflect.Type, error) {
	catalogue.RLock()
	defer catalogue.RUnlock()
	if t := catalogue.byName[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("description: no named type %q in the catalogue", name)
}

func inCatalogue(t reflect.Type) bool {
	catalogue.RLock()
	defer catalogue.RUnlock()
	return catalogue.byName[t.String()] == t
}

// NamedType is a catalogue entry: what a reader needs to know of a type that descriptions only name.
type NamedType struct {
	Name       string `json:"name"`
	WireName   string `json:"wire_name"`
	Underlying any    `json:"underlying"`
	Marshaler  string `json:"marshaler,omitempty"`
	Receiver   string `json:"receiver,omitempty"`
}

// Catalogue lists the named types by name.
func Catalogue() ([]NamedType, error) {
	catalogue.RLock()
	types := make([]reflect.Type, 0, len(catalogue.byName))
	for _, t := range catalogue.byName {
		types = append(types, t)
	}
	catalogue.RUnlock()
	sort.Slice(types, func(i, j int) bool { return types[i].String() < types[j].String() })
	entries := make([]NamedType, 0, len(types))
	for _, t := range types {
		entry := NamedType{Name: t.String(), WireName: t.Name()}
		if kind, pointer := marshalerOf(t); kind != notMarshaler {
			entry.Marshaler, entry.Receiver = string(kind), "value"
			if pointer {
				entry.Receiver = "pointer"
			}
		}
		underlying, err := underlyingOf(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t, err)
		}
		entry.Underlying = underlying
		entries = append(entries, entry)
	}
	return entries, nil
}

// Registration is a name under which values of a type travel inside interfaces.
type Registration struct {
	Name string `json:"name"`
	Type any    `json:"type"`
}

// Registrations lists the registered names, gob's own among them.
func Registrations() ([]Registration, error) {
	catalogue.RLock()
	names := make([]string, 0, len(catalogue.concrete))
	for name := range catalogue.concrete {
		names = append(names, name)
	}
	catalogue.RUnlock()
	sort.Strings(names)
	registrations := make([]Registration, len(names))
	for i, name := range names {
		t, err := TypeOf(ConcreteType(name))
		if err != nil {
			return nil, err
		}
		registrations[i] = Registration{name, t}
	}
	return registrations, nil
}

func base(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
