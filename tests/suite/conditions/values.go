package p

var (
	_ = call(0o644) // want "0o644"
	_ = call(0600)
	_ = call(0x181) // want "0x181"
	_ = call(6 << 6 | 4) // want "6 << 6 \| 4"
	_ = call(384)
	_ = call(1_000)  // want "1_000"
	_ = call('é')
	_ = call('\u1234') // want "u1234"
	_ = call(-1000)
	_ = call((1000)) // want "1000"
	_ = call(99999999999999999999) // want "99999999999999999999"
	_ = call(1e3) // want "1e3"
	_ = call("1000") // undecided "not known"
)
