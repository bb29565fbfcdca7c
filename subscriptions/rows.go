package subscriptions

import "iter"

// A row says of a subscription's ID where its query is filed.
type row struct{ a, b uint32 }

const (
	rowNone     uint32 = iota << 24
	rowPair            // under a's term, with b
	rowNot             // under a's term, without b
	rowAll             // under a's term, with the program at b
	rowProgram         // under the anchors of the program at b
	rowFollower        // it is that of ID b; a's term is the place among its followers
)

func newRow(kind uint32, f termID, b uint32) row { return row{kind | f, b} }
func (r row) kind() uint32                       { return r.a &^ slotTerm }
func (r row) term() termID                       { return r.a & slotTerm }

const (
	rowPage   = 64
	rowFolder = 256 // pages
)

// rows finds the row of an ID by three steps of counting. Memory is taken for 64
// neighbouring IDs at a time, and for where 16,384 of them stand.
type rows struct{ folders []*[rowFolder]*[rowPage]row }

func (rs *rows) at(id uint32) *row {
	n := int(id / (rowPage * rowFolder))
	if n >= len(rs.folders) {
		rs.folders = append(rs.folders, make([]*[rowFolder]*[rowPage]row, n+1-len(rs.folders))...)
	}

	if rs.folders[n] == nil {
		rs.folders[n] = new([rowFolder]*[rowPage]row)
	}

	p := &rs.folders[n][id/rowPage%rowFolder]
	if *p == nil {
		*p = new([rowPage]row)
	}

	return &(*p)[id%rowPage]
}

// find gives the row of an ID, nil when there never was one near it.
func (rs *rows) find(id uint32) *row {
	n := int(id / (rowPage * rowFolder))
	if n >= len(rs.folders) || rs.folders[n] == nil {
		return nil
	}

	if p := rs.folders[n][id/rowPage%rowFolder]; p != nil {
		return &p[id%rowPage]
	}

	return nil
}

// all gives the rows there are in order of their IDs, those of no query too.
func (rs *rows) all() iter.Seq2[uint32, *row] {
	return func(yield func(uint32, *row) bool) {
		for n, folder := range rs.folders {
			if folder == nil {
				continue
			}

			for k, page := range folder {
				if page == nil {
					continue
				}

				for i := range page {
					if !yield(uint32((n*rowFolder+k)*rowPage+i), &page[i]) {
						return
					}
				}
			}
		}
	}
}
