package index

import (
	"slices"
	"sync/atomic"

	"newsbell/subscriptions/query"
)

// A query that two terms do not decide has a program: its tree in prefix order,
// one word of 32 bits an operator or a term.
//
//	bits 28-31  what it is
//	bits 24-27  the field that it looks at
//	bits 0-23   a term, or how many words belong to it
type code = uint32

const (
	codeTerm    code = iota << 28 // a term
	codeAnd                       // length in words
	codeOr                        // length
	codeNot                       // length
	codeSeq                       // how many terms follow, one after the other
	codePhrase                    // length; items, each with its alternatives
	codeNear                      // length; the distance; items
	codeRegex                     // index
	codeAddress                   // index
)

const (
	codeOp      = 0xF << 28
	codeLength  = 1<<24 - 1
	codeTouches = 1 << 31 // with a term in a sequence: directly after the one before
)

func codeField(c code) query.Field { return query.Field(c >> 24 & 0xF) }

// programStore is where programs stand. A program is written before the first posting
// that names it and never changed; when half is waste, all move to a new place
// and readers of the old one keep it until they are done.
type programStore struct {
	chunks atomic.Pointer[[]*[programChunk]uint32]
	next   uint32 // where the next one goes
	base   uint32 // where the first one stands; what was before has moved
	waste  uint32 // words since base that nothing names
}

const programChunk = 1 << 14

// at returns the words from place on to the end of their chunk.
func (ps *programStore) at(offset uint32) []uint32 {
	return (*ps.chunks.Load())[offset/programChunk][offset%programChunk:]
}

// put writes a program and returns its place.
func (ps *programStore) put(words []uint32) uint32 {
	if room := programChunk - ps.next%programChunk; ps.next%programChunk != 0 && int(room) < len(words) {
		ps.next += room
	}

	if ps.next%programChunk == 0 {
		var chunks []*[programChunk]uint32
		if c := ps.chunks.Load(); c != nil {
			chunks = *c
		}

		grown := append(slices.Clip(chunks), new([programChunk]uint32))
		ps.chunks.Store(&grown)
	}

	offset := ps.next
	copy(ps.at(offset), words)
	ps.next += uint32(len(words))

	return offset
}

// A program begins with the ID of its query and its shape: how many terms it is
// filed under, which come next, and the length of the code behind them.
const programHead = 2

func programShape(anchors, length int) uint32 { return uint32(anchors)<<20 | uint32(length) }

func programAnchors(p []uint32) []termID { return p[programHead : programHead+p[1]>>20] }

func programCode(p []uint32) []uint32 {
	from := programHead + p[1]>>20
	return p[from : from+p[1]&(1<<20-1)]
}

// What follows the ID of a query of three or more words: how many they are
// without the one that it is filed under, and the second, in one; then the rest.
func allShape(n int, g termID) uint32 { return uint32(n)<<24 | g }

func allTerms(p []uint32) (g termID, rest []termID) { return p[1] & slotTerm, p[2 : 1+p[1]>>24] }
