package delivery

import (
	"container/heap"
	"math"
)

// entry is a chat that waits. It has 32 bytes, since hundreds of thousands may wait.
type entry struct {
	chat  int64
	key   uint64 // in the gate
	story int64  // the one with the fewest recipients of those that wait for the chat
	dueAt int64  // milliseconds<<flagBits | flags
}

const (
	flagMany   = 1 // the chat has many readers
	flagDigest = 2 // a digest comes next
	flagBits   = 2
)

// due returns when the chat may be served, in milliseconds.
func (e *entry) due() int64 { return e.dueAt >> flagBits }

func (e *entry) setDue(ms int64) { e.dueAt = ms<<flagBits | e.dueAt&(flagMany|flagDigest) }
func (e *entry) many() bool      { return e.dueAt&flagMany != 0 }
func (e *entry) digest() bool    { return e.dueAt&flagDigest != 0 }

// flow returns the story whose turns the entry takes; all digests share one.
func (e *entry) flow() int64 {
	if e.digest() {
		return digests
	}

	return e.story
}

// readyChats are the chats that may be sent something now. The pace is shared between
// stories: the story with the fewest recipients goes first, so that an alert for a few
// does not wait behind one for ten thousand. Every guardTurn-th turn goes to the chat
// that has waited longest, so that a large story moves however many small ones come:
// of n recipients the last has its turn after n*guardTurn/(guardTurn-1) turns and
// those of stories that are as small. Within a story chats go in the order in which
// they became due. Digests come after all alerts.
type readyChats struct {
	chunks  [][]node        // the nodes, in chunks: they never move
	free    int32           // the first of the nodes not in use, none: -1
	flows   map[int64]*flow // by story
	small   flowHeap
	waiting flowHeap
	turns   int
}

// guardTurn is how many turns there are to one that goes to who waited longest.
const guardTurn = 4

const (
	nodesInChunk = 1024
	noNode       = int32(-1)
	// digests is the story under which all digests stand.
	digests = math.MinInt64
)

// node is a ready chat in the list of its story.
type node struct {
	entry
	prev, next int32
}

// flow is a story that chats are ready for.
type flow struct {
	story       int64
	first, last int32
	chats, sent int32
	at          [2]int // in small and waiting
}

func newReadyChats() *readyChats {
	r := &readyChats{free: noNode, flows: map[int64]*flow{}}
	r.small = flowHeap{index: 0, less: r.isSmaller}
	r.waiting = flowHeap{index: 1, less: r.isOlder}

	return r
}

func (r *readyChats) node(i int32) *node { return &r.chunks[i/nodesInChunk][i%nodesInChunk] }

// isSmaller orders stories by their recipients so far, then by the chat that has waited longest. Digests
// come last.
func (r *readyChats) isSmaller(a, b *flow) bool {
	switch {
	case (a.story == digests) != (b.story == digests):
		return b.story == digests
	case a.size() != b.size():
		return a.size() < b.size()
	}

	return r.isOlder(a, b)
}

func (r *readyChats) isOlder(a, b *flow) bool { return r.node(a.first).due() < r.node(b.first).due() }

// size returns how many chats the story has gone out to or waits for.
func (f *flow) size() int32 { return f.chats + f.sent }

// sizeOf returns how large a story is.
func (r *readyChats) sizeOf(story int64) int32 {
	if f := r.flows[story]; f != nil {
		return f.size()
	}

	return 0
}

// add makes a chat ready and returns its node.
func (r *readyChats) add(e entry) int32 {
	if r.free == noNode {
		r.grow()
	}

	i := r.free
	n := r.node(i)
	r.free = n.next

	story := e.flow()

	f := r.flows[story]
	if f == nil {
		f = &flow{story: story, first: noNode, last: noNode}
		r.flows[story] = f
	}

	*n = node{e, f.last, noNode}

	if f.last == noNode {
		f.first = i
	} else {
		r.node(f.last).next = i
	}

	f.last = i

	if f.chats++; f.chats == 1 {
		heap.Push(&r.small, f)
		heap.Push(&r.waiting, f)
	} else {
		heap.Fix(&r.small, f.at[0])
	}

	return i
}

// grow adds a chunk of free nodes.
func (r *readyChats) grow() {
	chunk := make([]node, nodesInChunk)
	first := int32(len(r.chunks) * nodesInChunk)

	for i := range chunk {
		chunk[i].next = first + int32(i) + 1
	}

	chunk[nodesInChunk-1].next = noNode
	r.chunks, r.free = append(r.chunks, chunk), first
}

// remove takes a chat out and returns it.
func (r *readyChats) remove(i int32) entry {
	n := r.node(i)
	e := n.entry

	story := e.flow()

	f := r.flows[story]

	if n.prev == noNode {
		f.first = n.next
	} else {
		r.node(n.prev).next = n.next
	}

	if n.next == noNode {
		f.last = n.prev
	} else {
		r.node(n.next).prev = n.prev
	}

	*n = node{next: r.free}
	r.free = i

	if f.chats--; f.chats == 0 {
		heap.Remove(&r.small, f.at[0])
		heap.Remove(&r.waiting, f.at[1])
		delete(r.flows, story)
	} else {
		heap.Fix(&r.small, f.at[0])
		heap.Fix(&r.waiting, f.at[1])
	}

	return e
}

// pick returns the node of the chat whose turn it is.
func (r *readyChats) pick() (i int32, ok bool) {
	if len(r.small.flows) == 0 {
		return noNode, false
	}

	if r.turns%guardTurn == guardTurn-1 {
		return r.waiting.flows[0].first, true
	}

	return r.small.flows[0].first, true
}

// served counts a turn of a picked chat, which is taken out.
func (r *readyChats) served(i int32) entry {
	r.turns++

	if f := r.flows[r.node(i).flow()]; f != nil {
		f.sent++
	}

	return r.remove(i)
}

// flowHeap is a heap of stories, for package heap, that know their index in it.
type flowHeap struct {
	flows []*flow
	index int // of flow.at
	less  func(a, b *flow) bool
}

func (h *flowHeap) Len() int           { return len(h.flows) }
func (h *flowHeap) Less(i, j int) bool { return h.less(h.flows[i], h.flows[j]) }

func (h *flowHeap) Swap(i, j int) {
	h.flows[i], h.flows[j] = h.flows[j], h.flows[i]
	h.flows[i].at[h.index], h.flows[j].at[h.index] = i, j
}

func (h *flowHeap) Push(x any) {
	f := x.(*flow)
	f.at[h.index] = len(h.flows)
	h.flows = append(h.flows, f)
}

func (h *flowHeap) Pop() any {
	last := h.flows[len(h.flows)-1]
	h.flows[len(h.flows)-1] = nil
	h.flows = h.flows[:len(h.flows)-1]

	return last
}
