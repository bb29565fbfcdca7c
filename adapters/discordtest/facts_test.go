package discordtest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The committed facts are what the command makes of Discord's file. Where the
// file is, NEWSBELL_DATA says.
func TestFactsAreFresh(t *testing.T) {
	data := os.Getenv("NEWSBELL_DATA")
	if data == "" {
		t.Skip("skipped 1 check: NEWSBELL_DATA names no folder with api-schemas/discord-openapi.json")
	}

	from := filepath.Join(data, "api-schemas", "discord-openapi.json")
	if _, err := os.Stat(from); err != nil {
		t.Skipf("skipped 1 check: %v", err)
	}

	to := filepath.Join(t.TempDir(), "facts.json")
	if out, err := exec.Command("go", "run", "./facts", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	got, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}

	if !bytes.Equal(got, factsJSON) {
		t.Error("facts.json is not what go run ./facts makes of " + from)
	}
}
