package p

import "errors"

var errStop = errors.New("stop")

type thing struct {
	debug bool
	name  string
}

func open() (*thing, error)
func get() (*thing, error)
func done()
func use(...any)
func exit()
func ready() bool

//path return = yes
func plain() {
	open()
	if ready() {
		done()
	}
}

//path return = no
func both(c bool) {
	open()
	if c {
		done()
	} else {
		done()
	}
}

//path return = no
func sameVariable(c bool) {
	if c {
		open()
	}
	if c {
		done()
	}
}

//path return = yes
func assignedBetween(c bool) {
	if c {
		open()
	}
	c = ready()
	if c {
		done()
	}
}

//path return = no
func negated(c bool) {
	if !c {
		open()
	}
	if c {
		return
	}
	done()
}

//path return = no
func flag(c bool) {
	opened := false
	if c {
		open()
		opened = true
	}
	use()
	if opened {
		done()
	}
}

//path return = yes
func wrongFlag(c bool) {
	opened := true
	if c {
		open()
		opened = false
	}
	if opened {
		done()
	}
}

//path return = no
//path use = no
func errorOnly() error {
	t, err := open()
	if err != nil {
		done()
	}
	if err != nil {
		return err
	}
	if err != nil {
		use(t)
	}
	done()
	return nil
}

//path use = no
func resultOfError() {
	t, err := get()
	if err != nil {
		return
	}
	if t == nil {
		use()
	}
}

//path use = yes
func otherResult() {
	t, err := open()
	if err != nil {
		return
	}
	if t == nil {
		use()
	}
}

//path use = no
func isNotNil() {
	_, err := open()
	if errors.Is(err, errStop) {
		if err == nil {
			use()
		}
	}
}

//path use = no
func comparedAndKept() {
	_, err := open()
	ok := err == nil
	if !ok {
		return
	}
	if err != nil {
		use()
	}
}

//path use = no
func conjunction(c bool) {
	_, err := open()
	ok := c && err == nil
	if ok {
		if err != nil || !c {
			use()
		}
	}
}

//path return = no
func switched(k int) {
	switch k {
	case 1:
		open()
	}
	switch k {
	case 1, 2:
		done()
	}
}

//path return = yes
func switchedOther(k int) {
	switch k {
	case 1, 3:
		open()
	}
	switch k {
	case 1, 2:
		done()
	}
}

//path return = no
func comparedConstants(name string) {
	if name == "a" {
		open()
		if name != "b" {
			done()
		}
	}
}

//path return = no
func ordered(n, m int) {
	if n < m {
		open()
	}
	if m > n {
		done()
	}
}

//path return = yes
func floats(x, y float64) {
	if !(x < y) {
		open()
	}
	if x >= y {
		done()
	}
}

//path return = no
func loopOnce() {
	open()
	for i := 0; i < 3; i++ {
		done()
	}
}

//path return = yes
func loopMaybe(n int) {
	open()
	for i := 0; i < n; i++ {
		done()
	}
}

//path return = no
func rangeOnce() {
	open()
	for range []int{1, 2} {
		done()
	}
}

//path return = no
func rangeInt() {
	open()
	for range 3 {
		done()
	}
}

//path return = yes
func rangeMaybe(xs []int) {
	open()
	for range xs {
		done()
	}
}

//path return = no
func field(t *thing) {
	debug := t.debug
	open()
	if debug {
		done()
		return
	}
	if t.debug == debug {
		done()
	} else if !debug {
		done()
	}
}

//path return = unknown memory
func fieldAndOpen(t *thing) {
	if t.debug {
		open()
	}
	if t.debug {
		done()
	}
}

//path return = unknown memory
func fieldAndCall(t *thing) {
	if t.debug {
		open()
	}
	ready()
	if t.debug {
		done()
	}
}

//path return = yes
func fieldAssigned(t *thing) {
	if t.debug {
		open()
	}
	t.debug = ready()
	if t.debug {
		done()
	}
}

//path return = no
func fieldSet(t *thing) {
	t.debug = true
	open()
	t.debug = false
	if !t.debug {
		done()
	}
}

//path return = yes
func perIteration() {
	for ready() {
		c := ready()
		if c {
			open()
		}
		d := ready()
		if d {
			done()
		}
	}
}

//path return = no
func typedNil(t *thing) {
	var x any = t
	open()
	if x != nil {
		done()
	}
}

//path use = no
func nilCase(x any) {
	switch x.(type) {
	case nil:
		if x != nil {
			use()
		}
	case *thing:
		if x == nil {
			use()
		}
	}
}

//path return = no
func errorOfTwo(c bool) error {
	var err error
	if c {
		_, err = get()
	} else {
		_, err = open()
	}
	if err != nil {
		done()
		return err
	}
	if err == nil {
		done()
	}
	return nil
}

//path return = no
func goTo(c bool) {
	if c {
		open()
		goto out
	}
	use()
out:
	if c {
		done()
	}
}

//path use = no
func fieldUnchanged(t, u *thing) {
	if t.debug {
		u.name = "x"
		if !t.debug {
			use()
		}
	}
}

//path use = yes
func fieldOfAlias(t, u *thing) {
	if t.debug {
		u.debug = ready()
		if !t.debug {
			use()
		}
	}
}

//path use = yes
func pointerChanged(t, u *thing) {
	if t.debug {
		t = u
		if !t.debug {
			use()
		}
	}
}

//path use = no
func captured() {
	var err error
	defer func() {
		if err != nil {
			done()
		}
	}()
	_, err = open()
	if err != nil {
		return
	}
	if err != nil {
		use()
	}
}

//path use = no
//path return = yes
func threeCases(n int) {
	if n == 1 {
		if n == 2 {
			use()
		}
	} else if n != 3 {
		if n == 3 {
			use()
		}
	}
}
