package p

import "errors"

type T struct{ n int }

var errNone = errors.New("none")

// facts: complete, pure, results [{"nil":"never"}]
func makes() *T { return &T{} }

// facts: complete, pure, results [{"nil":"always"}]
func none() *T { return nil }

// facts: complete, pure, results [{"nil":"sometimes"}]
func perhaps(b bool) *T {
	if b {
		return nil
	}
	return makes()
}

// facts: complete, pure, results [{"nil":"sometimes","nil_without_error":"never"},{"nil":"sometimes"}]
func open(b bool) (*T, error) {
	if b {
		return nil, errors.New("no")
	}
	return &T{}, nil
}

// facts: complete, pure, results [{"nil":"sometimes","nil_without_error":"never"},{"nil":"sometimes"}]
func forwards(b bool) (*T, error) { return open(b) }

// facts: complete, pure, results [{"nil":"sometimes","nil_without_error":"never"},{"nil":"sometimes"}]
func checks(b bool) (*T, error) {
	t, err := open(b)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// facts: complete, pure, results [{"nil":"sometimes","nil_without_error":"never"},{"nil":"sometimes"}]
func passes(b bool) (*T, error) {
	t, err := open(b)
	return t, err
}

// The error beside nil may be nil, or not: neither is known.
//
// facts: complete, params [{"dereferenced":"sometimes"},{}], pure, results [{"nil":"sometimes"},{"derives":[0],"nil":"sometimes"}]
func keeps(l *last, b bool) (*T, error) {
	if b {
		return nil, l.err
	}
	return &T{}, nil
}

// facts: complete, params [{"dereferenced":"sometimes"},{}], pure, results [{"nil":"sometimes"},{"derives":[0],"nil":"sometimes"}]
func forwardsKept(l *last, b bool) (*T, error) { return keeps(l, b) }

type last struct{ err error }

// facts: complete, pure, results [{"nil":"sometimes","nil_if_ok":"never"},{"nil":"never"}]
func find(m map[string]*T, k string) (*T, bool) {
	if k == "" {
		return nil, false
	}
	return &T{}, true
}

// facts: complete, pure, results [{"copies":[1],"derives":[1]}]
func second(a, b *T) *T { return b }

// facts: complete, pure, results [{"copies":[0,1],"derives":[0,1]}]
func either(a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// facts: complete, pure, results [{"derives":[0,1]}]
func sum(a, b int) int { return a + b }

// facts: complete, results [{},{"nil":"always"}]
func named() (t *T, err error) {
	defer func() { t = nil }()
	return &T{}, nil
}

// facts: complete, pure, results [{"nil":"never"}]
func boxed() error {
	var t *failure
	return t
}

type failure struct{}

// facts: complete, open, pure, results [{"nil":"never"}]
func (f *failure) Error() string { return "x" }
