package main

import (
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"reflect"
	"time"

	"github.com/google/uuid"

	"pygob.dev/gohelper/describe"
	"pygob.dev/gohelper/samples"
)

// generator makes random types and values from one seed.
type generator struct {
	*rand.Rand
	registered int // interface types registered so far
}

func newGenerator(seed int64) *generator { return &generator{Rand: rand.New(rand.NewSource(seed))} }

var anyType = reflect.TypeOf((*any)(nil)).Elem()

func typesOf(samples ...any) []reflect.Type {
	types := make([]reflect.Type, len(samples))
	for i, sample := range samples {
		types[i] = reflect.TypeOf(sample)
	}
	return types
}

var (
	basicTypes = typesOf(
		false, int(0), int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0),
		float32(0), float64(0), complex64(0), complex128(0), "", "", []byte(nil),
	)
	// Named types, marshalers among them, that may stand anywhere by value.
	namedTypes = typesOf(
		samples.Flag(false), samples.Celsius(0), samples.Tiny(0), samples.Octet(0), samples.Label(""), samples.Phase(0),
		samples.Labels{}, samples.Raw{}, samples.Triple{}, samples.Key{}, samples.Nothing{}, samples.Ages{}, samples.Grid{},
		samples.Points{},
		samples.Point{}, samples.Basics{}, samples.Empty{}, samples.Gen[int]{}, samples.Pair[string, int]{}, samples.TextOnly{},
		time.Time{}, samples.GobValue{}, samples.BinaryValue{}, samples.GobInt(0), &big.Int{}, uuid.UUID{},
	)
	keyTypes = typesOf(
		false, int(0), int8(0), uint16(0), uint64(0), float64(0), complex64(0), "", "", [2]uint8{}, [1]string{},
		samples.Label(""), samples.Point{}, samples.Key{}, struct{ A, B int }{}, samples.GobValue{}, uuid.UUID{},
	)
	interfaceTypes = typesOf(
		false, int(0), int8(0), int64(0), uint(0), uint64(0), float32(0), float64(0), complex128(0), "", []byte(nil),
		[]int(nil), []string(nil), []float32(nil), []bool(nil), map[string]any(nil), []any(nil), map[string]string(nil),
		[2]int{},
		samples.Point{}, samples.Celsius(0), samples.Labels{}, samples.Nest{}, &samples.Circle{}, time.Time{}, uuid.UUID{},
		&big.Int{},
		samples.Gen[Point]{}, samples.Empty{}, samples.Slices{},
	)
	fieldNames = []string{"A", "B", "ID", "Name", "Value", "Größe", "Éa", "X1", "Long_Field_Name", "Z", "Ω", "Data", "Items",
		"Next"}
)

// Point keeps the generic instantiation readable above.
type Point = samples.Point

// goType makes a type; depth bounds its nesting.
func (g *generator) goType(depth int) reflect.Type {
	if depth <= 0 {
		return g.pick(basicTypes)
	}
	switch g.Intn(12) {
	case 0, 1:
		return g.pick(basicTypes)
	case 2:
		return g.pick(namedTypes)
	case 3:
		return anyType
	case 4, 5:
		return reflect.SliceOf(g.goType(depth - 1))
	case 6:
		return reflect.ArrayOf(g.Intn(4), g.goType(depth-1))
	case 7, 8:
		return reflect.MapOf(g.pick(keyTypes), g.goType(depth-1))
	case 9:
		return reflect.PointerTo(g.goType(depth - 1))
	default:
		return g.structType(depth)
	}
}

func (g *generator) structType(depth int) reflect.Type {
	var fields []reflect.StructField
	for _, i := range g.Perm(len(fieldNames))[:g.Intn(7)] {
		fields = append(fields, reflect.StructField{Name: fieldNames[i], Type: g.goType(depth - 1)})
	}
	return reflect.StructOf(fields)
}

func (g *generator) pick(types []reflect.Type) reflect.Type { return types[g.Intn(len(types))] }

// value fills v, addressable; nilable says whether a nil pointer may stand here.
func (g *generator) value(v reflect.Value, depth int, nilable bool) {
	switch sample := v.Addr().Interface().(type) {
	case *time.Time:
		*sample = g.time(nilable)
		return
	case *samples.GobValue:
		*sample = samples.NewGobValue(g.text())
		return
	case *samples.BinaryValue:
		*sample = samples.NewBinaryValue(uint16(g.Intn(1 << 16)))
		return
	case *uuid.UUID:
		g.Read(sample[:])
		return
	case **big.Int:
		*sample = new(big.Int).Lsh(big.NewInt(g.integer(64)), uint(g.Intn(100)))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.Intn(2) == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(g.integer(v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(uint64(g.integer(64)) & (math.MaxUint64 >> (64 - v.Type().Bits())))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(g.float())
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(g.float(), g.float()))
	case reflect.String:
		v.SetString(g.text())
	case reflect.Pointer:
		if !nilable || g.Intn(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			g.value(v.Elem(), depth, nilable)
		}
	case reflect.Interface:
		g.interfaceValue(v, depth)
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		g.container(v, depth)
	}
}

func (g *generator) container(v reflect.Value, depth int) {
	t := v.Type()
	switch v.Kind() {
	case reflect.Slice:
		if n := g.length(depth); n >= 0 {
			v.Set(reflect.MakeSlice(t, n, n))
		}
		g.items(v, depth)
	case reflect.Array:
		g.items(v, depth)
	case reflect.Map:
		n := g.length(depth)
		if n < 0 {
			return
		}
		v.Set(reflect.MakeMap(t))
		for ; n > 0; n-- {
			key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			g.value(key, depth-1, false)
			g.value(elem, depth-1, false)
			v.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		for i := 0; i < t.NumField(); i++ {
			if v.Field(i).CanSet() && (g.Intn(5) > 0 || holdsPointers(t.Field(i).Type)) {
				g.value(v.Field(i), depth-1, true)
			}
		}
	}
}

// holdsPointers says whether a zero value has nil pointers in arrays, which gob refuses.
func holdsPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Elem().Kind() == reflect.Pointer || holdsPointers(t.Elem())
	case reflect.Struct:
		for i := 0; i < t.NumField(); i++ {
			if holdsPointers(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

func (g *generator) items(v reflect.Value, depth int) {
	for i := 0; i < v.Len(); i++ {
		g.value(v.Index(i), depth-1, false)
	}
}

// length is that of a slice or map, -1 for nil; short when deep.
func (g *generator) length(depth int) int {
	if depth <= 0 {
		return g.Intn(2) - 1
	}
	return g.Intn(5) - 1
}

// interfaceValue puts nil, a registered type's value, or one of a type made and registered here into v.
func (g *generator) interfaceValue(v reflect.Value, depth int) {
	if depth <= -3 || g.Intn(5) == 0 {
		return
	}
	t := g.pick(interfaceTypes)
	if g.Intn(4) == 0 {
		t = g.structType(1)
	}
	concrete := reflect.New(t).Elem()
	g.value(concrete, depth-2, false)
	if describe.RegisteredName(t) == "" {
		g.registered++
		if err := describe.RegisterName(fmt.Sprintf("made.T%d", g.registered), concrete.Interface()); err != nil {
			panic(err)
		}
	}
	v.Set(concrete)
}

func (g *generator) integer(bits int) int64 {
	switch g.Intn(4) {
	case 0:
		return int64(g.Intn(4)) - 2
	case 1:
		extremes := []int64{math.MinInt64, math.MaxInt64, -64, -65, 63, 64, 127, 128, -128, -129, 255, 256}
		return extremes[g.Intn(len(extremes))] >> (64 - bits)
	default:
		return int64(g.Uint64()) >> (64 - bits) >> g.Intn(bits)
	}
}

func (g *generator) float() float64 {
	switch g.Intn(5) {
	case 0:
		special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(),
			math.Float64frombits(0xfff8000000000123), 1, -1}
		return special[g.Intn(len(special))]
	case 1:
		return float64(g.Intn(1000))
	default:
		return float64(float32(g.NormFloat64()))
	}
}

func (g *generator) text() string {
	texts := []string{"", "a", "hello, world", "héllo wörld", "日本語", "\x00", "\xff\xfe\x80", "a\xc3", "line\nbreak\t\"quoted\"",
		"😀", "\u2028"}
	if g.Intn(4) > 0 {
		return texts[g.Intn(len(texts))]
	}
	b := make([]byte, g.Intn(40))
	for i := range b {
		b[i] = byte('a' + g.Intn(26))
	}
	return string(b)
}

func (g *generator) time(nilable bool) time.Time {
	if nilable && g.Intn(4) == 0 {
		return time.Time{}
	}
	zone := time.FixedZone("", (g.Intn(48)-24)*1800)
	if g.Intn(2) == 0 {
		zone = time.UTC
	}
	return time.Unix(g.Int63n(1<<33)-1<<32, g.Int63n(1e9)).In(zone)
}
