package gate

// State is how busy a bot is.
type State struct {
	Waiting   int     // messages that wait for their turn
	PerSecond float64 // messages that may leave in a second now; 0: no limit
	Sent      uint64  // messages that have left since the start
	Holds     uint64  // times since the start that the server said “too many”
}

// State returns how busy the bot is now.
func (g *Gate) State() State {
	g.mu.Lock()
	defer g.mu.Unlock()

	s := State{Waiting: g.waiting.Len(), Sent: g.sent, Holds: g.holds}
	if g.limits.PerSecond > 0 {
		s.PerSecond = 1 / g.spacing().Seconds()
	}

	return s
}
