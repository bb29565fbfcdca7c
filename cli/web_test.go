package cli

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunServesPages: with web.listen the running program answers a container's health
// check and Prometheus, and stops with the rest.
func TestRunServesPages(t *testing.T) {
	address, dir := freeAddress(t), t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[web]\nlisten = %q\n", address)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	var metrics string

	isAll := func(string, string) bool {
		resp, err := http.Get("http://" + address + "/metrics") //nolint:noctx // it ends with the test
		if err != nil {
			return false
		}

		body, _ := io.ReadAll(resp.Body) // what is missing fails below
		_ = resp.Body.Close()
		metrics = string(body)

		return true
	}
	if _, stderr, code := newsbellUntil(t, dir, "", isAll, "run", "--config", filepath.Join(dir, "config.toml")); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}

	if !strings.Contains(metrics, "newsbell_database_up 1") {
		t.Errorf("/metrics said %q", metrics)
	}
}

// freeAddress finds a port that nobody gets who asks for any: it is below those that systems
// hand out.
func freeAddress(t *testing.T) string {
	t.Helper()

	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.N(12000))
		if l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}

	t.Fatal("no port is free")

	return ""
}
