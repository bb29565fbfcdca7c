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

var (
	builtOnce sync.Once
	builtDir  string
	errBuild  error
)

// program is what testBinary is, "": it builds it.
var program = flag.String("program", "", "test this program, built with -tags crashtest, and no other")

// testBinary is the program with the named points of death, built once.
func testBinary(t *testing.T) string {
	t.Helper()

	if *program != "" {
		return *program
	}

	builtOnce.Do(func() {
		// Not t.TempDir: it has to outlive this test. TestMain removes it.
		builtDir, errBuild = os.MkdirTemp("", "newsbell-test-")
		if errBuild == nil {
			var out []byte
			if out, errBuild = exec.Command("go", "build", "-buildvcs=false", "-tags", "crashtest", "-ldflags=-s -w", "-o", filepath.Join(builtDir, "newsbell"), "newsbell").CombinedOutput(); errBuild != nil {
				errBuild = fmt.Errorf("%w\n%s", errBuild, out)
			}
		}
	})

	if errBuild != nil {
		t.Fatalf("build: %v", errBuild)
	}

	return filepath.Join(builtDir, "newsbell")
}

// crashesAtOnce is how many of the programs under test run at once: they wait most
// of the time.
const crashesAtOnce = 4

func TestMain(m *testing.M) {
	flag.Parse()

	if err := flag.Set("test.parallel", strconv.Itoa(max(crashesAtOnce, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}

	code := m.Run()

	if builtDir != "" {
		os.RemoveAll(builtDir)
	}

	os.Exit(code)
}

// buildWithOverlay builds the program with some source files replaced by others.
func buildWithOverlay(t *testing.T, overlay map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "newsbell")

	body, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}

	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}

	if out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "crashtest", "-overlay", file, "-o", binary, "newsbell").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}

	return binary
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
