package bot_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the picture in docs shows as said today is in the transcripts.
func TestPictureShowsTodaysTexts(t *testing.T) {
	picture, err := os.ReadFile("../docs/pictures/chat-texts.txt")
	if err != nil {
		t.Fatal(err)
	}

	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}

	said := ""

	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		said += string(body)
	}

	for line := range strings.Lines(string(picture)) {
		if text, now := strings.CutPrefix(line, "+ "); now && !strings.Contains(said, text) {
			t.Errorf("the picture shows %q, which nobody says", text)
		}
	}
}
