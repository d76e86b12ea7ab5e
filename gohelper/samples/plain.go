package samples

// Named basic types.
type (
	Flag       bool
	Celsius    float64
	Ratio      float32
	Count      int
	Tiny       int8
	Size       uint
	Octet      uint8
	Label      string
	Phase      complex128
	SmallPhase complex64
	Handle     uintptr
)

// Named containers.
type (
	Labels    []string
	Counts    []int
	Raw       []byte
	Octets    []Octet
	Matrix    [][]float64
	Triple    [3]int
	Key       [4]byte
	Nothing   [0]int
	Ages      map[string]int
	Index     map[Label]Labels
	Grid      [2][3]Point
	Points    []Point
	PointRefs []*Point
	Anything  []any
	Registry  map[string]any
	Box       struct{ Any any }
)

// Point is the smallest struct worth a name.
type Point struct{ X, Y int }

// Named3D embeds Point and a pointer.
type Named3D struct {
	Point
	*Tag
	Z int
}

// Tag is embedded by pointer.
type Tag struct{ Name string }

// Basics has a field of every basic kind.
type Basics struct {
	Bool       bool
	Int        int
	Int8       int8
	Int16      int16
	Int32      int32
	Int64      int64
	Uint       uint
	Uint8      uint8
	Uint16     uint16
	Uint32     uint32
	Uint64     uint64
	Uintptr    uintptr
	Float32    float32
	Float64    float64
	Complex64  complex64
	Complex128 complex128
	String     string
	Bytes      []byte
}

// NamedBasics has fields of named basic types.
type NamedBasics struct {
	Flag    Flag
	Celsius Celsius
	Ratio   Ratio
	Count   Count
	Tiny    Tiny
	Size    Size
	Octet   Octet
	Label   Label
	Phase   Phase
	Handle  Handle
}

// Containers has a field of every composite kind, unnamed.
type Containers struct {
	Slice     []int
	Strings   []string
	Bytes     []byte
	Array     [3]int
	ByteArray [4]byte
	Empty     [0]string
	Map       map[string]int
	Struct    struct{ A, B int }
	Pointer   *int
	Any       any
	Nested    map[string][]map[int]string
}

// NamedContainers has fields of named composite types.
type NamedContainers struct {
	Labels    Labels
	Raw       Raw
	Octets    Octets
	Matrix    Matrix
	Triple    Triple
	Key       Key
	Nothing   Nothing
	Ages      Ages
	Index     Index
	Grid      Grid
	Points    Points
	PointRefs PointRefs
	Anything  Anything
	Registry  Registry
}

// Optional has a pointer to every sort of thing.
type Optional struct {
	Bool    *bool
	Int     *int
	Uint    *uint8
	Float   *float64
	Complex *complex64
	String  *string
	Bytes   *[]byte
	Slice   *[]int
	Array   *[2]int
	Map     *map[string]int
	Struct  *Point
	Any     *any
	Deep    ***int
	DeepPt  **Point
}

// Hidden has fields gob does not send.
type Hidden struct {
	Shown    int
	hidden   int
	Func     func()
	Chan     chan int
	FuncPtr  *func()
	Also     string
	_        int
	callback func() int
}

// NewHidden makes a Hidden whose unsent fields are set.
func NewHidden(shown int, also string) Hidden {
	return Hidden{Shown: shown, hidden: 7, Func: func() {}, Chan: make(chan int), Also: also, callback: func() int { return 1 }}
}

// Ölpreis has names beyond ASCII.
type Ölpreis struct {
	Größe    int
	Ärger    string
	Ωmega    float64
	Ж        bool
	X_1      int
	ℝ        int
	lower    int
	Éléments []string
}

// Empty has no fields at all.
type Empty struct{}

// HasEmpty holds structs without fields.
type HasEmpty struct {
	E     Empty
	P     *Empty
	S     []Empty
	M     map[string]Empty
	A     [2]Empty
	After int
}

// Pair and Gen are generic.
type (
	Pair[K comparable, V any] struct {
		Key   K
		Value V
	}
	Gen[T any]                  struct{ Value T }
	GenList[T any]              []T
	GenMap[K comparable, V any] map[K]V
	GenNode[T any]              struct {
		Item T
		Next *GenNode[T]
	}
)

// Shape is an interface with methods; Square and Circle fit it.
type Shape interface{ Area() float64 }

// Square is a Shape by value.
type Square struct{ Side float64 }

// Area makes Square a Shape.
func (s Square) Area() float64 { return s.Side * s.Side }

// Circle is a Shape by pointer.
type Circle struct{ Radius float64 }

// Area makes *Circle a Shape.
func (c *Circle) Area() float64 { return 3 * c.Radius * c.Radius }

// Drawing holds Shapes.
type Drawing struct {
	Title  string
	Main   Shape
	Others []Shape
	ByName map[string]Shape
}

// Nest holds an interface and something after it, for definitions in the middle of a message.
type Nest struct {
	Before string
	Inner  any
	After  int
}

// Level1 to Level6 are distinct types for interfaces in interfaces.
type (
	Level1 struct {
		Inner any
		N     int
	}
	Level2 struct {
		Inner any
		N     int
	}
	Level3 struct {
		Inner any
		N     int
	}
	Level4 struct {
		Inner any
		N     int
	}
	Level5 struct {
		Inner any
		N     int
	}
	Level6 struct {
		Inner any
		N     int
	}
)

// Secret has nothing to send, which gob refuses.
type Secret struct{ hidden int }

// NewSecret makes a Secret.
func NewSecret(n int) Secret { return Secret{n} }
