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

	"newsbell/internal/porttest"
)

// TestRunServesPages: with web.listen the running program answers a container's health
// check and Prometheus, and stops with the rest.
func TestRunServesPages(t *testing.T) {
	address, dir := porttest.Address(t), t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[web]\nlisten = %q\n", address)
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	var metrics string

	isAll := func(string, string) bool {
		resp, err := http.Get("http://" + address + "/metrics") // it ends with the test
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

// TestATakenAddressEndsTheStart: a program that cannot serve its pages does not say first that it runs.
func TestATakenAddressEndsTheStart(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	dir := t.TempDir()

	config := fmt.Sprintf("default_sources = false\n[web]\nlisten = %q\n", taken.Addr())
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	_, stderr, code := newsbell(t, dir, "", "run", "--config", filepath.Join(dir, "config.toml"))
	if code != 1 || !strings.Contains(stderr, "change web.listen") || strings.Contains(stderr, "running") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
