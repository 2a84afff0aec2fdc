package methods

import "testing"

type suite struct{ *testing.T }

func own(t *testing.T, b *testing.B, s suite, tb testing.TB) {
	t.Fatalf("") // want fails "t\.Fatalf"
	t.Errorf("")
	b.Errorf("") // want fails "b\.Errorf"
	b.Fatalf("")
	s.Fatalf("") // want fails "s\.Fatalf"
	tb.Fatalf("")
}
