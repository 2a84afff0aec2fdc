// Command workflow runs steps from a bounded queue; a step may schedule more steps.
package main

import "fmt"

type step struct {
	name string
	next []string
}

type engine struct {
	queue []string
	steps map[string]step
	done  []string
	left  int
}

func (e *engine) schedule(name string) {
	e.left++
	e.queue = append(e.queue, name)
}

func (e *engine) run(first string) []string {
	e.schedule(first)
	for e.left > 0 {
		s := e.steps[e.queue[0]]
		e.queue = e.queue[1:]
		for _, name := range s.next {
			e.schedule(name)
		}
		e.left--
		e.done = append(e.done, s.name)
	}
	return e.done
}

func main() {
	e := &engine{

		steps: map[string]step{
			"build":  {"build", []string{"test", "lint", "pack"}},
			"test":   {"test", nil},
			"lint":   {"lint", nil},
			"pack":   {"pack", []string{"upload"}},
			"upload": {"upload", nil},
		},
	}
	fmt.Println(len(e.run("build")))
}
