package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"golang.org/x/tools/go/cfg"
)

// graph is a graph of go/cfg with its blocks' nodes replaced by atoms.
type graph struct {
	first  *cfg.Block
	blocks map[*cfg.Block][]step
}

// step is an atom, or an end of the function.
type step struct {
	atom  ast.Node
	end   string // "exit" or "stop" if there is no atom
	block *cfg.Block
	index int // among the steps of its block
}

func newGraph(body *ast.BlockStmt, mayReturn func(*ast.CallExpr) bool) *graph {
	made := cfg.New(body, mayReturn)
	g := &graph{first: made.Blocks[0], blocks: make(map[*cfg.Block][]step)}
	r := rewriting(body)
	for _, block := range made.Blocks {
		if block.Live {
			g.blocks[block] = r.steps(block)
		}
	}
	return g
}

// entry is what is evaluated first.
func (g *graph) entry() []step { return g.firstOf(g.first) }

// atoms lists all in source order.
func (g *graph) atoms() []step {
	var all []step
	for _, steps := range g.blocks {
		for _, s := range steps {
			if s.atom != nil {
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(a, b step) int {
		if a.atom.Pos() != b.atom.Pos() {
			return int(a.atom.Pos() - b.atom.Pos())
		}
		return int(b.atom.End() - a.atom.End())
	})
	return all
}

// next is what can follow an atom.
func (g *graph) next(s step) []step {
	if _, returns := s.atom.(*ast.ReturnStmt); returns {
		return []step{{end: "exit"}}
	}
	if steps := g.blocks[s.block]; s.index+1 < len(steps) {
		return steps[s.index+1 : s.index+2]
	}
	return g.after(s.block)
}

func (g *graph) firstOf(block *cfg.Block) []step {
	if steps := g.blocks[block]; len(steps) > 0 {
		return steps[:1]
	}
	return g.after(block)
}

// after goes on from the end of a block, through blocks in which nothing is evaluated.
func (g *graph) after(block *cfg.Block) []step {
	var found []step
	seen := make(map[*cfg.Block]bool)
	pending := []*cfg.Block{block}
	for len(pending) > 0 {
		from := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		// After the last case of a select without default go/cfg has an empty block that leads nowhere.
		if len(from.Succs) == 0 && from.Kind != cfg.KindSelectAfterCase {
			found = append(found, step{end: "stop"})
		}
		for _, to := range from.Succs {
			if steps := g.blocks[to]; len(steps) > 0 {
				found = append(found, steps[0])
			} else if !seen[to] {
				seen[to] = true
				pending = append(pending, to)
			}
		}
	}
	if len(found) == 0 {
		found = append(found, step{end: "stop"})
	}
	return found
}

// rewrites tells which nodes of go/cfg are not atoms of ours.
type rewrites struct {
	selects map[ast.Node]*ast.SelectStmt // by communication
	dropped map[ast.Node]bool
	written map[ast.Node]bool // the return statements that stand in the source
}

func rewriting(body *ast.BlockStmt) rewrites {
	r := rewrites{selects: make(map[ast.Node]*ast.SelectStmt), dropped: make(map[ast.Node]bool), written: make(map[ast.Node]bool)}
	ast.Inspect(body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectStmt:
			for _, clause := range node.Body.List {
				comm := clause.(*ast.CommClause).Comm
				if comm == nil {
					continue
				}
				r.selects[comm] = node
				if assign, ok := comm.(*ast.AssignStmt); ok {
					r.dropped[assign.Lhs[0]] = true
				}
			}
		case *ast.RangeStmt:
			if node.Key != nil {
				r.dropped[node.Key] = true
			}
			if node.Value != nil {
				r.dropped[node.Value] = true
			}
		case *ast.ReturnStmt:
			r.written[node] = true
		case *ast.EmptyStmt, *ast.BadStmt:
			r.dropped[node] = true
		}
		return true
	})
	return r
}

func (r rewrites) steps(block *cfg.Block) []step {
	var steps []step
	add := func(node ast.Node, end string) {
		steps = append(steps, step{atom: node, end: end, block: block, index: len(steps)})
	}
	switch clause := block.Stmt.(type) {
	case *ast.RangeStmt:
		if block.Kind == cfg.KindRangeLoop {
			add(clause, "")
		}
	case *ast.CommClause:
		if block.Kind == cfg.KindSelectCaseBody {
			add(clause.Comm, "")
		}
	}
	for _, node := range block.Nodes {
		_, returns := node.(*ast.ReturnStmt)
		switch {
		case r.dropped[node]:
		case returns && !r.written[node]:
			add(nil, "exit")
		case r.selects[node] != nil:
			// The communications of one select follow each other: the first stands for it.
			if choice := r.selects[node]; len(steps) == 0 || steps[len(steps)-1].atom != choice {
				add(choice, "")
			}
		default:
			add(node, "")
		}
	}
	return steps
}

// kind names what an atom is.
func (s step) kind() string {
	switch s.atom.(type) {
	case *ast.RangeStmt:
		return "range"
	case *ast.SelectStmt:
		return "select"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", s.atom), "*ast.")
}
