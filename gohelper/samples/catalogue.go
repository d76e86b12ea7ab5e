package samples

import (
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/rpc"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/philippgille/chromem-go"

	"pygob.dev/gohelper/describe"
)

func init() {
	describe.Name(
		Flag(false), Celsius(0), Ratio(0), Count(0), Tiny(0), Size(0), Octet(0), Label(""), Phase(0), SmallPhase(0), Handle(0),
		Labels{}, Counts{}, Raw{}, Octets{}, Matrix{}, Triple{}, Key{}, Nothing{}, Ages{}, Index{}, Grid{},
		Points{}, PointRefs{}, Anything{}, Registry{}, Box{},
		Point{}, Named3D{}, Tag{}, Secret{}, Basics{}, NamedBasics{}, Containers{}, NamedContainers{}, Optional{}, Hidden{},
		Ölpreis{},
		Empty{}, HasEmpty{}, Square{}, Circle{}, Drawing{}, Nest{}, Level1{}, Level2{}, Level3{}, Level4{}, Level5{}, Level6{},
		Pair[string, int]{}, Pair[Label, Point]{}, Pair[int, []string]{}, Gen[int]{}, Gen[Point]{}, Gen[[]string]{},
		Gen[map[string]Point]{}, Gen[Gen[int]]{}, Gen[any]{}, GenList[int]{}, GenList[Point]{}, GenMap[string, Point]{},
		GenNode[string]{},
		GenNode[Point]{},
		List{}, Tree{}, Bush{}, Grove{}, Dir{}, Ping{}, Pong{}, ChainA{}, ChainB{}, ChainC{},
		Slices{}, Maps{}, MapSlice{}, SliceRefs{}, RecursiveFields{}, AnyNode{},
		GobValue{}, GobPointer{}, BinaryValue{}, BinaryPointer{}, Both{}, TextOnly{}, GobInt(0), GobSlice{}, GobMap{},
		GobArray{},
		WithFields{}, Marshalers{}, MarshalerRefs{},
		time.Time{}, time.Duration(0), time.Month(0), big.Int{}, big.Float{}, big.Rat{}, netip.Addr{}, netip.AddrPort{},
		netip.Prefix{},
		url.URL{}, url.Userinfo{}, url.Values{}, net.IP{}, net.IPMask{}, net.IPNet{}, http.Header{}, json.RawMessage{},
		uuid.UUID{}, rpc.Request{},
		rpc.Response{}, chromem.Document{},
	)
	describe.NameInterface((*Shape)(nil))
}

// Register registers the samples that travel inside interfaces with encoding/gob; call it once. A program
// that builds types for whatever names a stream has must not: gob knows one type a name.
func Register() {
	for _, sample := range []any{
		Flag(false), Celsius(0), Count(0), Label(""), Labels{}, Raw{}, Triple{}, Ages{}, Points{}, Anything{}, Registry{},
		Key{}, Octets{},
		Point{}, Basics{}, Nest{}, Box{}, Level1{}, Level2{}, Level3{}, Level4{}, Level5{}, Level6{}, Empty{}, Square{},
		&Circle{},
		List{}, &Tree{}, Bush{}, AnyNode{}, Slices{}, Gen[int]{}, Gen[Point]{}, Pair[string, int]{}, Phase(0), Matrix{},
		GobValue{}, &GobPointer{}, BinaryValue{}, &BinaryPointer{}, TextOnly{}, GobInt(0), WithFields{},
		time.Time{}, time.Duration(0), &big.Int{}, &big.Float{}, &big.Rat{}, netip.Addr{}, &url.URL{}, net.IP{}, uuid.UUID{},
		chromem.Document{},
		[]any{}, map[string]any{}, map[any]any{}, map[string]string{}, map[string]int{}, [2]int{}, [][]int{},
		map[int]map[string]bool{},
		struct{ A, B int }{}, []Point{}, []*Point{}, [3]Point{}, map[Point]string{}, [1]int{}, [1]byte{},
	} {
		describe.Register(sample)
	}
}
