package charset

import (
	"testing"
	"unicode/utf8"
)

// FuzzToUTF8: whatever comes, the result is UTF-8.
func FuzzToUTF8(f *testing.F) {
	f.Add([]byte("<?xml version='1.0' encoding='koi8-r'?>\xf0\xd2"), "text/xml; charset=big5")
	f.Add([]byte("\xfe\xff\x00<"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		if out := ToUTF8(body, contentType); !utf8.Valid(out) {
			t.Errorf("ToUTF8(%q, %q) is not UTF-8", body, contentType)
		}
	})
}
