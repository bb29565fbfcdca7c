package store

// Signal says that a table has new work. It is only a wake-up: every loop looks
// again on a timer too, so a lost signal costs seconds, never an alert.
type Signal int

// The signals.
const (
	NewArticles Signal = iota // articles to match
	NewAlerts                 // alerts or messages to deliver
	NewSources                // sources to poll
	Woken                     // chats for which old alerts wait
	Mended                    // the clock was set back: moments that were noted are void
	signalCount
)

// signals holds a channel of one for each signal: many changes, one wake-up.
type signals struct {
	channels [signalCount]chan struct{}
}

func (s *signals) init() {
	for i := range s.channels {
		s.channels[i] = make(chan struct{}, 1)
	}
}

func (s *signals) raise(raised []Signal) {
	for _, r := range raised {
		select {
		case s.channels[r] <- struct{}{}:
		default:
		}
	}
}

// Wait is the channel on which a signal arrives. Each signal has one consumer.
func (s *Store) Wait(signal Signal) <-chan struct{} { return s.signal.channels[signal] }

func (t *Tx) raise(s Signal) { t.raised = append(t.raised, s) }
