package cli

import (
	"fmt"
	"io"
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

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()

	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}

	return address
}
