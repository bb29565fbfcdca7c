package discord

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"testing"

	"github.com/gorilla/websocket"
)

// feed is a connection from which only prepared bytes come.
type feed struct {
	net.Conn
	in *bytes.Reader
}

func (f *feed) Read(p []byte) (int, error) { return f.in.Read(p) }
func (f *feed) Close() error               { return nil }

const upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

func frameOf(op byte, final bool, body string) string {
	first := op
	if final {
		first |= 0x80
	}

	switch n := len(body); {
	case n < 126:
		return string([]byte{first, byte(n)}) + body
	case n <= 0xffff:
		return string([]byte{first, 126, byte(n >> 8), byte(n)}) + body
	default:
		return string([]byte{first, 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + body
	}
}

func through(raw string) (string, *wire, error) {
	w := newWire(&feed{in: bytes.NewReader([]byte(raw))}, "")
	out, err := io.ReadAll(w)

	return string(out), w, err
}

func TestWhatTheWireLetsThrough(t *testing.T) {
	t.Parallel()

	hello := frameOf(1, true, `{"op":10,"d":{"heartbeat_interval":41250},"s":null,"t":null}`)

	long := make([]byte, 70000)
	for i := range long {
		long[i] = 'x'
	}

	for _, one := range []struct{ name, in, want string }{
		{"hello", hello, frameOf(1, true, `{"op":10,"d":{"heartbeat_interval":41250}}`)},
		{"an event", frameOf(1, true, `{"t":"GUILD_CREATE","s":5,"op":0,"d":null}`), frameOf(1, true, `{"op":0,"d":null,"s":5,"t":"newsbell:GUILD_CREATE"}`)},
		{"a large event", frameOf(1, true, `{"t":"X","s":5,"op":0,"d":"`+string(long)+`"}`), frameOf(1, true, `{"op":0,"d":"`+string(long)+`","s":5,"t":"newsbell:X"}`)},
		{"in pieces, a ping between", frameOf(1, false, `{"op":0,"s":6,`) + frameOf(9, true, "hi") + frameOf(0, true, `"t":"X","d":{}}`), frameOf(9, true, "hi") + frameOf(1, true, `{"op":0,"d":{},"s":6,"t":"newsbell:X"}`)},
		{"ready", frameOf(1, true, `{"op":0,"s":1,"t":"READY","d":{"session_id":"abc","guilds":[null]}}`), frameOf(1, true, `{"op":0,"d":{"session_id":"abc"},"s":1,"t":"READY"}`) + frameOf(1, true, `{"op":0,"d":{"session_id":"abc","guilds":[null]},"s":1,"t":"newsbell:READY"}`)},
		{"acknowledged", frameOf(1, true, `{"op":11}`), frameOf(1, true, `{"op":11,"d":null}`)},
		{"closed", frameOf(8, true, "\x0f\xa4no"), frameOf(8, true, "\x0f\xa4no")},
	} {
		got, w, err := through(upgraded + one.in)
		if err == io.EOF {
			err = nil
		}

		if got != upgraded+one.want || err != nil {
			t.Errorf("%s: %.300q, %v", one.name, got, err)
		}

		if one.name == "closed" && w.ended().Code != 4004 {
			t.Errorf("%+v", w.ended())
		}
	}

	for body, want := range map[string]error{
		`{"op":7,"d":null}`: errReconnect, `{"op":9,"d":true}`: errInvalid, `{"op":9,"d":false}`: errInvalid,
		`null`: errNonsense, ``: errNonsense, `[`: errNonsense, `{"op":10,"d":{"heartbeat_interval":0}}`: errNonsense, `{"op":10}`: errNonsense,
	} {
		got, w, err := through(upgraded + hello + frameOf(1, true, body))
		if err != want || len(got) <= len(upgraded) {
			t.Errorf("%s: %v", body, err)
		}

		if !w.closed.Load() {
			t.Errorf("%s: the connection stands", body)
		}

		if w.ended().Resumable != (body == `{"op":9,"d":true}`) {
			t.Errorf("%s: %+v", body, w.ended())
		}
	}

	if got, _, err := through("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno"); got != "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno" || err != nil {
		t.Errorf("a refusal: %q %v", got, err)
	}
}

// What comes out of the wire is always WebSocket that gorilla can read, without
// an event that discordgo would read, and without op 7 or 9.
func FuzzWire(f *testing.F) {
	f.Add([]byte(frameOf(1, true, `{"op":0,"s":1,"t":"READY","d":{}}`)))
	f.Add([]byte(frameOf(1, false, `{"op":9`) + frameOf(0, true, `,"d":false}`)))
	f.Add([]byte(frameOf(2, true, "x\x9c") + frameOf(8, true, "")))
	f.Add([]byte("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte(frameOf(1, true, `{"op":7}`) + frameOf(1, true, `null`)))
	f.Fuzz(func(t *testing.T, frames []byte) {
		out, _, _ := through(upgraded + string(frames))

		rest := []byte(out[len(upgraded):])
		for len(rest) >= 2 {
			head, size := 2, int(rest[1]&0x7f)
			switch size {
			case 126:
				head, size = 4, int(rest[2])<<8|int(rest[3])
			case 127:
				head, size = 10, int(rest[6])<<24|int(rest[7])<<16|int(rest[8])<<8|int(rest[9])
			}

			if len(rest) < head+size {
				t.Fatalf("half a frame: %q", rest)
			}

			body := rest[head : head+size]
			if op := rest[0] & 0x0f; op == websocket.TextMessage {
				var m envelope
				if err := json.Unmarshal(body, &m); err != nil || m.Op == 7 || m.Op == 9 {
					t.Fatalf("%s: %v", body, err)
				}

				if m.Op == 0 && m.Type != "READY" && eventName(m.Type) == "" && m.Type != eventMark {
					t.Fatalf("discordgo would read %s", body)
				}
			} else if op < 8 {
				t.Fatalf("a frame of type %d", op)
			}

			rest = rest[head+size:]
		}
	})
}
