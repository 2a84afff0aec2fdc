// Command prove runs the pairs of this folder: it shows that every bad program leaves a goroutine
// blocked at a line marked "// blocked", and that every good one leaves none.
//
//	go run ./prove [-pairs name,name] [-times 3] [-out pairs.csv]
//
// Every program is copied into a module of its own making, its package and its main function
// renamed, so that one build holds all of them; each then runs in a process for itself. A goroutine
// counts as blocked when it still waits for a channel, a lock or a group after `settle`, measured
// from the time when nothing moved any more. The second witness is Go's own goroutine-leak profile
// (GOEXPERIMENT=goroutineleakprofile), which sees what the garbage collector can prove: it says
// nothing of goroutines that a global or the main function can still reach.
package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// version is one program of a pair.
type version struct {
	pair, kind string
	source     string
	blocked    []int // lines marked "// blocked", from 1
}

// outcome is what one run of a program said.
type outcome struct {
	Returned bool  // the program's main function came to its end
	Lines    []int // where goroutines of the program were blocked at the end
	Leaked   []int // the same as the leak profile sees it
	Panic    string
}

func main() {
	only := flag.String("pairs", "", "names of pairs, separated by commas; all when empty")
	times := flag.Int("times", 3, "runs of each program")
	out := flag.String("out", "", "file for the table (CSV)")
	flag.Parse()
	if err := prove(*only, *times, *out); err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(1)
	}
}

func prove(only string, times int, out string) error {
	versions, err := read(".", only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pairs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := build(dir, versions)
	if err != nil {
		return err
	}
	outcomes := runAll(program, versions, times)
	table, wrong := judge(versions, outcomes)
	if out != "" {
		if err := write(out, table); err != nil {
			return err
		}
	}
	fmt.Printf("%d programs, %d runs each, %d wrong\n", len(versions), times, wrong)
	if wrong > 0 {
		return fmt.Errorf("%d programs do not do what they are there for", wrong)
	}
	return nil
}

// read finds <pair>/bad/main.go and <pair>/good/main.go below root.
func read(root, only string) ([]version, error) {
	paths, err := filepath.Glob(filepath.Join(root, "*", "*", "main*.go"))
	if err != nil {
		return nil, err
	}
	var versions []version
	for _, path := range paths {
		kind := filepath.Base(filepath.Dir(path))
		pair := filepath.Base(filepath.Dir(filepath.Dir(path)))
		if only != "" && !slices.Contains(strings.Split(only, ","), pair) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version{pair, kind, string(text), marked(string(text))})
	}
	return versions, nil
}

// marked lists the lines whose comment begins with the word "blocked", or names it beside "cause".
func marked(source string) []int {
	mark := regexp.MustCompile(`// (cause )?blocked\b`)
	var lines []int
	for i, line := range strings.Split(source, "\n") {
		if mark.MatchString(line) {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// build makes one executable of all programs; its first argument chooses one.
func build(dir string, versions []version) (string, error) {
	mainFunc := regexp.MustCompile(`(?m)^func main\(\)`)
	packageClause := regexp.MustCompile(`(?m)^package \w+$`)
	testFunc := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	var imports, table strings.Builder
	files := map[string]string{"go.mod": "module pairs\n\ngo 1.26\n"}
	for i, v := range versions {
		name := fmt.Sprintf("p%d", i)
		text := packageClause.ReplaceAllLiteralString(v.source, "package "+name)
		if test := testFunc.FindStringSubmatch(text); test != nil {
			files[name+"/test.go"] = fmt.Sprintf(testDriver, name, test[1])
			text = strings.NewReplacer("import \"testing\"\n", "\n", "\t\"testing\"\n", "\n", "*testing.T", "*T").Replace(text)
		}
		files[name+"/main.go"] = mainFunc.ReplaceAllLiteralString(text, "func Main()")
		fmt.Fprintf(&imports, "\t%q\n", "pairs/"+name)
		fmt.Fprintf(&table, "\t%q: %s.Main,\n", v.pair+"/"+v.kind, name)
	}
	files["main.go"] = strings.Replace(strings.Replace(driver, "\"IMPORTS\"", imports.String(), 1), "/* TABLE */", table.String(), 1)
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), fs.FileMode(0o644)); err != nil {
			return "", err
		}
	}
	program := filepath.Join(dir, "pairs")
	// -l keeps the frames of short functions apart, so that every line shows.
	cmd := exec.Command("go", "build", "-gcflags=all=-l", "-o", program, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOEXPERIMENT=goroutineleakprofile", "GOFLAGS=-mod=mod")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, text)
	}
	return program, nil
}

func runAll(program string, versions []version, times int) [][]outcome {
	outcomes := make([][]outcome, len(versions))
	slots := make(chan struct{}, 6)
	var wg sync.WaitGroup
	for i, v := range versions {
		outcomes[i] = make([]outcome, times)
		for k := range times {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				outcomes[i][k] = run(program, v)
			})
		}
	}
	wg.Wait()
	return outcomes
}

func run(program string, v version) outcome {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program, v.pair+"/"+v.kind)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	text := stdout.String()
	var o outcome
	if _, last, ok := strings.Cut(text, "\x00"); !ok || json.Unmarshal([]byte(last), &o) != nil {
		o.Panic = fmt.Sprintf("no answer (%v): %s%s", err, text, stderr.String())
	}
	return o
}

// judge compares the runs with the marks: every run of a bad program has a blocked goroutine at a
// marked line, and no run of a good one has any.
func judge(versions []version, outcomes [][]outcome) (table [][]string, wrong int) {
	table = append(table, []string{"pair", "version", "returned", "blocked_lines", "leak_profile_lines", "verdict"})
	for i, v := range versions {
		verdict, worst := "as_meant", outcomes[i][0]
		for _, o := range outcomes[i] {
			if fault := fault(v, o); fault != "" {
				verdict, worst = fault, o
			}
		}
		if verdict != "as_meant" {
			wrong++
			fmt.Printf("%s/%s: %s: %+v\n", v.pair, v.kind, verdict, worst)
		}
		table = append(table, []string{v.pair, v.kind, fmt.Sprint(worst.Returned), spaced(worst.Lines), spaced(worst.Leaked), verdict})
	}
	return table, wrong
}

// fault says what is wrong with one run; "" when nothing is.
func fault(v version, o outcome) string {
	switch {
	case o.Panic != "":
		return "panics"
	case v.kind == "good" && len(o.Lines) > 0:
		return "good_blocks"
	case v.kind == "good" && !o.Returned:
		return "good_does_not_return"
	case v.kind == "bad" && len(o.Lines) == 0:
		return "bad_does_not_block"
	case v.kind == "bad" && !slices.ContainsFunc(o.Lines, func(line int) bool { return slices.Contains(v.blocked, line) }):
		return "blocked_elsewhere"
	}
	return ""
}

func spaced(lines []int) string { return strings.Trim(fmt.Sprint(lines), "[]") }

func write(path string, table [][]string) error {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.WriteAll(table); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}

// testDriver runs the test of a program as its main function, with as much of a test as programs use: package and test.
const testDriver = `package %s

import "runtime"

type T struct{}

func (*T) Log(...any)            {}
func (*T) Error(...any)          {}
func (*T) Errorf(string, ...any) {}
func (*T) Fatal(...any)          { runtime.Goexit() }

func Main() { %s(new(T)) }
`

// driver is the main package of the executable.
const driver = `package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"time"

	"IMPORTS"
)

var programs = map[string]func(){
/* TABLE */}

type outcome struct {
	Returned bool
	Lines    []int
	Leaked   []int
	Panic    string
}

// How long nothing may change before what waits counts as blocked, and the end of patience.
const (
	settle   = 400 * time.Millisecond
	timers   = 200 * time.Millisecond // what a program arranged for later has happened by then
	patience = 20 * time.Second
)

func main() {
	var o outcome
	ended := make(chan string, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				ended <- fmt.Sprint(r)
			}
		}()
		programs[os.Args[1]]()
		ended <- ""
	}()
	start, since := time.Now(), time.Now()
	var last []byte
	for time.Since(start) < patience {
		time.Sleep(20 * time.Millisecond)
		select {
		case text := <-ended:
			o.Returned, o.Panic = text == "", text
		default:
		}
		lines, dump := blocked()
		o.Lines = lines
		if o.Returned && len(lines) == 0 && !sleeping(dump) && time.Since(start) > timers {
			break
		}
		if state := fmt.Appendf(nil, "%v %v", o.Returned, lines); !bytes.Equal(last, state) || sleeping(dump) {
			last, since = state, time.Now()
		}
		if time.Since(since) > settle {
			break
		}
	}
	var profile bytes.Buffer
	if p := pprof.Lookup("goroutineleak"); p != nil {
		runtime.GC()
		_ = p.WriteTo(&profile, 2)
		o.Leaked = places(profile.Bytes(), leaked)
	}
	text, _ := json.Marshal(o)
	fmt.Printf("\x00%s", text)
	os.Exit(0)
}

var (
	header = regexp.MustCompile("(?m)^goroutine [0-9]+.*\\[([^\\]]*)\\]:")
	waits  = regexp.MustCompile("^(chan |select|semacquire|sync\\.|IO wait)")
	leaked = regexp.MustCompile("leaked")
	asleep = regexp.MustCompile("^(sleep|running|runnable)")
	frame  = regexp.MustCompile("/p[0-9]+/main\\.go:([0-9]+)")
)

// blocked lists the innermost lines of the programs' goroutines that wait for somebody else.
func blocked() ([]int, []byte) {
	dump := make([]byte, 1<<20)
	dump = dump[:runtime.Stack(dump, true)]
	return places(dump, waits), dump
}

// sleeping says whether some goroutine of a program sleeps or runs: it may still free others.
func sleeping(dump []byte) bool { return len(places(dump, asleep)) > 0 }

func places(dump []byte, state *regexp.Regexp) []int {
	lines := []int{}
	for _, one := range bytes.Split(dump, []byte("\n\n")) {
		h, f := header.FindSubmatch(one), frame.FindSubmatch(one)
		if h == nil || f == nil || !state.Match(h[1]) {
			continue
		}
		line, _ := strconv.Atoi(string(f[1]))
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
`
