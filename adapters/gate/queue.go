package gate

// waiter is one message that waits for its turn.
type waiter struct {
	chat  uint64
	many  bool
	class Class
	turn  uint64 // order of arrival
	at    int    // index in the heap, -1: no longer in it
	ready chan struct{}
	err   error // set before ready is closed
}

// before reports whether w goes first when both chats are ready.
func (w *waiter) before(o *waiter) bool {
	if w.class != o.class {
		return w.class < o.class
	}

	return w.turn < o.turn
}

// queue is a heap of waiters, first the one to go first.
type queue []*waiter

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].before(q[j]) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].at, q[j].at = i, j
}

func (q *queue) Push(x any) {
	w := x.(*waiter)
	w.at = len(*q)
	*q = append(*q, w)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	w := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	w.at = -1

	return w
}
