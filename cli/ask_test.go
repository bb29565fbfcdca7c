package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbell/ai"
	"newsbell/ai/aitest"
)

// asked returns an answer of `newsbell ask --json` over the sample news of this package.
func asked(t *testing.T, dir string, args ...string) ai.Answer {
	t.Helper()

	args = append(append([]string{"ask", "--json", "--config", filepath.Join(dir, "config.toml")}, args...), "https://www.meridianwire.example/kim")

	stdout, stderr, code := newsbell(t, dir, "", args...)
	if code != 0 {
		t.Fatalf("%v: exit %d: %s", args, code, stderr)
	}

	var a ai.Answer
	if err := json.Unmarshal([]byte(stdout), &a); err != nil {
		t.Fatal(err)
	}

	for _, s := range a.Sentences {
		if s.Text == "" || len(s.Sources) == 0 {
			t.Errorf("%v: %+v has no source", args, s)
		}
	}

	return a
}

// newsForAsking makes a database and a configuration with these lines.
func newsForAsking(t *testing.T, config string) (dir string) {
	t.Helper()

	dir = t.TempDir()

	folder, err := filepath.Abs(filepath.Join("testdata", "related"))
	if err != nil {
		t.Fatal(err)
	}

	if _, stderr, code := newsbell(t, dir, "", "demo", "--news", folder, "--database", "news.db"); code != 0 {
		t.Fatalf("demo: exit %d: %s", code, stderr)
	}

	err = os.WriteFile(filepath.Join(dir, "config.toml"), []byte("database = \"news.db\"\n"+config), 0o600)
	if err != nil {
		t.Fatal(err)
	}

	return dir
}

// TestAskWithoutModel: every kind but a translation has an answer of the articles' own.
func TestAskWithoutModel(t *testing.T) {
	dir := newsForAsking(t, "")

	for _, kind := range []string{"short", "sides", "background", "who"} {
		if a := asked(t, dir, "--kind", kind); a.By != ai.ByExtract || len(a.Sentences) == 0 || a.Reason != "" {
			t.Errorf("%s: %+v", kind, a)
		}
	}

	if a := asked(t, dir, "--kind", "question", "--question", "What did Kim promise to Russia?"); len(a.Sentences) == 0 || !strings.Contains(a.Sentences[0].Text, "Kim") {
		t.Errorf("question: %+v", a)
	}

	if a := asked(t, dir, "--kind", "question", "--question", "Who won the chess tournament?"); len(a.Sentences) != 0 || a.Reason != "The articles don't say." {
		t.Errorf("a question without an answer: %+v", a)
	}

	if a := asked(t, dir, "--kind", "translate:pl"); len(a.Sentences) != 0 || !strings.Contains(a.Reason, "language model") {
		t.Errorf("translate: %+v", a)
	}

	for _, wrong := range [][]string{{"--kind", "poem"}, {"--kind", "translate"}, {"--kind", "short:pl"}, {"--kind", "question"}, {"--question", "x"}, {"--kind", "translate:!"}} {
		if _, stderr, code := newsbell(t, dir, "", append(append([]string{"ask"}, wrong...), "https://x.example")...); code != 2 || stderr == "" {
			t.Errorf("%v: exit %d, %q", wrong, code, stderr)
		}
	}
}

// TestAskHonestModel: a model's sentences are printed with their sources, and kept.
func TestAskHonestModel(t *testing.T) {
	honest := aitest.Honest(t)
	dir := newsForAsking(t, "[ai]\nurl = \""+honest.URL+"\"\nmodel = \"copy\"\n")

	for range 2 {
		if a := asked(t, dir, "--kind", "who"); a.By != ai.ByModel || len(a.Sentences) == 0 {
			t.Errorf("the honest model: %+v", a)
		}
	}

	if n := len(honest.Requests()); n != 1 {
		t.Errorf("%d requests for the same answer", n)
	}

	stdout, _, _ := newsbell(t, dir, "", "check", "--json", "--config", filepath.Join(dir, "config.toml"))
	if !strings.Contains(stdout, `"what":"ai","ok":true,"sentence":"copy answered in`) {
		t.Errorf("check says\n%s", stdout)
	}

	for took, want := range map[time.Duration]string{0: "1 ms", 47 * time.Millisecond: "47 ms", 1240 * time.Millisecond: "1.2 s", 75 * time.Second: "75.0 s"} {
		if got := formatTook(took); got != want {
			t.Errorf("%v is %q, want %q", took, got, want)
		}
	}

	if strings.Contains(stdout, "answered in 0") {
		t.Errorf("an answer takes no time:\n%s", stdout)
	}

	if a := asked(t, dir, "--kind", "short"); a.By != ai.ByExtract || a.Reason != "One short article is its own summary." {
		t.Errorf("a single short article: %+v", a)
	}
}

// TestAskEvilModel: what is not in the articles is not printed.
func TestAskEvilModel(t *testing.T) {
	evil := aitest.Wicked(t, aitest.Names)
	dir := newsForAsking(t, "[ai]\nurl = \""+evil.URL+"\"\nmodel = \"lies\"\n")

	if a := asked(t, dir, "--kind", "who"); a.By != ai.ByExtract || a.Dropped == 0 || a.Reason == "" || slices.ContainsFunc(a.Sentences, func(s ai.Sentence) bool { return strings.Contains(s.Text, "Zebulon") }) {
		t.Errorf("the evil model: %+v", a)
	}
}

// TestCheckTriesTheEmbeddingModel: it says how near a headline and its translation are, and a model
// that knows one language only is a finding.
func TestCheckTriesTheEmbeddingModel(t *testing.T) {
	server := aitest.Honest(t)
	dir := newsForAsking(t, "[ai]\nurl = \""+server.URL+"\"\nmodel = \"copy\"\nembed_model = \"near\"\n")

	check := func() string {
		stdout, _, _ := newsbell(t, dir, "", "check", "--json", "--config", filepath.Join(dir, "config.toml"))
		return stdout
	}

	if stdout := check(); !strings.Contains(stdout, `"what":"embeddings","ok":false,"sentence":"near answered in`) || !strings.Contains(stdout, "knows several languages") {
		t.Errorf("of letters alone check says\n%s", stdout)
	}

	server.Alike("Die Hafenbrücke wurde nach zwei Jahren", "The harbour bridge was opened again after two years of repairs.")

	if stdout := check(); !strings.Contains(stdout, `"what":"embeddings","ok":true,"sentence":"near answered in`) {
		t.Errorf("of a model that translates check says\n%s", stdout)
	}

	server.Turn(aitest.NotANumber)

	if stdout := check(); !strings.Contains(stdout, `"what":"embeddings","ok":false`) {
		t.Errorf("of an evil model check says\n%s", stdout)
	}
}
