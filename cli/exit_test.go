package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsbell/store/storetest"
)

// newsbell runs a command in a folder, as a shell does, and returns what it wrote.
// Tokens of the environment are not seen.
func newsbell(t *testing.T, dir, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	t.Chdir(dir)
	t.Setenv("NEWSBELL_TELEGRAM_TOKEN", "")
	t.Setenv("NEWSBELL_DISCORD_TOKEN", "")

	var out, errs bytes.Buffer

	code = Run(t.Context(), args, strings.NewReader(stdin), &out, &errs)

	return out.String(), errs.String(), code
}

// databaseIn makes the database that commands in a folder use, on the engine that the tests run on.
func databaseIn(t *testing.T, dir string) string {
	t.Helper()

	database := storetest.Database(t, filepath.Join(dir, "newsbell.db"))
	t.Setenv("NEWSBELL_DATABASE", database)

	return database
}

// newsbellUntil is newsbell, stopped once what it printed is all that a test waits for.
func newsbellUntil(t *testing.T, dir, stdin string, isAll func(stdout, stderr string) bool, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	t.Chdir(dir)
	t.Setenv("NEWSBELL_TELEGRAM_TOKEN", "")
	t.Setenv("NEWSBELL_DISCORD_TOKEN", "")

	var out, errs lockedBuffer

	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()

	ended := make(chan int)
	go func() { ended <- Run(ctx, args, strings.NewReader(stdin), &out, &errs) }()

	for {
		select {
		case code := <-ended:
			return out.String(), errs.String(), code
		case <-time.After(10 * time.Millisecond):
			if isAll(out.String(), errs.String()) {
				stop()
			}
		}
	}
}

func TestExitCodesAndSentences(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("bad.toml", "[alerts]\nburts = 3\n")
	write("queries.txt", "storm\n(open\n")
	write("articles.jsonl", `{"title":"Storm ahead"}`+"\n")
	write("feed.xml", `<rss version="2.0"><channel><title>F</title><item><title>Storm</title><link>https://a.example/1</link></item></channel></rss>`)
	write("page.html", "<!doctype html><html><body>Hello</body></html>")

	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"version", 0, "newsbell ", ""},
		{"--help", 0, "Available Commands", ""},
		{"nonsense", 2, "", "nonsense"},
		{"run --nonsense", 2, "", "unknown flag: --nonsense"},
		{"run --config none.toml", 2, "", "none.toml"},
		{"run --config bad.toml", 2, "", `bad.toml:2: there is no setting "alerts.burts"`},
		{"demo --news none", 2, "", "--news takes a folder"},
		{"preview --days 3x storm", 2, "", `newsbell: invalid argument "3x" for "--days" flag: it takes a number; see`},
		{"preview --days 99999999999999999999 storm", 2, "", `"--days" flag: it takes a smaller number; see`},
		{"preview --json=maybe storm", 2, "", `newsbell: invalid argument "maybe" for "--json" flag: it takes true or false; see`},
		{"preview storm", 1, "", "there is no database"},
		{"backup", 2, "", "write it as `newsbell backup FILE`"},
		{"run now", 2, "", "write it as `newsbell run`"},
		{"prevew storm", 2, "", "did you mean `newsbell preview`?"},
		{"foo", 2, "", "there is no command \"foo\"; see `newsbell --help`"},
		{"whoo", 2, "", "did you mean `newsbell who`?"},
		{"frobnicate", 2, "", "there is no command \"frobnicate\"; see `newsbell --help`"},
		{"check --json", 0, `{"what":"configuration","ok":true,`, ""},
		{"check --config bad.toml", 2, "wrong configuration: bad.toml:2", ""},
		{"check --live", 1, "", "there is no database"},
		{"check --live --alerts", 2, "", "alerts"},
		{"config", 0, "burst = 10", ""},
		{"config --config bad.toml", 2, "", "bad.toml:2: "},
		{"match --queries queries.txt --articles articles.jsonl", 1, `{"article":0,"query":0,"matched":["Storm"]}`, "line 1: "},
		{"query --queries queries.txt", 0, `{"query":1,"error":{"at":0,`, ""},
		{"group --articles articles.jsonl", 0, `{"article":0,"story":0}`, ""},
		{"fetch feed.xml", 0, `"title":"Storm"`, ""},
		{"fetch feed.xml page.html missing.xml", 1, `"title":"Storm"`, "missing.xml"},
		{"fetch --url nowhere feed.xml", 2, "", "--url takes an address"},
		{"bundles --json poland", 0, `{"id":"pl","kind":"country","name":"Poland",`, ""},
		{"bundles --check", 0, " countries, ", ""},
		{"bundles --json --check", 0, `{"id":"pl","kind":"country","name":"Poland",`, ""},
		{"bundles --opml pl", 0, `<outline text="Poland"`, ""},
		{"bundles --opml", 2, "", "needs the names"},
		{"bundles nowhere", 2, "", "there is no bundle"},
		{"bundles --opml --json pl", 2, "", "opml"},
		{"wish --json Nachrichten über die Bahn", 0, `{"query":"Bahn","words":"Bahn","by":"rules"}`, ""},
		{"wish tell me the news please", 1, "", "nothing to look for"},
		{"wish", 2, "", "write it as `newsbell wish TEXT...`"},
		{"fetch --feeds feed.xml page.html", 1, `"source":"page.html"`, ""},
		{`fetch feed.xml ""`, 2, "", "write it as `newsbell fetch SOURCE...`"},
		{`group --articles ""`, 2, "", "read the articles: the file's name is empty"},
		{`import ""`, 2, "", "write it as `newsbell import FILE`"},
		{`backup ""`, 2, "", "write it as `newsbell backup FILE`"},
		{`story ""`, 2, "", "write it as `newsbell story LINK`"},
		{`ask ""`, 2, "", "write it as `newsbell ask LINK`"},
	} {
		t.Run(c.args, func(t *testing.T) {
			args := strings.Fields(c.args)
			for i := range args {
				args[i] = strings.Trim(args[i], `"`)
			}

			stdout, stderr, code := newsbell(t, dir, "", args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
			}

			if strings.Contains(stderr, "panic") || strings.Contains(stderr, "goroutine ") {
				t.Errorf("it panics: %s", stderr)
			}
		})
	}
}

// TestAStopEndsACommandThatWaitsForInput: Ctrl-C ends it, whether somebody is to type or a pipe is silent.
func TestAStopEndsACommandThatWaitsForInput(t *testing.T) {
	t.Chdir(t.TempDir())

	if err := os.WriteFile("queries.txt", []byte("storm\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, args := range []string{"match --queries queries.txt", "match --queries - --articles queries.txt", "query --queries -", "group", "fetch -", "import -", "init"} {
		t.Run(args, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			in, typed := io.Pipe()

			var out, errs lockedBuffer

			ended := make(chan int)
			go func() { ended <- Run(ctx, strings.Fields(args), in, &out, &errs) }()

			if _, err := typed.Write([]byte("{")); err != nil { // it reads
				t.Fatal(err)
			}

			stop()

			if code := <-ended; code != 1 || errs.String() != "newsbell: stopped before it was done\n" {
				t.Errorf("exit %d, and it said %q", code, errs.String())
			}
		})
	}
}

// TestAFailureIsSaidOnce: whoever writes and whoever flushes find the same full disk.
func TestAFailureIsSaidOnce(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)

	write := func(name, text string) {
		t.Helper()

		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("queries", "harbour\n")
	write("articles", "{\"title\":\"Harbour closed\"}\n")

	var packed bytes.Buffer

	z := gzip.NewWriter(&packed)
	io.WriteString(z, strings.Repeat("{\"title\":\"Harbour closed\"}\n", 3))
	z.Close()
	write("cut.gz", packed.String()[:packed.Len()-12])

	for _, args := range [][]string{
		{"version"},
		{"query", "--queries", "queries"},
		{"match", "--queries", "queries", "--articles", "articles"},
		{"group", "--articles", "articles"},
	} {
		var errs bytes.Buffer

		_, full := fullDisk{}.Write(nil)
		if code := Run(t.Context(), args, strings.NewReader(""), fullDisk{}, &errs); code != exitFailed || errs.String() != "newsbell: "+full.Error()+"\n" {
			t.Errorf("%v: code %d, %q", args, code, errs.String())
		}
	}

	if _, stderr, code := newsbell(t, dir, "", "group", "--articles", "cut.gz"); code != exitFailed || !strings.Contains(stderr, "newsbell: the compressed file is cut off in line ") {
		t.Errorf("a cut file: code %d, %q", code, stderr)
	}
}

// TestAStopIsSaidInWords: a command that is stopped half way has failed, and says why.
func TestAStopIsSaidInWords(t *testing.T) {
	dir := t.TempDir()

	err := os.WriteFile(filepath.Join(dir, "queries.txt"), []byte("storm\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}

	t.Chdir(dir)

	ctx, stop := context.WithCancel(t.Context())
	stop()

	var out, errs bytes.Buffer
	if code := Run(ctx, []string{"match", "--queries", "queries.txt"}, strings.NewReader(""), &out, &errs); code != exitFailed || errs.String() != "newsbell: stopped before it was done\n" {
		t.Errorf("exit code %d, stderr %q", code, errs.String())
	}
}

// TestWhatAServerSendsUnaskedIsNotLogged: net/http writes it to the standard log, a feed's text in no format of ours.
func TestWhatAServerSendsUnaskedIsNotLogged(t *testing.T) {
	var logged bytes.Buffer

	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	const body = `<rss version="2.0"><channel><item><title>Storm</title></item></channel></rss>`

	ended := make(chan error, 1)

	go func() {
		c, err := l.Accept()
		if err == nil {
			defer c.Close()

			c.Read(make([]byte, 4096))
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sThe rest", len(body), body)
			_, err = io.Copy(io.Discard, c) // until net/http gives the connection up, after it has written its line
		}

		ended <- err
	}()

	if stdout, stderr, code := newsbell(t, t.TempDir(), "", "fetch", "http://"+l.Addr().String()); code != 0 || !strings.Contains(stdout, "Storm") || stderr != "" {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}

	if err := <-ended; err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}

	if logged.Len() > 0 {
		t.Error(logged.String())
	}
}
