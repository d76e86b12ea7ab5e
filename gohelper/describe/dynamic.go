package describe

import (
	"errors"
	"fmt"
	"reflect"
)

const (
	maxArrayBytes = 1 << 26 // the largest array type built at run time
	maxArrayLen   = 1 << 20 // its most elements, which may be of no size and yet cost memory when described
	maxBuiltTypes = 5000    // nodes of one built type, unrolled recursion included
	unrolling     = 3       // how often a recursive struct type is built inside itself
)

var errUnbuildable = errors.New("no Go type built at run time can hold this")

// Builder builds Go types for what a stream's definitions describe, so that real encoding/gob can decode it.
type Builder struct {
	stream  *Stream
	variant int // which of several equal types to build: gob wants one type a registered name
	open    map[int]int
	built   int

	// Skipped lists the struct fields left out of the built types, which gob therefore skips.
	Skipped []string
	known   map[string]bool // the same reasons
}

func (b *Builder) skip(format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	if !b.known[reason] {
		b.known[reason] = true
		b.Skipped = append(b.Skipped, reason)
	}
}

// NewBuilder builds types for a stream.
func NewBuilder(stream *Stream) *Builder {
	return &Builder{stream: stream, open: map[int]int{}, known: map[string]bool{}}
}

// TypeOf builds the Go type for a type id, or says why there is none.
func (b *Builder) TypeOf(id int) (t reflect.Type, err error) { return b.variantOf(id, 0) }

func (b *Builder) variantOf(id, variant int) (t reflect.Type, err error) {
	b.variant, b.built = variant, 0
	defer func() {
		// reflect reports types it cannot build by panicking.
		if p := recover(); p != nil {
			t, err = nil, fmt.Errorf("%w: %v", errUnbuildable, p)
		}
	}()
	return b.build(id)
}

func (b *Builder) build(id int) (reflect.Type, error) {
	if b.built++; b.built > maxBuiltTypes {
		return nil, fmt.Errorf("%w: too large", errUnbuildable)
	}
	if id >= idBool && id <= idInterface {
		return variants[b.variant][id], nil
	}
	t := b.stream.byID[id]
	if t == nil {
		return nil, fmt.Errorf("%w: type %d is not defined", errUnbuildable, id)
	}
	limit := 1
	if t.Kind == "struct" {
		limit = unrolling
	}
	if b.open[id] >= limit {
		return nil, fmt.Errorf("%w: type %d is recursive", errUnbuildable, id)
	}
	if t.ambiguous {
		return nil, fmt.Errorf("%w: type %d is of several kinds", errUnbuildable, id)
	}
	if own := selfContaining(t); own != nil {
		return own, nil
	}
	b.open[id]++
	defer func() { b.open[id]-- }()
	return b.composite(t)
}

func (b *Builder) composite(t *WireType) (reflect.Type, error) {
	switch t.Kind {
	case "struct":
		return b.structType(t)
	case "gobencoder":
		return variants[b.variant][slotGob], nil
	case "binarymarshaler":
		return variants[b.variant][slotBinary], nil
	case "array", "slice", "map":
		elem, err := b.build(t.Elem)
		if err != nil {
			return nil, err
		}
		return b.container(t, elem)
	}
	return nil, fmt.Errorf("%w: no Go type decodes a %s", errUnbuildable, t.Kind)
}

func isArrayLen(length int64, elem reflect.Type) bool {
	size := int64(elem.Size())
	return 0 <= length && length <= maxArrayLen && (size == 0 || length <= maxArrayBytes/size)
}

// selfContaining is the Go type for a slice or map whose elements are of its own type, which reflect cannot build.
func selfContaining(t *WireType) reflect.Type {
	if t.Elem != t.ID {
		return nil
	}
	switch {
	case t.Kind == "slice":
		return reflect.TypeOf(ownSlice(nil))
	case t.Kind == "map" && t.Key == idString:
		return reflect.TypeOf(ownMap[string](nil))
	case t.Kind == "map" && t.Key == idInt:
		return reflect.TypeOf(ownMap[int64](nil))
	}
	return nil
}

func (b *Builder) container(t *WireType, elem reflect.Type) (reflect.Type, error) {
	switch t.Kind {
	case "slice":
		return reflect.SliceOf(elem), nil
	case "array":
		if !isArrayLen(int64(t.Len), elem) {
			return nil, fmt.Errorf("%w: an array of %d elements", errUnbuildable, t.Len)
		}
		return reflect.ArrayOf(t.Len, elem), nil
	default:
		key, err := b.build(t.Key)
		if err != nil {
			return nil, err
		}
		if !key.Comparable() {
			return nil, fmt.Errorf("%w: a map with keys of %s", errUnbuildable, key)
		}
		return reflect.MapOf(key, elem), nil
	}
}

// structType leaves out the fields Go cannot have or cannot build: gob skips what the destination lacks.
func (b *Builder) structType(t *WireType) (reflect.Type, error) {
	fields := []reflect.StructField{}
	seen := map[string]bool{}
	for _, f := range t.fields {
		if !isBuildable(f.name) || seen[f.name] {
			b.skip("%v.%q: not a name for a Go field", t.Name, f.name)
			continue
		}
		ft, err := b.build(f.id)
		if err != nil {
			b.skip("%v.%s: %v", t.Name, f.name, err)
			continue
		}
		seen[f.name] = true
		fields = append(fields, reflect.StructField{Name: f.name, Type: ft, Tag: variantTag(b.variant)})
	}
	if len(t.fields) == 0 && b.variant > 0 { // no field has a tag that would tell variants apart
		fields = append(fields, reflect.StructField{Name: "Variant", Type: reflect.ArrayOf(b.variant, reflect.TypeOf(false))})
	}
	return reflect.StructOf(fields), nil
}

// Naming is a registered name in a stream with the Go type built for its values.
type Naming struct {
	Name string
	Type reflect.Type
}

// Namings builds a type for every name met inside interfaces, each name its own distinct type.
// Names encoding/gob registers itself are left out, as is what cannot be built.
func (b *Builder) Namings() []Naming {
	var namings []Naming
	seen := map[string]bool{}
	for _, met := range b.stream.names {
		if seen[met.name] || isPredeclared(met.name) {
			continue
		}
		seen[met.name] = true
		variant := len(seen)
		if variant >= len(variants) {
			b.skip("%q: more than %d registered names", met.name, len(variants)-1)
			continue
		}
		t, err := b.variantOf(met.id, variant)
		if err != nil || t.Kind() == reflect.Interface {
			b.skip("%q: cannot be registered: %v", met.name, err)
			continue
		}
		namings = append(namings, Naming{met.name, t})
	}
	return namings
}

// GobNames lists the names in a stream that encoding/gob registers itself, for types of its own choice.
func (s *Stream) GobNames() []string {
	var names []string
	for _, met := range s.names {
		if isPredeclared(met.name) {
			names = append(names, met.name)
		}
	}
	return names
}

func isPredeclared(name string) bool {
	t := ConcreteType(name)
	return t != nil && base(t).PkgPath() == "" && t.Kind() != reflect.Pointer && t.String() == name
}

// Begun is the type id of the value the reading stopped in, if it stopped inside one.
func (s *Stream) Begun() (id int, begun bool) {
	if s.begun == nil {
		return 0, false
	}
	return *s.begun, true
}
