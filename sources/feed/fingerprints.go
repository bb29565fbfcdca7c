package feed

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"newsbell/news"
	"newsbell/news/summary"
)

// Fingerprints is what is kept of the items that a feed listed, so that the next
// visit reads only what has changed. It is opaque to others and written as JSON.
type Fingerprints struct {
	Items  string   `json:"items,omitempty"`  // 24 bytes an item, Base64
	Shared []string `json:"shared,omitempty"` // canonical addresses that name no single item
	Suffix string   `json:"suffix,omitempty"` // what all titles end with
	// Repeated is what texts begin or end with, see summary.Repeated.
	Repeated string `json:"repeated,omitempty"`
}

// index is what is known of the items that the feed listed at the last visit.
type index struct {
	items  map[uint64]fingerprint // by the sum of the item's bytes
	keys   map[string]uint64      // which bytes an item with this key had
	shared []string               // canonical addresses that name no single item
	suffix string                 // what all titles end with

	repeated summary.Repeated // what texts begin or end with
}

// fingerprint is an item of the last visit.
type fingerprint struct {
	sum uint64 // of its bytes
	key [16]byte
}

const (
	fingerprintSize = 8 + 16
	// maxFingerprints bounds the state of one source to 32 KB. Longer lists are
	// parsed whole at each visit.
	maxFingerprints = 1000
)

// unpack reads what is known of items.
func (s *Fingerprints) unpack() *index {
	known := &index{items: map[uint64]fingerprint{}, keys: map[string]uint64{}, shared: s.Shared, suffix: s.Suffix, repeated: summary.ParseRepeated(s.Repeated)}

	b, err := base64.RawStdEncoding.DecodeString(s.Items)
	if err != nil {
		return known
	}

	for ; len(b) >= fingerprintSize; b = b[fingerprintSize:] {
		p := fingerprint{sum: binary.LittleEndian.Uint64(b), key: [16]byte(b[8:])}
		known.items[p.sum] = p
		known.keys[p.text()] = p.sum
	}

	return known
}

// pack writes down the items of this visit.
func (s *Fingerprints) pack(list []fingerprint, known *index) {
	s.Shared, s.Suffix, s.Repeated = known.shared, known.suffix, known.repeated.String()
	if len(list) > maxFingerprints {
		s.Items = ""
		return
	}

	b := make([]byte, 0, len(list)*fingerprintSize)
	for _, p := range list {
		b = binary.LittleEndian.AppendUint64(b, p.sum)
		b = append(b, p.key[:]...)
	}

	s.Items = base64.RawStdEncoding.EncodeToString(b)
}

// text is the key as articles carry it.
func (p fingerprint) text() string { return base64.RawURLEncoding.EncodeToString(p.key[:]) }

// hashItem names an item's bytes. SHA-256 is in the processor, and a feed's author
// cannot make two items of one sum.
func hashItem(b []byte) uint64 {
	h := sha256.Sum256(b)
	return binary.LittleEndian.Uint64(h[:])
}

// fingerprints is what to keep of this visit's items.
func (f *Feed) fingerprints() []fingerprint {
	out := append([]fingerprint(nil), f.known...)

	for i := range f.raw {
		it := &f.raw[i]

		key, err := base64.RawURLEncoding.DecodeString(it.key)
		if it.sum != 0 && err == nil && len(key) == len(fingerprint{}.key) {
			out = append(out, fingerprint{it.sum, [16]byte(key)})
		}
	}

	return out
}

// parseChanged reads a feed of which the last visit knew some items: only the
// others are handed to gofeed, in the feed's own envelope. Whenever something
// does not fit it returns nil, and the feed is read whole.
func (d *document) parseChanged(base string, known *index) *Feed {
	if len(known.items) == 0 || d.deep || d.rest < len(d.text) || len(d.items) > maxFingerprints || len(known.shared) >= maxShared {
		return nil
	}

	changed := make([]bool, len(d.items))

	var (
		sums      []uint64
		unchanged []fingerprint
	)

	for i, s := range d.items {
		h := hashItem(d.text[s.from:s.to])
		if old, ok := known.items[h]; ok {
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

	part, err := scanDocument(small.text)
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
	if f.collides(known) {
		return nil
	}

	return f
}

// collides reports whether a new item has the address of one that is listed unchanged,
// so that the two have to be told apart by their guids.
func (f *Feed) collides(known *index) bool {
	listed := make(map[uint64]bool, len(f.known))
	for _, p := range f.known {
		listed[p.sum] = true
	}

	for i := range f.raw {
		f.raw[i].canonical = news.Canonical(f.raw[i].Link)
		if h, ok := known.keys[f.raw[i].firstKey(nil)]; ok && listed[h] {
			return true
		}
	}

	return false
}

// keys are those of all items.
func (f *Feed) keys() []string {
	out := make([]string, 0, len(f.raw)+len(f.known))
	for _, p := range f.known {
		out = append(out, p.text())
	}

	for i := range f.raw {
		if f.raw[i].key != "" {
			out = append(out, f.raw[i].key)
		}
	}

	return out
}
