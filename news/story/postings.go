package story

// node is an article that has a term, and the node of the article before it that has it.
type node struct {
	article uint32 // its placement
	older   uint32
}

const (
	nodeBits  = 12
	nodeChunk = 1 << nodeBits
)

// postings are the lists of all terms, each the newest first, in one queue: articles leave in
// the order in which they came, so what is older than the oldest node of the queue is gone, and
// a list ends there. Nothing has to be taken out of a list.
type postings struct {
	chunks [][]node
	first  uint32 // number of the first chunk
	next   uint32 // number of the next node; 0 is none
	oldest uint32
}

func newPostings() postings { return postings{next: 1, oldest: 1} }

func (p *postings) add(article, older uint32) uint32 {
	n := p.next
	p.next++

	for n>>nodeBits-p.first >= uint32(len(p.chunks)) {
		p.chunks = append(p.chunks, make([]node, nodeChunk))
	}

	p.chunks[n>>nodeBits-p.first][n&(nodeChunk-1)] = node{article, older}

	return n
}

// held reports whether a node is still there.
func (p *postings) held(n uint32) bool { return n >= p.oldest }

func (p *postings) at(n uint32) node { return p.chunks[n>>nodeBits-p.first][n&(nodeChunk-1)] }

// drop forgets the n oldest nodes.
func (p *postings) drop(n int) {
	p.oldest += uint32(n)
	for p.oldest>>nodeBits > p.first {
		p.chunks[0] = nil
		p.chunks = p.chunks[1:]
		p.first++
	}
}
