package systemtest

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// build is a program that several tests run, built once.
type build struct {
	once sync.Once
	dir  string
	err  error
}

// The programs of [testBinary] and [jumpingBinary].
var plain, jumping build

// program is what testBinary is, "": it builds it.
var program = flag.String("program", "", "test this program, built with -tags crashtest, and no other")

// testBinary is the program with the named points of death, built once.
func testBinary(t *testing.T) string {
	t.Helper()

	if *program != "" {
		return *program
	}

	return plain.get(t, nil)
}

// get builds the program, with some source files replaced by the texts that overlay names, and returns
// where it is.
func (b *build) get(t *testing.T, overlay map[string]string) string {
	t.Helper()

	b.once.Do(func() {
		// Not t.TempDir: it has to outlive this test. TestMain removes it.
		if b.dir, b.err = os.MkdirTemp("", "newsbell-test-"); b.err == nil {
			b.err = buildProgram(b.dir, overlay)
		}
	})

	if b.err != nil {
		t.Fatalf("build: %v", b.err)
	}

	return filepath.Join(b.dir, "newsbell")
}

// buildProgram builds the program in a folder, with the named points of death.
func buildProgram(dir string, overlay map[string]string) error {
	replace := map[string]string{}

	for file, text := range overlay {
		replace[file] = filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(replace[file], []byte(text), 0o600); err != nil {
			return err
		}
	}

	body, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}

	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, body, 0o600); err != nil {
		return err
	}

	out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "crashtest", "-ldflags=-s -w", "-overlay", list, "-o", filepath.Join(dir, "newsbell"), "newsbell").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}

	return nil
}

// crashesAtOnce is how many of the programs under test run at once: they wait most
// of the time.
const crashesAtOnce = 8

func TestMain(m *testing.M) {
	flag.Parse()

	if err := flag.Set("test.parallel", strconv.Itoa(max(crashesAtOnce, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}

	code := m.Run()

	for _, b := range []*build{&plain, &jumping} {
		if b.dir != "" {
			os.RemoveAll(b.dir)
		}
	}

	os.Exit(code)
}

// isLong reports whether the tests run in their long form: .ci/run asks for it.
func isLong() bool { return os.Getenv("NEWSBELL_LONG") != "" }

// startParallel begins a test that builds and kills the program.
func startParallel(t *testing.T) {
	t.Helper()

	if testing.Short() {
		t.Skip("it builds and kills the program")
	}

	t.Parallel()
}

// startLong begins a test that belongs to the long form alone.
func startLong(t *testing.T) {
	t.Helper()

	if !isLong() {
		t.Skip("it takes minutes: run it with NEWSBELL_LONG=1")
	}

	startParallel(t)
}
