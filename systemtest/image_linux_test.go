package systemtest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// imageUser is the user of the Dockerfile.
const imageUser = 65532

// TestTheImageRingsTheDemo runs the program in a root folder that has what the container
// image has and nothing else, as the image's user and configured by the environment alone:
// it alerts, and leaves its database where the volume is.
func TestTheImageRingsTheDemo(t *testing.T) {
	startLong(t)

	if os.Geteuid() != 0 {
		t.Skip("SKIP: only root may change the root folder: the image is not tested here")
	}

	root := imageRoot(t)
	ask := func(args ...string) string {
		var out, said bytes.Buffer

		c := exec.CommandContext(t.Context(), "/newsbell", args...)
		c.Dir, c.Stdout, c.Stderr = "/data", &out, &said
		c.Env = []string{"NEWSBELL_DATABASE=/data/newsbell.db", "NEWSBELL_LOG_FORMAT=json", "NEWSBELL_TIME_ZONE=Europe/Warsaw"}
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: imageUser, Gid: imageUser}}

		if err := c.Run(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, &said)
		}

		return out.String()
	}

	if said := ask("demo", "--json", "--database", "/data/newsbell.db", "--subscribe", "kim"); !strings.Contains(said, `"event":"alert"`) {
		t.Errorf("no alert: %s", said)
	}

	if said := ask("check", "--alerts", "--json"); !strings.Contains(said, `"sent"`) {
		t.Errorf("check says %s", said)
	}

	if _, err := os.Stat(filepath.Join(root, "data", "newsbell.db")); err != nil {
		t.Error(err)
	}
}

// imageRoot is a folder with what the Dockerfile copies into the image.
func imageRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()

	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-o", filepath.Join(root, "newsbell"), "newsbell")

	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}

	for name, mode := range map[string]os.FileMode{"data": 0o755, "tmp": 0o777} {
		folder := filepath.Join(root, name)
		if err := errors.Join(os.Mkdir(folder, mode), os.Chmod(folder, mode), os.Chown(folder, imageUser, imageUser)); err != nil {
			t.Fatal(err)
		}
	}

	for folder := root; folder != os.TempDir() && folder != "/"; folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}

	return root
}
