package p

func f[T ~int](x T) T { return x } // want constrained "^T ~int$"

func g[T any](x T) {}

func h[K ~string | ~int](k K) {}

var (
	_ = f[int](1)      // want instantiated "^f of int$"
	_ = p.g[[]byte](1) // want instantiated "^p\.g of \[\]byte$"
	_ = h[a, b](1)
	_ = f(1)
	_ = xs[i](1) // want instantiated "^xs of i$"
)
