// Package poll measures what polling costs in the whole program: `newsbell run`, with its
// timers, logs, events, agenda and database, over feeds of a server in another process,
// beside bare requests of net/http at the same rate. Run it by
//
//	go test ./poll -v -feeds 100 -interval 1s -for 15s
//
// What the first polls brought, fifty articles a feed, must be matched before the measure
// begins (-settle): finding their stories costs more than an unchanged poll.
package poll
