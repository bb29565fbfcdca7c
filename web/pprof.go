package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"

	"newsbell/internal/serve"
)

// RunProfiles serves Go's profiles of this process below /debug/pprof/ until ctx ends. They
// show what is in memory: listen has to be an address that only this machine reaches.
func RunProfiles(ctx context.Context, listen string, log *slog.Logger) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("serve profiles: %w; change web.pprof", err)
	}

	log.Info("serving profiles", "address", listener.Addr().String())

	// A profile takes as long as it is asked to: there is no time to write.
	return serve.Until(ctx, listener, &http.Server{Handler: profileHandler(), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, MaxHeaderBytes: headerBytes}, stopTime)
}

// profileHandler serves profiles, to programs: a page in a browser could otherwise have another site's name
// lead here and read them.
func profileHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if ip := net.ParseIP(host); err != nil || host != "localhost" && !ip.IsLoopback() {
			http.Error(w, "Profiles are served to this machine only.", http.StatusForbidden)
			return
		}

		mux.ServeHTTP(w, r)
	})
}
