package discord

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// wire is the connection below discordgo's gateway session. It reads along,
// message by message, because discordgo keeps to itself what a supervisor must
// know, and does on its own what it must not:
//
//   - the code of a close frame says whether to come back, and discordgo drops it;
//   - op 7 ("reconnect") before READY locks discordgo's Open for ever;
//   - op 9 ("invalid session") makes discordgo identify again at once, as often
//     as it is told, and a thousand identifies a day cost the token;
//   - events of a shape that it does not expect ("d": null, a null in a list)
//     make discordgo panic in a goroutine that nobody can guard;
//   - it puts a slash and "?v=9" behind the gateway's address.
//
// So op 7 and op 9 end the connection here, before discordgo sees them, without
// a close frame: 1000, which discordgo would send, ends the session, and then
// there is nothing to resume. Events go on under a name that discordgo does not
// know ([eventMark]), so it hands them over unread. And the upgrade asks for the
// path that was meant.
type wire struct {
	net.Conn
	in       *bufio.Reader
	out      []byte // read from the server, not yet handed on
	target   string // for the request line, "" once it is written
	upgraded bool   // the HTTP part is over
	plain    bool   // the server did not upgrade: nothing to read along
	part     []byte // of a message in several frames
	partOp   byte
	closed   atomic.Bool
	leaving  atomic.Bool   // we end the session: the server's end of it is no news
	over     chan struct{} // closed with the connection

	mu      sync.Mutex
	verdict verdict
	beat    time.Duration
	acked   time.Time // the last heartbeat that was answered, or HELLO
}

// verdict is how a connection ended, as far as the server said.
type verdict struct {
	Code      int    // of the close frame, 0 without one
	Reconnect bool   // op 7
	Invalid   bool   // op 9
	Resumable bool   // op 9 with d true
	Text      string // why, in the server's words
}

// eventMark stands before the name of an event on its way through discordgo.
const eventMark = "newsbell:"

// maxMessage is the largest message that is taken: a server of many members is
// some megabytes.
const maxMessage = 64 << 20

var (
	errReconnect = errors.New("the gateway asked to reconnect")
	errInvalid   = errors.New("the gateway called the session invalid")
	errNonsense  = errors.New("the gateway sent something that is not a message")
)

// Opcodes of WebSocket frames (RFC 6455 §5.2).
const (
	frameMore   = 0
	frameText   = 1
	frameBinary = 2
	frameClose  = 8
)

// newWire reads along on c, and asks for target in place of what is written first.
func newWire(c net.Conn, target string) *wire {
	return &wire{Conn: c, in: bufio.NewReaderSize(c, 16<<10), target: target, over: make(chan struct{})}
}

// ended is what the server said at the end.
func (w *wire) ended() verdict {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.verdict
}

// pulse is the pace of heartbeats that the server asked for, 0 before HELLO, and
// when it last answered one.
func (w *wire) pulse() (beat time.Duration, last time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.beat, w.acked
}

// Close ends the connection without a close frame.
func (w *wire) Close() error {
	if w.closed.CompareAndSwap(false, true) {
		close(w.over)
	}

	return w.Conn.Close()
}

// Write writes the HTTP request with our target, and all else as it is.
func (w *wire) Write(p []byte) (int, error) {
	if w.target == "" {
		if w.ended().Code != 0 {
			// The server said goodbye. discordgo answers that with 1000, and that
			// would end the session: it is not to be heard.
			return len(p), nil
		}

		return w.Conn.Write(p)
	}

	line, rest, ok := bytes.Cut(p, []byte("\r\n"))
	if !ok || !bytes.HasPrefix(line, []byte("GET ")) {
		return 0, errors.New("the upgrade does not begin as expected")
	}

	request := append([]byte("GET "+w.target+" HTTP/1.1\r\n"), rest...)

	w.target = ""
	if _, err := w.Conn.Write(request); err != nil {
		return 0, err
	}

	return len(p), nil
}

// Read hands on what discordgo shall see.
func (w *wire) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}

	for len(w.out) == 0 {
		if w.plain {
			return w.in.Read(p)
		}

		if err := w.next(); err != nil {
			if w.leaving.Load() {
				<-w.over // discordgo closes in a second; until then it holds its lock
			}

			w.Close()

			return 0, err
		}
	}

	n := copy(p, w.out)
	w.out = w.out[n:]

	return n, nil
}

// next reads a header line of the HTTP answer, or a frame.
func (w *wire) next() error {
	if w.upgraded {
		return w.frame()
	}

	line, err := w.in.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}

	w.out = bytes.Clone(line)
	if len(line) >= 12 && string(line[:5]) == "HTTP/" && string(line[9:12]) != "101" {
		w.plain = true
	}

	w.upgraded = string(line) == "\r\n"

	return nil
}

// frame reads one frame. Control frames go on as they are; a message goes on
// when its last frame is here.
func (w *wire) frame() error {
	head, body, err := w.readFrame()
	if err != nil {
		return err
	}

	final, op := head[0]&0x80 != 0, head[0]&0x0f
	if op >= frameClose {
		if op == frameClose {
			w.closing(body)
		}

		w.out = append(head, body...)

		return nil
	}

	if op != frameMore {
		w.part, w.partOp = nil, op
	}

	if len(w.part)+len(body) > maxMessage {
		return errNonsense
	}

	w.part = append(w.part, body...)

	if !final {
		return nil
	}

	whole := w.part

	w.part = nil
	if w.partOp == frameBinary {
		if whole, err = inflate(whole); err != nil {
			return err
		}
	}

	return w.message(whole)
}

// readFrame reads a frame's head and all of its body (RFC 6455 §5.2). A server
// must not mask its frames.
func (w *wire) readFrame() (head, body []byte, err error) {
	head = make([]byte, 2, 10)
	if _, err = io.ReadFull(w.in, head); err != nil {
		return nil, nil, err
	}

	size := uint64(head[1] & 0x7f)
	if more := map[uint64]int{126: 2, 127: 8}[size]; more > 0 {
		head = head[:2+more]
		if _, err = io.ReadFull(w.in, head[2:]); err != nil {
			return nil, nil, err
		}

		size = 0
		for _, b := range head[2:] {
			size = size<<8 | uint64(b)
		}
	}

	if head[1]&0x80 != 0 || head[0]&0x70 != 0 || size > maxMessage {
		return nil, nil, errNonsense
	}
	// Grow with what arrives: the size is only a promise.
	var b bytes.Buffer
	if _, err = io.CopyN(&b, w.in, int64(size)); err != nil {
		return nil, nil, err
	}

	return head, b.Bytes(), nil
}

// inflate reads a compressed message: it was not asked for, but it can be read.
func inflate(raw []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errNonsense
	}
	defer z.Close()

	out, err := io.ReadAll(io.LimitReader(z, maxMessage))
	if err != nil {
		return nil, errNonsense
	}

	return out, nil
}

func (w *wire) closing(body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if len(body) >= 2 {
		w.verdict.Code = int(binary.BigEndian.Uint16(body))
		w.verdict.Text = cut(clean(string(body[2:])), 120)
	}
}

// envelope is a message of the gateway.
type envelope struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int64           `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

// message looks at a message and puts what discordgo shall see in out.
func (w *wire) message(body []byte) error {
	var m *envelope
	if err := json.Unmarshal(body, &m); err != nil || m == nil {
		return errNonsense // discordgo would panic at "null"
	}

	switch m.Op {
	case 0:
		return w.event(m)
	case 7:
		w.note(func() { w.verdict.Reconnect = true })
		return errReconnect
	case 9:
		w.note(func() {
			w.verdict.Invalid = true
			_ = json.Unmarshal(m.Data, &w.verdict.Resumable)
		})

		return errInvalid
	case 11:
		w.note(func() { w.acked = time.Now() })
	case 10:
		var hello struct {
			Interval float64 `json:"heartbeat_interval"`
		}

		_ = json.Unmarshal(m.Data, &hello)

		beat := time.Duration(min(max(hello.Interval, 0), 1e9)) * time.Millisecond
		if beat <= 0 {
			return errNonsense // discordgo's ticker would panic
		}

		w.note(func() { w.beat, w.acked = beat, time.Now() })

		return w.emit(&envelope{Op: 10, Data: json.RawMessage(`{"heartbeat_interval":` + itoa(beat.Milliseconds()) + `}`)})
	}

	return w.emit(m)
}

func itoa(n int64) string { raw, _ := json.Marshal(n); return string(raw) }

func (w *wire) note(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()

	f()
}

// event renames an event. Of READY discordgo needs the session's name; RESUMED
// it must see to be content.
func (w *wire) event(m *envelope) error {
	if m.Type == "READY" {
		var ready struct {
			Session string `json:"session_id"`
		}

		_ = json.Unmarshal(m.Data, &ready)

		raw, err := json.Marshal(map[string]string{"session_id": ready.Session})
		if err != nil {
			return err
		}

		if err := w.emit(&envelope{Data: raw, Seq: m.Seq, Type: m.Type}); err != nil {
			return err
		}
	}

	return w.emit(&envelope{Data: m.Data, Seq: m.Seq, Type: eventMark + m.Type})
}

// eventName undoes the renaming; "" for the events of discordgo's own reading.
func eventName(s string) string {
	name, ok := strings.CutPrefix(s, eventMark)
	if !ok {
		return ""
	}

	return name
}

// emit puts a message in out as one text frame.
func (w *wire) emit(m *envelope) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return errNonsense
	}

	w.out = append(w.out, 0x80|frameText)

	switch n := len(raw); {
	case n < 126:
		w.out = append(w.out, byte(n))
	case n <= 0xffff:
		w.out = binary.BigEndian.AppendUint16(append(w.out, 126), uint16(n))
	default:
		w.out = binary.BigEndian.AppendUint64(append(w.out, 127), uint64(n))
	}

	w.out = append(w.out, raw...)

	return nil
}
