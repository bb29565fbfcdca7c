package web

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/store"
)

// How long the page of a story is shown as it was made. Browsers keep it for as long as pageLife,
// too (show).
const (
	pageFresh = time.Second // without a look at the database
	pageLife  = time.Minute // while no article of the story is new or changed: what is related may be
	pageBytes = 16 << 20    // of all pages that are kept
	maxAge    = "private, max-age=60"
)

// pageKey names a page that is kept: of a story as a chat may see it, in a language. The page of
// story 0 says that there is none.
type pageKey struct {
	chat, story int64
	language    string
}

// keptPage is a page as it is sent.
type keptPage struct {
	key     pageKey
	status  int
	body    []byte
	tag     string // ETag
	policy  string // what it may load
	edition store.StoryEdition
	made    time.Time
	checked time.Time // when its edition was last looked at
}

// newKeptPage returns what to keep of a page that was made now.
func newKeptPage(key pageKey, status int, body []byte, now time.Time) *keptPage {
	sum := sha256.Sum256(body)

	return &keptPage{key: key, status: status, body: body, tag: `"` + hex.EncodeToString(sum[:12]) + `"`, policy: policy, made: now, checked: now}
}

// send answers with the page, or that it is still what the visitor has.
func (p *keptPage) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cache-Control", maxAge)
	h.Set("Vary", "Accept-Language")
	h.Set("ETag", p.tag)

	if p.status == http.StatusOK && strings.Contains(r.Header.Get("If-None-Match"), p.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(p.body)))
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body) // a visitor who is gone reads nothing
}

// keptPages are the pages that were asked for last. It is safe for concurrent use.
type keptPages struct {
	mu    sync.Mutex
	at    map[pageKey]*list.Element
	order list.List // of *keptPage; asked for last first
	bytes int
}

// find returns a page that is kept, and whether it can be shown without a look at the database.
func (k *keptPages) find(key pageKey, now time.Time) (p *keptPage, fresh bool) {
	k.mu.Lock()
	defer k.mu.Unlock()

	e, ok := k.at[key]
	if !ok {
		return nil, false
	}

	k.order.MoveToFront(e)
	p = e.Value.(*keptPage)

	return p, key.story == 0 || now.Sub(p.checked) < pageFresh && now.Sub(p.made) < pageLife
}

// confirm notes that a page is of the newest edition.
func (k *keptPages) confirm(p *keptPage, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()

	p.checked = now
}

// add keeps a page in place of the one before; those that were not asked for longest make room.
func (k *keptPages) add(p *keptPage) {
	k.mu.Lock()
	defer k.mu.Unlock()

	k.remove(p.key)

	if k.at == nil {
		k.at = map[pageKey]*list.Element{}
	}

	k.at[p.key] = k.order.PushFront(p)
	k.bytes += len(p.body)

	for k.bytes > pageBytes && k.order.Len() > 1 {
		k.remove(k.order.Back().Value.(*keptPage).key)
	}
}

// drop forgets a page.
func (k *keptPages) drop(key pageKey) {
	k.mu.Lock()
	defer k.mu.Unlock()

	k.remove(key)
}

// clear forgets all pages.
func (k *keptPages) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()

	k.at, k.bytes = nil, 0
	k.order.Init()
}

// remove takes a page out; mu is held.
func (k *keptPages) remove(key pageKey) {
	e, ok := k.at[key]
	if !ok {
		return
	}

	k.bytes -= len(e.Value.(*keptPage).body)
	k.order.Remove(e)
	delete(k.at, key)
}
