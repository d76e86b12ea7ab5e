package samples

// List is a linked list.
type List struct {
	Value int
	Next  *List
}

// Tree is a binary tree.
type Tree struct {
	Label       string
	Left, Right *Tree
}

// Bush is a tree with any number of branches.
type Bush struct {
	Name     string
	Branches []*Bush
}

// Grove holds its own kind by value in a slice.
type Grove struct {
	Trees []Grove
	Age   int
}

// Dir is a tree by map.
type Dir struct {
	Files map[string]int
	Dirs  map[string]*Dir
}

// Ping and Pong refer to each other.
type Ping struct {
	N    int
	Pong *Pong
}

// Pong is the other half of Ping.
type Pong struct {
	S    string
	Ping *Ping
}

// ChainA to ChainC refer to each other in a circle, through a slice and a map.
type ChainA struct {
	B    []ChainB
	Name string
}

// ChainB continues ChainA.
type ChainB struct{ C map[string]ChainC }

// ChainC closes the circle of ChainA.
type ChainC struct {
	A *ChainA
	N int
}

// Types that are recursive without a struct. One is missing: for `type S []map[string]S` encoding/gob defines the
// map with elements of type 0, and panics when it reads that back.
type (
	Slices    []Slices
	Maps      map[string]Maps
	MapSlice  map[int][]MapSlice
	SliceRefs []*SliceRefs
)

// RecursiveFields holds recursive containers as fields.
type RecursiveFields struct {
	S Slices
	M Maps
	L *List
}

// AnyNode is recursive through an interface.
type AnyNode struct {
	Item any
	Next any
}
