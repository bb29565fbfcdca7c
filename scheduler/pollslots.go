package scheduler

import "time"

const (
	// hangsAfter is how long a visit may take before its host counts as one that hangs.
	hangsAfter = 5 * time.Second
	// hangingShare is how many slots there are for hosts that hang, for each slot of the others.
	hangingShare = 4
)

// pollSlots bounds how many visits are under way. A host that hangs holds a connection and little else,
// so its visit is moved out of the common slots into those for hosts that hang. Its next visits begin
// there, until it answers in time again. pollSlots is not safe for concurrent use.
type pollSlots struct {
	limit    int
	underway map[int64]*visit // by source
	counted  int              // of those, how many hold one of the common slots
}

// visit is a request under way.
type visit struct {
	host    *host
	began   time.Time
	hanging bool
}

func newPollSlots(limit int) *pollSlots {
	return &pollSlots{limit: limit, underway: map[int64]*visit{}}
}

// hasRoom reports whether a host may be asked now.
func (p *pollSlots) hasRoom(h *host, now time.Time) bool {
	if h.hangs {
		return len(p.underway)-p.counted < hangingShare*p.limit
	}

	if p.counted >= p.limit {
		p.moveHanging(now)
	}

	return p.counted < p.limit
}

// take gives a slot to a visit.
func (p *pollSlots) take(source int64, h *host, now time.Time) {
	p.underway[source] = &visit{host: h, began: now, hanging: h.hangs}

	if !h.hangs {
		p.counted++
	}
}

// moveHanging moves visits that take too long out of the common slots.
func (p *pollSlots) moveHanging(now time.Time) {
	for _, v := range p.underway {
		if !v.hanging && now.Sub(v.began) >= hangsAfter && len(p.underway)-p.counted < hangingShare*p.limit {
			v.hanging = true
			p.counted--
		}
	}
}

// leave ends a visit and notes whether its host hung.
func (p *pollSlots) leave(source int64, now time.Time) {
	v := p.underway[source]
	delete(p.underway, source)

	if !v.hanging {
		p.counted--
	}

	v.host.hangs = now.Sub(v.began) >= hangsAfter
}
