package index

import "iter"

// A location says of a subscription's ID where its query is filed.
type location struct{ a, b uint32 }

const (
	locatedNowhere      uint32 = iota << 24
	locatedPair                // under a's term, with b
	locatedNot                 // under a's term, without b
	locatedAll                 // under a's term, with the program at b
	locatedProgram             // under the anchors of the program at b
	locatedAlternatives        // under the anchors of the program at b, each beside another term
	locatedCopy                // it is that of ID b; a's term is the place among its copies
)

func newLocation(kind uint32, f termID, b uint32) location { return location{kind | f, b} }
func (r location) kind() uint32                            { return r.a &^ slotTerm }
func (r location) term() termID                            { return r.a & slotTerm }

// hasProgram reports whether b is where a program stands.
func (r location) hasProgram() bool { return r.kind() == locatedAll || !r.isPure() }

// isPure reports whether terms say all of the query, and not code.
func (r location) isPure() bool {
	return r.kind() != locatedProgram && r.kind() != locatedAlternatives
}

const (
	registryPage   = 64
	registryFolder = 256 // pages
)

// registry finds the location of an ID by three steps of counting. Memory is taken for 64
// neighbouring IDs at a time, and for where 16,384 of them stand.
type registry struct {
	folders []*[registryFolder]*[registryPage]location
}

func (rs *registry) at(id uint32) *location {
	n := int(id / (registryPage * registryFolder))
	if n >= len(rs.folders) {
		rs.folders = append(rs.folders, make([]*[registryFolder]*[registryPage]location, n+1-len(rs.folders))...)
	}

	if rs.folders[n] == nil {
		rs.folders[n] = new([registryFolder]*[registryPage]location)
	}

	p := &rs.folders[n][id/registryPage%registryFolder]
	if *p == nil {
		*p = new([registryPage]location)
	}

	return &(*p)[id%registryPage]
}

// find returns the location of an ID, nil when there never was one near it.
func (rs *registry) find(id uint32) *location {
	n := int(id / (registryPage * registryFolder))
	if n >= len(rs.folders) || rs.folders[n] == nil {
		return nil
	}

	if p := rs.folders[n][id/registryPage%registryFolder]; p != nil {
		return &p[id%registryPage]
	}

	return nil
}

// all returns the locations in order of their IDs, those of no query too.
func (rs *registry) all() iter.Seq2[uint32, *location] {
	return func(yield func(uint32, *location) bool) {
		for n, folder := range rs.folders {
			if folder == nil {
				continue
			}

			for k, page := range folder {
				if page == nil {
					continue
				}

				for i := range page {
					if !yield(uint32((n*registryFolder+k)*registryPage+i), &page[i]) {
						return
					}
				}
			}
		}
	}
}
