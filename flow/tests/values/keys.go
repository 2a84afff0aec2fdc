package p

type table map[string]int

type record struct{ name string }

func keyOfMap() table {
	name := "a"
	print(name)
	name = "b" // want dead name no
	return table{name: 1}
}

func keyOfLeftOutType() []map[string]int {
	name := "a"
	print(name)
	name = "b" // want dead name no
	return []map[string]int{{name: 1}}
}

func keyInLiteral() func() table {
	name := "a"
	print(name)
	name = "b" // want dead name no
	return func() table { return table{name: 1} }
}

func keyOfUnknown() any {
	name := "a"
	print(name)
	name = "b" // want dead name no
	return elsewhere{name: 1}
}

func fieldOfTheName() record {
	name := "a"
	print(name)
	name = "b" // want dead name yes
	return record{name: "c"}
}
