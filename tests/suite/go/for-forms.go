package p

func f() {
	for { // want endless "endless"
	}
	for a { // want while "while a"
	}
	for i := 0; i < 10; i++ { // want counted "^i to 10$"
	}
	for i := 0; 10 > i; i++ {
	}
	for i := 0; i < 10; j++ {
	}
	for i := 0; i < 10; {
	}
	for ; b; { // want while "while b"
	}
	for ;; { // want endless "endless"
	}
}
