package p

import "time"

func f(n time.Duration) {
	time.Sleep(90 * time.Second) // want "90"
	time.Sleep(time.Minute)
	time.Sleep(2 * time.Minute)                // want "2"
	time.Sleep(time.Minute + 30*time.Second)   // want "Minute"
	time.Sleep(n * time.Second) // undecided "."
	time.Sleep(90)
}
