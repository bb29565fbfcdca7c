package sources_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"newsbell/sources"
)

// TestPicture: pictures of the usual kinds are passed on; documents, giants and what
// lies in a private network are not.
func TestPicture(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", map[string]string{"/a.jpg": "image/jpeg", "/a.svg": "image/svg+xml", "/a.html": "text/html", "/big.png": "image/png"}[r.URL.Path])

		switch r.URL.Path {
		case "/gone.jpg":
			w.WriteHeader(http.StatusNotFound)
		case "/big.png":
			_, _ = w.Write([]byte(strings.Repeat("x", 6<<20)))
		default:
			_, _ = w.Write([]byte("picture"))
		}
	}))
	t.Cleanup(server.Close)

	guarded := sources.NewFetcher(sources.Options{})
	t.Cleanup(guarded.Close)

	if _, _, err := guarded.Picture(t.Context(), server.URL+"/a.jpg"); err == nil {
		t.Error("a picture came from the private network")
	}

	open := sources.NewFetcher(sources.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(open.Close)

	if body, kind, err := open.Picture(t.Context(), server.URL+"/a.jpg"); err != nil || string(body) != "picture" || kind != "image/jpeg" {
		t.Errorf("got %q, %q, %v", body, kind, err)
	}

	for _, path := range []string{"/a.svg", "/a.html", "/gone.jpg", "/big.png"} {
		if _, _, err := open.Picture(t.Context(), server.URL+path); err == nil {
			t.Errorf("%s was passed on", path)
		}
	}

	if _, _, err := open.Picture(t.Context(), "file:///etc/passwd"); err == nil {
		t.Error("a file was passed on")
	}
}

// TestPictureLeadsNowhereElse: an address that may be asked leads to none that may not be.
func TestPictureLeadsNowhereElse(t *testing.T) {
	asked := false
	picture := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write([]byte("picture"))
	}

	private := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = true; picture(w, r) }))

	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("SKIP: this machine has one loopback address: redirects to another are not tested: ", err)
	}

	_ = private.Listener.Close() // it was only made to be replaced
	private.Listener = l
	private.Start()
	t.Cleanup(private.Close)

	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/here.jpg" {
			http.Redirect(w, r, "/a.jpg", http.StatusFound)
			return
		}

		if r.URL.Path == "/there.jpg" {
			http.Redirect(w, r, private.URL+"/a.jpg", http.StatusFound)
			return
		}

		picture(w, r)
	}))
	t.Cleanup(public.Close)

	f := sources.NewFetcher(sources.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	t.Cleanup(f.Close)

	if _, _, err := f.Picture(t.Context(), public.URL+"/here.jpg"); err != nil {
		t.Errorf("a redirect within what may be asked: %v", err)
	}

	if _, _, err := f.Picture(t.Context(), public.URL+"/there.jpg"); err == nil || asked {
		t.Errorf("a redirect into the private network was followed: %v, asked: %v", err, asked)
	}
}
