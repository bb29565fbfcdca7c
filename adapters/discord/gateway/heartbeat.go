package gateway

import (
	"math/rand/v2"
	"time"
)

// keepAlive sends heartbeats, the first one after a random part of the interval
// as Discord asks, and cuts a connection that only looks alive: one whose
// heartbeats have not been acknowledged for two and a half intervals. Discord's
// documentation calls one missed answer enough; we allow for a slow one.
func (c *connection) keepAlive(interval time.Duration) {
	half := max(interval/2, time.Millisecond)

	timer := time.NewTimer(rand.N(interval))
	defer timer.Stop()

	for due := true; ; due = !due {
		select {
		case <-c.ended:
			return
		case <-timer.C:
		}

		if c.silence() > 2*interval+half || (due && c.beat() != nil) {
			c.ws.Close()
			return
		}

		timer.Reset(half)
	}
}

// beat sends a heartbeat.
func (c *connection) beat() error { return c.write(opHeartbeat, c.session.heartbeat()) }

// acknowledged notes a sign of life.
func (c *connection) acknowledged() {
	c.pulse.Lock()
	defer c.pulse.Unlock()

	c.acked = time.Now()
}

// silence returns how long there has been no sign of life.
func (c *connection) silence() time.Duration {
	c.pulse.Lock()
	defer c.pulse.Unlock()

	return time.Since(c.acked)
}
