package describe

import (
	"fmt"
	"reflect"
)

// Marshalers that keep their bytes, whatever they mean; strings, so that they can be map keys.
// V tells variants apart, see variants.
type (
	rawGob[V any]    string
	rawBinary[V any] string
)

func (r rawGob[V]) GobEncode() ([]byte, error)         { return []byte(r), nil }
func (r *rawGob[V]) GobDecode(b []byte) error          { *r = rawGob[V](b); return nil }
func (r rawBinary[V]) MarshalBinary() ([]byte, error)  { return []byte(r), nil }
func (r *rawBinary[V]) UnmarshalBinary(b []byte) error { *r = rawBinary[V](b); return nil }

// Types that contain themselves without a struct.
type (
	ownSlice             []ownSlice
	ownMap[K comparable] map[K]ownMap[K]
)

// Where a variant keeps its marshalers, behind the basic ids.
const (
	slotGob = idInterface + 1 + iota
	slotBinary
)

// Equal types can have only one registered name, so each name in a stream gets its own variant of
// every basic type; V only tells the variants apart.
type (
	boolV[V any]    bool
	intV[V any]     int64
	uintV[V any]    uint64
	floatV[V any]   float64
	complexV[V any] complex128
	bytesV[V any]   []byte
	stringV[V any]  string
	anyV[V any]     interface{}
)

func basicVariant[V any]() []reflect.Type {
	return []reflect.Type{
		idBool:      reflect.TypeOf(boolV[V](false)),
		idInt:       reflect.TypeOf(intV[V](0)),
		idUint:      reflect.TypeOf(uintV[V](0)),
		idFloat:     reflect.TypeOf(floatV[V](0)),
		idBytes:     reflect.TypeOf(bytesV[V](nil)),
		idComplex:   reflect.TypeOf(complexV[V](0)),
		idString:    reflect.TypeOf(stringV[V]("")),
		idInterface: reflect.TypeOf((*anyV[V])(nil)).Elem(),
		slotGob:     reflect.TypeOf(rawGob[V]("")),
		slotBinary:  reflect.TypeOf(rawBinary[V]("")),
	}
}

// variants holds Go's types for the basic ids; variant 0, the types themselves, is for what is not registered.
var variants = [][]reflect.Type{
	{
		idBool: reflect.TypeOf(false), idInt: reflect.TypeOf(int64(0)), idUint: reflect.TypeOf(uint64(0)),
		idFloat: reflect.TypeOf(float64(0)), idComplex: reflect.TypeOf(complex128(0)),
		idBytes: bytesType, idString: reflect.TypeOf(""), idInterface: anyType,
		slotGob: reflect.TypeOf(rawGob[any]("")), slotBinary: reflect.TypeOf(rawBinary[any]("")),
	},
	basicVariant[[1]int](), basicVariant[[2]int](), basicVariant[[3]int](), basicVariant[[4]int](),
	basicVariant[[5]int](), basicVariant[[6]int](), basicVariant[[7]int](), basicVariant[[8]int](),
	basicVariant[[9]int](), basicVariant[[10]int](), basicVariant[[11]int](), basicVariant[[12]int](),
	basicVariant[[13]int](), basicVariant[[14]int](), basicVariant[[15]int](), basicVariant[[16]int](),
}

// variantTag makes struct types of one variant differ from those of another; gob does not look at tags.
func variantTag(variant int) reflect.StructTag {
	if variant == 0 {
		return ""
	}
	return reflect.StructTag(fmt.Sprintf(`variant:"%d"`, variant))
}
