package web

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long something in the browser may take: a busy machine is slow.
const patience = 2 * time.Minute

// tab is a tab of a real browser, driven by Chromium's own protocol
// (https://chromedevtools.github.io/devtools-protocol).
type tab struct {
	t       *testing.T
	ws      *websocket.Conn
	session string
	asked   int

	asks  map[string]bool // addresses that pages asked for
	wrong []string        // what the console complained of
}

// newTab starts a browser, or skips the test where there is none.
func newTab(t *testing.T) *tab {
	t.Helper()

	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("SKIP: there is no chromium here: what pages do in a browser is not tested")
	}

	folder, err := os.MkdirTemp("", "newsbell-chromium-")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = os.RemoveAll(folder) }) // its children may still write

	c := exec.CommandContext(t.Context(), program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--remote-debugging-port=0", "--user-data-dir="+folder, "about:blank")

	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := c.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _, _ = c.Process.Kill(), c.Wait() }) // it ends because it was killed

	address := ""

	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		_, address, _ = strings.Cut(lines.Text(), "DevTools listening on ")
	}

	if address == "" {
		t.Fatal("chromium did not start")
	}

	go func() { // nothing reads the rest
		for b := make([]byte, 4096); ; {
			if _, err := said.Read(b); err != nil {
				return
			}
		}
	}()

	ws, resp, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}

	_ = resp.Body.Close()

	b := &tab{t: t, ws: ws, asks: map[string]bool{}}
	t.Cleanup(func() { _ = ws.Close() })

	return b.open()
}

// open opens the tab itself.
func (b *tab) open() *tab {
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)

	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)

	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		b.call(domain+".enable", nil, nil)
	}

	return b
}

// call asks the browser for something and reads the result into a value, if there is one.
func (b *tab) call(method string, params map[string]any, result any) {
	b.t.Helper()

	if err := b.ask(method, params, result); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

// errRefused is what the browser answers when it does not do what it is asked.
var errRefused = errors.New("the browser refused")

// ask is call for what the browser may refuse (errRefused), as a page does that is on its
// way to the next.
func (b *tab) ask(method string, params map[string]any, result any) error {
	b.asked++
	ask := map[string]any{"id": b.asked, "method": method}

	if params != nil {
		ask["params"] = params
	}

	if b.session != "" {
		ask["sessionId"] = b.session
	}

	_ = b.ws.SetReadDeadline(time.Now().Add(patience))

	if err := b.ws.WriteJSON(ask); err != nil {
		return err
	}

	for {
		var said struct {
			ID     int
			Method string
			Params json.RawMessage
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err := b.ws.ReadJSON(&said); err != nil {
			return err
		}

		switch {
		case said.ID != b.asked:
			b.note(said.Method, said.Params)
		case said.Error != nil:
			return fmt.Errorf("%w: %s", errRefused, said.Error.Message)
		case result != nil:
			return json.Unmarshal(said.Result, result)
		default:
			return nil
		}
	}
}

// note keeps what the browser reports by itself.
func (b *tab) note(method string, params json.RawMessage) {
	var p struct {
		Request          struct{ URL string }
		Entry            struct{ Level, Text string }
		ExceptionDetails struct{ Text string }
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}

	switch {
	case method == "Network.requestWillBeSent":
		b.asks[p.Request.URL] = true
	case method == "Runtime.exceptionThrown":
		b.wrong = append(b.wrong, p.ExceptionDetails.Text)
	case method == "Log.entryAdded" && p.Entry.Level == "error" && !strings.Contains(p.Entry.Text, "status of 4"):
		b.wrong = append(b.wrong, p.Entry.Text)
	}
}

// eval evaluates an expression on the page, and waits for it if it is a promise.
func (b *tab) eval(expression string, result any) {
	b.t.Helper()

	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)

	if e := answer.ExceptionDetails; e != nil {
		b.t.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}

	if result != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			b.t.Fatalf("%s: %v", expression, err)
		}
	}
}

// until waits until an expression holds on the page, which may not be there yet.
func (b *tab) until(expression string) {
	b.t.Helper()

	ask := map[string]any{"expression": "(() => { try { return Boolean(" + expression + ") } catch { return false } })()", "returnByValue": true}

	for end := time.Now().Add(patience); ; <-time.After(50 * time.Millisecond) {
		var answer struct{ Result struct{ Value bool } }

		err := b.ask("Runtime.evaluate", ask, &answer)

		switch {
		case err == nil && answer.Result.Value:
			return
		case err != nil && !errors.Is(err, errRefused): // refused: the page is on its way to the next
			b.t.Fatalf("%s: %v", expression, err)
		}

		if time.Now().After(end) {
			b.t.Fatalf("%s does not hold; the page says:\n%s", expression, b.text())
		}
	}
}

// visit opens an address.
func (b *tab) visit(address string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": address}, nil)
	b.until(fmt.Sprintf("location.href === %q && document.readyState === 'complete'", address))
}

// press presses what a selector finds, and waits for the page that follows.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.eval("window.before = true", nil)
	b.eval(fmt.Sprintf("document.querySelector(%q).click()", selector), nil)
	b.until("!window.before && document.readyState === 'complete'")
}

// types types a text into a field, as a keyboard does.
func (b *tab) types(selector, text string) {
	b.t.Helper()
	b.eval(fmt.Sprintf("document.querySelector(%[1]q).focus(), document.querySelector(%[1]q).select()", selector), nil)
	b.call("Input.insertText", map[string]any{"text": text}, nil)
}

// text returns what a reader sees.
func (b *tab) text() (text string) {
	b.t.Helper()
	b.eval("document.body.innerText", &text)

	return text
}

// wants checks that a reader sees texts.
func (b *tab) wants(texts ...string) {
	b.t.Helper()

	seen := strings.Join(strings.Fields(b.text()), " ")
	for _, want := range texts {
		if !strings.Contains(strings.ToLower(seen), strings.ToLower(strings.Join(strings.Fields(want), " "))) { // CSS may write capitals
			b.t.Errorf("the page lacks %q; it says:\n%s", want, seen)
		}
	}
}

// phone makes the window that of a phone, light or dark.
func (b *tab) phone(scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// desk makes the window that of a desk.
func (b *tab) desk() {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 1280, "height": 1400, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// shoot keeps a picture of what the window shows as NAME.png in the folder that
// NEWSBELL_PICTURES names.
func (b *tab) shoot(name string) {
	b.t.Helper()

	folder := os.Getenv("NEWSBELL_PICTURES")
	if folder == "" {
		return
	}

	var shot struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)

	body, err := base64.StdEncoding.DecodeString(shot.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), body, 0o600)
	}

	if err != nil {
		b.t.Error(err)
	}
}

// isAccessible judges the page with axe-core, if NEWSBELL_AXE names its file, and checks
// that a phone does not have to scroll sideways.
func (b *tab) isAccessible(what string) {
	b.t.Helper()

	var wide bool
	if b.eval("document.documentElement.scrollWidth > innerWidth", &wide); wide {
		b.t.Errorf("%s is wider than the window", what)
	}

	rules := os.Getenv("NEWSBELL_AXE")
	if rules == "" {
		return
	}

	body, err := os.ReadFile(rules)
	if err != nil {
		b.t.Fatal(err)
	}

	b.eval(string(body)+"; true", nil)

	var found []string
	b.eval("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html).join(' | ')))", &found)

	for _, violation := range found {
		b.t.Errorf("%s: %s", what, violation)
	}
}

// staysAt checks that no page asked another host for anything, and that nothing went wrong.
func (b *tab) staysAt(host string) {
	b.t.Helper()

	for address := range b.asks {
		if u, err := url.Parse(address); err != nil || u.Scheme != "about" && u.Scheme != "data" && u.Host != host {
			b.t.Errorf("a page asked for %s", address)
		}
	}

	for _, wrong := range b.wrong {
		b.t.Errorf("the console says: %s", wrong)
	}
}
