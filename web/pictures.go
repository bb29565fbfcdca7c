package web

import "sync"

// picturesKept is how many pictures are kept in memory, each at most as large as
// Config.Picture passes on: visitors of one page must not ask its publisher each time.
const picturesKept = 32

type picture struct {
	body []byte
	kind string
}

// pictures keeps the latest pictures by their addresses. It is safe for concurrent use.
type pictures struct {
	mu    sync.Mutex
	kept  map[string]picture
	order []string // the oldest first
}

func (p *pictures) get(address string) (picture, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	one, ok := p.kept[address]

	return one, ok
}

func (p *pictures) add(address string, one picture) {
	p.mu.Lock()
	defer p.mu.Unlock()

	if _, ok := p.kept[address]; ok {
		return
	}

	if len(p.order) == picturesKept {
		delete(p.kept, p.order[0])
		p.order = p.order[1:]
	}

	p.kept[address] = one
	p.order = append(p.order, address)
}
