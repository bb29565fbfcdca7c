package discord

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// wire is the connection below discordgo's gateway session. It reads along, frame
// by frame, because discordgo keeps to itself what a supervisor must know, and
// acts on its own where it must not:
//
//   - the code of a close frame says whether to come back, and discordgo drops it;
//   - op 7 ("reconnect") before READY locks discordgo's Open for ever;
//   - op 9 ("invalid session") makes discordgo identify again at once, as often
//     as it is told, and a thousand identifies a day cost the token.
//
// So op 7 and op 9 end the connection here, before discordgo sees them. The
// connection is closed without a close frame: 1000, which discordgo would send,
// ends the session, and then there is nothing to resume.
type wire struct {
	net.Conn
	in       *bufio.Reader
	out      []byte // read from the server, not yet handed on
	target   string // for the request line, "" once it is written
	through  uint64 // bytes of a large frame to hand on unread
	upgraded bool   // the HTTP part is over
	plain    bool   // the server did not upgrade: nothing to read along
	closed   atomic.Bool

	mu      sync.Mutex
	verdict verdict
	beat    time.Duration
}

// verdict is how a connection ended, as far as the server said.
type verdict struct {
	Code      int    // of the close frame, 0 without one
	Reconnect bool   // op 7
	Invalid   bool   // op 9
	Resumable bool   // op 9 with d true
	Text      string // why, in the server's words
}

// smallFrame is the largest frame that is looked at: control messages are far
// smaller, dispatches mostly larger.
const smallFrame = 4096

var (
	errReconnect = errors.New("the gateway asked to reconnect")
	errInvalid   = errors.New("the gateway called the session invalid")
	errNonsense  = errors.New("the gateway sent something that is not a message")
)

// newWire reads along on c, and asks for target in place of what is written first.
func newWire(c net.Conn, target string) *wire {
	return &wire{Conn: c, in: bufio.NewReaderSize(c, 16<<10), target: target}
}

// ended is what the server said at the end.
func (w *wire) ended() verdict {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.verdict
}

// interval is the pace of heartbeats that the server asked for, 0 before HELLO.
func (w *wire) interval() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.beat
}

func (w *wire) Close() error {
	w.closed.Store(true)
	return w.Conn.Close()
}

// Write writes the HTTP request with our target, and all else as it is.
func (w *wire) Write(p []byte) (int, error) {
	if w.target == "" {
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

func (w *wire) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(w.out) == 0 {
		if w.plain {
			return w.in.Read(p)
		}
		if w.through > 0 {
			n, err := w.in.Read(p[:min(uint64(len(p)), w.through)])
			w.through -= uint64(n)
			return n, err
		}
		if err := w.next(); err != nil {
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
	if !w.upgraded {
		line, err := w.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		w.out = append(w.out[:0:0], line...)
		if len(line) >= 12 && string(line[:5]) == "HTTP/" && string(line[9:12]) != "101" {
			w.plain = true
		}
		w.upgraded = string(line) == "\r\n"
		return nil
	}
	return w.frame()
}

// frame reads the head of a frame (RFC 6455 §5.2), and all of it if it is small.
func (w *wire) frame() error {
	head := make([]byte, 2, 14)
	if _, err := io.ReadFull(w.in, head); err != nil {
		return err
	}
	size, more := uint64(head[1]&0x7f), 0
	switch size {
	case 126:
		more = 2
	case 127:
		more = 8
	}
	masked := head[1]&0x80 != 0
	if masked { // a server must not, and discordgo's library will say so
		more += 4
	}
	head = head[:2+more]
	if _, err := io.ReadFull(w.in, head[2:]); err != nil {
		return err
	}
	switch size {
	case 126:
		size = uint64(binary.BigEndian.Uint16(head[2:]))
	case 127:
		size = binary.BigEndian.Uint64(head[2:])
	}
	if masked || size > smallFrame {
		w.out, w.through = head, size
		return nil
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(w.in, body); err != nil {
		return err
	}
	w.out = append(head, body...)
	switch final, op := head[0]&0x80 != 0, head[0]&0x0f; {
	case op == 8:
		w.closing(body)
	case op == 1 && final:
		return w.message(body)
	}
	return nil
}

func (w *wire) closing(body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(body) >= 2 {
		w.verdict.Code = int(binary.BigEndian.Uint16(body))
		w.verdict.Text = cut(clean(string(body[2:])), 120)
	}
}

// message looks at a small text message.
func (w *wire) message(body []byte) error {
	var m *struct {
		Op   int             `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if err := json.Unmarshal(body, &m); err != nil || m == nil {
		return errNonsense // discordgo would panic at "null"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch m.Op {
	case 7:
		w.verdict.Reconnect = true
		return errReconnect
	case 9:
		w.verdict.Invalid = true
		_ = json.Unmarshal(m.Data, &w.verdict.Resumable)
		return errInvalid
	case 10:
		var hello struct {
			Interval float64 `json:"heartbeat_interval"`
		}
		_ = json.Unmarshal(m.Data, &hello)
		w.beat = time.Duration(min(max(hello.Interval, 0), 1e9) * float64(time.Millisecond))
		if w.beat <= 0 {
			return errNonsense // discordgo's ticker would panic
		}
	}
	return nil
}
