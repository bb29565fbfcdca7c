// Package poll measures what polling costs in the whole program: `newsbell run`, with its
// timers, logs, events, agenda and database, over feeds of a server in another process,
// beside bare requests of net/http at the same rate. Run it by
//
//	go test ./poll -v -feeds 1000 -interval 10s -for 30s
package poll
