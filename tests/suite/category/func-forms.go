package p

func a() {} // want plain "plain a" any-body "body a"

func b(x int, y ...string) // want plain "plain b"

func c() error { return nil } // want any-body "body c"

func (t T) d() {} // want method "method d of T" any-body "body d"

func (t *T) e(x int) (int, error) { return 0, nil } // want method "method e of \*T" any-body "body e"

func (T) g() {} // want any-body "body g"

func h[K any](k K) {} // want plain "plain h" any-body "body h"

var i = func() {}
