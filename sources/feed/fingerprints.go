package feed

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"newsbell/news"
)

// Fingerprints is what is kept of the items that a feed listed, so that the next
// visit reads only what has changed. It is opaque to others and written as JSON.
type Fingerprints struct {
	Items  string   `json:"listed,omitempty"` // 48 bytes an item, Base64
	Shared []string `json:"shared,omitempty"` // canonical addresses that name no single item
	Suffix string   `json:"suffix,omitempty"` // what all titles end with
}

// index is what is known of the items that a feed listed at the last visit. It
// makes two things possible: to parse only items whose bytes were not there
// before, and to know an item again that has changed its address.
type index struct {
	items  map[uint64]fingerprint // by the sum of the item's bytes
	byGUID map[uint64]fingerprint
	byPage map[uint64]fingerprint
	keys   map[string]uint64 // which bytes an item with this key had
	shared []string          // canonical addresses that name no single item
	suffix string            // what all titles end with
}

// fingerprint is an item of the last visit.
type fingerprint struct {
	sum   uint64 // of its bytes
	guid  uint64 // of its guid, 0 none
	title uint64 // a sketch of its title: similar titles differ in few bits
	page  uint64 // of its canonical address, 0: it has none of its own
	key   [16]byte
}

const (
	fingerprintSize = 8 + 8 + 8 + 8 + 16
	// maxFingerprints bounds the state of one source to 64 KB. Longer lists are
	// parsed whole at each visit.
	maxFingerprints = 1000
	maxShared       = 16
)

// unpack reads what is known of items.
func (s *Fingerprints) unpack() *index {
	m := &index{items: map[uint64]fingerprint{}, byGUID: map[uint64]fingerprint{}, byPage: map[uint64]fingerprint{}, keys: map[string]uint64{}, shared: s.Shared, suffix: s.Suffix}

	b, err := base64.RawStdEncoding.DecodeString(s.Items)
	if err != nil {
		return m
	}

	for ; len(b) >= fingerprintSize; b = b[fingerprintSize:] {
		r := fingerprint{sum: binary.LittleEndian.Uint64(b), guid: binary.LittleEndian.Uint64(b[8:]), title: binary.LittleEndian.Uint64(b[16:]), page: binary.LittleEndian.Uint64(b[24:]), key: [16]byte(b[32:])}
		m.items[r.sum] = r

		m.keys[r.text()] = r.sum
		if r.guid != 0 {
			m.byGUID[r.guid] = r
		}

		if r.page != 0 {
			m.byPage[r.page] = r
		}
	}

	return m
}

// pack writes down the items of this visit.
func (s *Fingerprints) pack(list []fingerprint, m *index) {
	s.Shared, s.Suffix = m.shared, m.suffix
	if len(list) > maxFingerprints {
		s.Items = ""
		return
	}

	b := make([]byte, 0, len(list)*fingerprintSize)
	for _, r := range list {
		b = binary.LittleEndian.AppendUint64(b, r.sum)
		b = binary.LittleEndian.AppendUint64(b, r.guid)
		b = binary.LittleEndian.AppendUint64(b, r.title)
		b = binary.LittleEndian.AppendUint64(b, r.page)
		b = append(b, r.key[:]...)
	}

	s.Items = base64.RawStdEncoding.EncodeToString(b)
}

// text is the key as articles carry it.
func (r fingerprint) text() string { return base64.RawURLEncoding.EncodeToString(r.key[:]) }

// sum names an item's bytes. SHA-256 is in the processor, and a feed's author
// cannot make two items of one sum.
func sum(b []byte) uint64 {
	h := sha256.Sum256(b)
	return binary.LittleEndian.Uint64(h[:])
}

// pageSum names a canonical address.
func pageSum(canonical string) uint64 {
	if canonical == "" {
		return 0
	}

	return sum([]byte(canonical)) | 1
}

func guidSum(guid string) uint64 {
	if guid = strings.TrimSpace(guid); guid == "" {
		return 0
	}

	return sum([]byte(guid)) | 1
}

// sketch is a SimHash of a title's letters three by three: a corrected typo
// changes a few bits of it, another headline about half.
func sketch(title string) uint64 {
	r := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}

		return -1
	}, news.PlainText(title)))

	r = r[:min(len(r), 300)]
	if len(r) == 0 {
		return 0
	}

	var votes ballot

	for i := range max(1, len(r)-2) {
		v := uint64(0)
		for _, c := range r[i:min(len(r), i+3)] {
			v = mix(v<<21 | v>>43 ^ uint64(c))
		}

		votes.add(v)
	}

	var out uint64

	for b := range 64 {
		if 2*votes.count(b) > max(1, len(r)-2) {
			out |= 1 << b
		}
	}

	return out
}

// ballot counts, for each of 64 bits, in how many numbers it was set, up to 511:
// the first word holds the ones of all counts, the next the twos and so on.
type ballot [9]uint64

func (b *ballot) add(v uint64) {
	for i := 0; v != 0 && i < len(b); i++ {
		b[i], v = b[i]^v, b[i]&v
	}
}

func (b *ballot) count(bit int) (n int) {
	for i, word := range b {
		n |= int(word>>bit&1) << i
	}

	return n
}

// mix spreads each bit over all bits.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53

	return x ^ x>>33
}

// similarBits is how many bits of two sketches of one headline may differ.
// Headlines of 40 letters with a typo corrected differ in up to 14 of 64 bits,
// unrelated ones in 32 ± 4 (measured in TestSketch).
const similarBits = 16

func similar(a, b uint64) bool { return a != 0 && b != 0 && bits.OnesCount64(a^b) <= similarBits }

// identify gives each item its key: the one it had, if its bytes or its guid and
// title were there before, else the one that its address makes. It returns what
// to remember.
func (f *Feed) identify(m *index) []fingerprint {
	for i := range f.raw {
		f.raw[i].canonical = news.Canonical(f.raw[i].Link)
	}

	shared := sharedLinks(f.raw, f.Link)
	for _, c := range m.shared {
		shared[c] = true
	}

	listed := make(map[uint64]bool, len(f.raw)+len(f.known))
	for i := range f.raw {
		listed[f.raw[i].sum] = true
	}

	for _, r := range f.known {
		listed[r.sum] = true
	}

	for i := range f.raw {
		it := &f.raw[i]
		it.key = it.keyFrom(m, shared, listed)
	}

	m.keepShared(f.raw, shared)

	return f.fingerprints(shared)
}

// keyFrom is the item's key.
func (it *item) keyFrom(m *index, shared map[string]bool, listed map[uint64]bool) string {
	if it.sum != 0 {
		if old, ok := m.items[it.sum]; ok {
			return old.text()
		}
	}

	key := it.address(shared)
	if old, ok := m.byPage[pageSum(it.canonical)]; ok && it.canonical != "" && !shared[it.canonical] && !listed[old.sum] {
		return old.text() // it may have had its key from an address before this one
	}

	if old, ok := m.byGUID[guidSum(it.GUID)]; ok && it.GUID != "" && old.text() != key && !listed[old.sum] {
		// The guid is known and its former item is no longer listed: this is it
		// under a new address, unless another headline says that the guid was
		// used again.
		if similar(old.title, sketch(it.Title)) {
			return old.text()
		}
	}

	return key
}

// keepShared remembers addresses that name several items.
func (m *index) keepShared(items []item, shared map[string]bool) {
	for i := range items {
		c := items[i].canonical
		if shared[c] && !slices.Contains(m.shared, c) && len(m.shared) < maxShared {
			m.shared = append(slices.Clip(m.shared), c)
		}
	}
}

// fingerprints is what to keep of this visit's items.
func (f *Feed) fingerprints(shared map[string]bool) []fingerprint {
	out := slices.Clone(f.known)
	for i := range f.raw {
		it := &f.raw[i]
		if it.sum == 0 || it.key == "" {
			continue
		}

		r := fingerprint{sum: it.sum, guid: guidSum(it.GUID), title: sketch(it.Title)}

		b, err := base64.RawURLEncoding.DecodeString(it.key)
		if err != nil || len(b) != len(r.key) {
			continue
		}

		if !shared[it.canonical] {
			r.page = pageSum(it.canonical)
		}

		copy(r.key[:], b)
		out = append(out, r)
	}

	return out
}

// parseChanged reads a feed of which the last visit knew some items: only the
// others are handed to gofeed, in the feed's own envelope. Whenever something
// does not fit it answers nil, and the feed is read whole.
func (d *document) parseChanged(base string, m *index) *Feed {
	if len(m.items) == 0 || d.deep || d.rest < len(d.text) || len(d.items) > maxFingerprints || len(m.shared) >= maxShared {
		return nil
	}

	changed := make([]bool, len(d.items))

	var (
		sums      []uint64
		unchanged []fingerprint
	)

	for i, s := range d.items {
		h := sum(d.text[s.from:s.to])
		if old, ok := m.items[h]; ok {
			unchanged = append(unchanged, old)
			continue
		}

		changed[i] = true

		sums = append(sums, h)
	}

	if len(unchanged) < len(d.items)/2 { // not worth it, and perhaps a relaunch
		return nil
	}

	small := &document{text: d.envelope(func(i int) bool { return changed[i] })}

	part, err := scan(small.text)
	if err != nil || len(part.items) != len(sums) || part.root != d.root {
		return nil
	}

	f, err := part.parse(base)
	if err != nil || len(f.raw) != len(sums) || f.Broken > 0 {
		return nil
	}

	for i := range f.raw {
		f.raw[i].sum = sums[i]
	}

	f.known = unchanged
	if f.collides(m) {
		return nil
	}

	return f
}

// collides: a new item has the address of one that is listed unchanged, so the
// two have to be told apart by their guids.
func (f *Feed) collides(m *index) bool {
	listed := make(map[uint64]bool, len(f.known))
	for _, r := range f.known {
		listed[r.sum] = true
	}

	for i := range f.raw {
		f.raw[i].canonical = news.Canonical(f.raw[i].Link)
		if h, ok := m.keys[f.raw[i].address(nil)]; ok && listed[h] {
			return true
		}

		if r, ok := m.byPage[pageSum(f.raw[i].canonical)]; ok && listed[r.sum] {
			return true
		}
	}

	return false
}

// keys are those of all items.
func (f *Feed) keys() []string {
	out := make([]string, 0, len(f.raw)+len(f.known))
	for _, r := range f.known {
		out = append(out, r.text())
	}

	for i := range f.raw {
		if f.raw[i].key != "" {
			out = append(out, f.raw[i].key)
		}
	}

	return out
}
