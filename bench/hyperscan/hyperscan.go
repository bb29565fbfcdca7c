//go:build hyperscan

package hyperscan

/*
#cgo pkg-config: libhs
#include <hs.h>
#include <stdlib.h>

static int on_match(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags, void *ctx) {
	(*(unsigned long long *)ctx)++;
	return 0;
}

static hs_error_t build(const char **lits, const unsigned *flags, const unsigned *ids, const size_t *lens, unsigned n, hs_database_t **db) {
	hs_compile_error_t *err = NULL;
	return hs_compile_lit_multi(lits, flags, ids, lens, n, HS_MODE_BLOCK, NULL, db, &err);
}

static unsigned long long scan(hs_database_t *db, const char *data, unsigned len, hs_scratch_t *scratch) {
	unsigned long long n = 0;
	hs_scan(db, data, len, 0, scratch, on_match, &n);
	return n;
}
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Scanner finds literals without regard to case. It is for one goroutine.
type Scanner struct {
	db      *C.hs_database_t
	scratch *C.hs_scratch_t
}

// New compiles the literals.
func New(literals []string) (*Scanner, error) {
	n := len(literals)
	lits := (*[1 << 24]*C.char)(C.malloc(C.size_t(n) * 8))[:n:n]
	flags, ids, lens := make([]C.uint, n), make([]C.uint, n), make([]C.size_t, n)
	for i, l := range literals {
		lits[i], flags[i], ids[i], lens[i] = C.CString(l), C.HS_FLAG_CASELESS|C.HS_FLAG_SINGLEMATCH, C.uint(i), C.size_t(len(l))
	}
	s := &Scanner{}
	if C.build((**C.char)(unsafe.Pointer(&lits[0])), &flags[0], &ids[0], &lens[0], C.uint(n), &s.db) != C.HS_SUCCESS {
		return nil, errors.New("hyperscan does not compile these literals")
	}
	if C.hs_alloc_scratch(s.db, &s.scratch) != C.HS_SUCCESS {
		return nil, errors.New("hyperscan has no memory to scan with")
	}
	return s, nil
}

// Scan counts the literals that stand in text.
func (s *Scanner) Scan(text string) uint64 {
	return uint64(C.scan(s.db, (*C.char)(unsafe.Pointer(unsafe.StringData(text))), C.uint(len(text)), s.scratch))
}
