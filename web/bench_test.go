package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkAStorysPage is what a page costs whose story did not change, over a connection that
// is kept: with its body, and as what the visitor has.
func BenchmarkAStorysPage(b *testing.B) {
	s := newServer(b, Config{}, bridge()...)
	path := "/s/" + s.token('s', 0, 1)
	server := httptest.NewServer(s.Handler())
	b.Cleanup(server.Close)

	for name, header := range map[string]string{"body": "", "unchanged": "If-None-Match: " + get(b, s, path).Header.Get("ETag") + "\r\n"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()

			c, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()

			request := "GET " + path + " HTTP/1.1\r\nHost: a\r\nAccept-Language: de-DE,de;q=0.9,en;q=0.8\r\n" + header + "\r\n"

			for from := bufio.NewReader(c); b.Loop(); {
				if _, err := io.WriteString(c, request); err != nil {
					b.Fatal(err)
				}

				resp, err := http.ReadResponse(from, nil)
				if err != nil || strings.HasPrefix(resp.Status, "5") {
					b.Fatal(err, resp)
				}

				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
