package discord

import "sync"

// memory is a map that forgets its oldest entries when it holds more than max.
// It is safe for concurrent use.
type memory[K comparable, V any] struct {
	max int

	mu    sync.Mutex
	m     map[K]V
	order []K
}

func newMemory[K comparable, V any](most int) *memory[K, V] {
	return &memory[K, V]{max: most, m: map[K]V{}}
}

func (m *memory[K, V]) get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()

	v, ok := m.m[k]

	return v, ok
}

// put remembers v and says whether k was new.
func (m *memory[K, V]) put(k K, v V) bool {
	m.mu.Lock()
	defer m.mu.Unlock()

	if _, ok := m.m[k]; ok {
		m.m[k] = v
		return false
	}

	m.m[k] = v

	m.order = append(m.order, k)
	for len(m.m) > m.max {
		delete(m.m, m.order[0])
		m.order = m.order[1:]
	}
	// Entries that were deleted and put again stand in the order twice.
	if len(m.order) > 2*m.max {
		m.compact()
	}

	return true
}

func (m *memory[K, V]) compact() {
	seen := make(map[K]bool, len(m.m))

	kept := make([]K, 0, len(m.m))
	for i := len(m.order) - 1; i >= 0; i-- {
		if k := m.order[i]; !seen[k] {
			if _, ok := m.m[k]; ok {
				kept = append(kept, k)
			}

			seen[k] = true
		}
	}

	for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
		kept[i], kept[j] = kept[j], kept[i]
	}

	m.order = kept
}

func (m *memory[K, V]) remove(k K) {
	m.mu.Lock()
	defer m.mu.Unlock()

	delete(m.m, k)
}

// each calls f for every entry, in no order.
func (m *memory[K, V]) each(f func(K, V)) {
	m.mu.Lock()
	defer m.mu.Unlock()

	for k, v := range m.m {
		f(k, v)
	}
}
