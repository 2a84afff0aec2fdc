package content

import (
	"io"
	"sync"
	"time"
)

type inner struct{ list [2]sync.Mutex }

type outer struct {
	inner
	n int
}

type (
	behind  struct{ mu *sync.Mutex }
	empty   struct{ mu [0]sync.Mutex }
	partial struct {
		x missing
		y int
	}
	found struct {
		x missing
		y sync.Mutex
	}
	loop struct{ next []loop }
	box[T any] struct{ value T }
)

type loose struct {
	a bool
	b int64
	c bool
	d struct{}
}

type mixed struct{}

func (mixed) a()  {}
func (*mixed) b() {}
func (*mixed) c() {}

type (
	opens   interface{ Open() error }
	opens2  interface{ Open() int }
	closer  interface{ Close() }
	unknown interface {
		missing
		Open() error
	}
)

type self struct{ ch chan int }

func (*self) MarshalJSON() ([]byte, error) { return nil, nil }

type base struct{ Fn func() }

type message struct {
	base
	Name   string
	hidden chan int
	Skip   chan int `json:"-"`
	Own    self
	When   time.Time
	Next   *message
	Table  map[int][]float64
	Any    any
}

type nested struct {
	base  `json:"base"`
	loose `json:"-"`
	Unset chan int `xml:"u" json:"-,"`
}

type wrapped struct {
	*self
	Fn func()
}

func use(any) {}

func held(any) {}

func pair(a, b any) {}

func f[T ~uint8 | ~int32, M sync.Mutex, A any, E sync.Mutex | int](t T, m M, a A, e2 E, o outer, b behind, e empty, p partial, q found, l loop) {
	held(o) // want holds "o"
	held(&o) // want holds-none "&o"
	held(b) // want holds-none "b"
	held(e) // want holds-none "e"
	held(p) // undecided holds "not known whether holds\(\$x, \[\"sync\.Mutex\", \"string\"\]\)" holds-none "not known whether not: holds\(\$x, \[\"sync\.Mutex\"\]\)"
	held(q) // want holds "q"
	held(l) // want holds-none "l"
	held(m) // want holds "m"
	held(a) // want holds-none "a"
	held(e2) // undecided holds "not known whether holds\(\$x, \[\"sync\.Mutex\", \"string\"\]\)" holds-none "not known whether not: holds\(\$x, \[\"sync\.Mutex\"\]\)"
	held(box[sync.Mutex]{}) // want holds "box\[sync\.Mutex\]\{\}"
	held([]sync.Mutex{}) // want holds-none "\[\]sync\.Mutex\{\}"
	held("") // want holds "\"\"" holds-none "\"\""
	use(t) // want bits "8 bits" // undecided layout "not known whether best_size\(\$x\) < size\(\$x\)" receivers "not known whether value_methods\(\$x\) > 0"
	use(uint16(1)) // want bits "16 bits" // undecided layout "not known whether best_size\(\$x\) < size\(\$x\)" receivers "not known whether value_methods\(\$x\) > 0"
	use(1.5) // undecided bits "not known whether bits\(\$x\) <= 16" layout "not known whether best_size\(\$x\) < size\(\$x\)" receivers "not known whether value_methods\(\$x\) > 0"
	use(loose{}) // want layout "24 bytes, 16 in the best order" // undecided bits "not known whether bits\(\$x\) <= 16"
	use(mixed{}) // want receivers "1 and 2" // undecided bits "not known whether bits\(\$x\) <= 16"
	use(&mixed{}) // want receivers "1 and 2" // undecided bits "not known whether bits\(\$x\) <= 16" layout "not known whether best_size\(\$x\) < size\(\$x\)" encoder "not known whether type_name\(\$x\) in \[\"nested\", \"wrapped\"\]"
	use(message{}) // want encoded "float64, func, interface, key:int, map, marshaler, pointer, slice, string, struct" // undecided bits "not known whether bits\(\$x\) <= 16"
	use(p) // undecided bits "not known whether bits\(\$x\) <= 16" layout "not known whether best_size\(\$x\) < size\(\$x\)"
	use(nested{}) // want encoded "chan, func, struct" encoder "chan, func, struct" // undecided bits "not known whether bits\(\$x\) <= 16"
	use(wrapped{}) // want encoder "marshaler" // undecided bits "not known whether bits\(\$x\) <= 16"
}

func g(a opens, b opens2, c closer, r io.Reader, w io.Writer, u unknown, m mixed) {
	pair(a, b) // want conflict "Open" second "b"
	pair(a, c) // want no-conflict "a, c" second "c"
	pair(r, w) // want no-conflict "r, w" second "w"
	pair(u, b) // want conflict "Open" second "b"
	pair(u, c) // want second "c" // undecided conflict "not known whether conflicting_method\(\$x, \$y\) != \"\"" no-conflict "not known whether conflicting_method\(\$x, \$y\) == \"\""
	pair(m, a) // want no-conflict "m, a" second "a"
}

func shadow(io, other int) { // want complexity "5, 6" import-shadow "io"
	for io > 0 && other > 0 || io < 0 {
		if other > 0 {
			shadow(1, 2)
		}
	}
}
