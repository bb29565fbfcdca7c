package charset

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	htmlcharset "golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// ToUTF8 turns a feed's bytes into valid UTF-8, whatever it says about itself.
//
// Feeds lie about their charset in both places (Content-Type and XML prolog), so
// the bytes have the first word: a byte order mark, then valid UTF-8 (text in
// another charset is almost never that by accident), then what the server and
// the prolog declare, then a guess. What cannot be read becomes U+FFFD.
func ToUTF8(body []byte, contentType string) []byte {
	enc, mark := byteOrder(body)

	body = body[mark:]
	if enc != nil {
		return decode(enc, body)
	}

	declared := prologEncoding(body)

	sent := contentCharset(contentType)
	if utf8.Valid(body) && !sevenBit(declared) && !sevenBit(sent) {
		if _, name := htmlcharset.Lookup(sent); mark > 0 || name == "utf-8" || !perhapsAsian(body, declared) {
			return body
		}
	}
	// A server's Latin-1 is often only its default: the feed knows better.
	order := []string{sent, declared}
	if isLatin(sent) {
		order = []string{declared, sent}
	}

	for _, label := range order {
		enc, name := lookUp(label)
		if enc == nil || name == "utf-8" || strings.HasPrefix(name, "utf-16") || name == "replacement" {
			continue
		}

		if out := decode(enc, body); bytes.Count(out, []byte("\uFFFD")) <= len(out)/1000 {
			return out
		}
	}

	if mostlyUTF8(body) {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}

	enc, _ = htmlcharset.Lookup(guessCharset(body))

	return decode(enc, body)
}

// lookUp finds a charset as browsers do, and those that they no longer know, such as
// IBM850, by IANA's names. enc is nil if nobody knows it.
func lookUp(label string) (enc encoding.Encoding, name string) {
	if enc, name = htmlcharset.Lookup(label); enc != nil || label == "" {
		return enc, name
	}

	enc, err := ianaindex.IANA.Encoding(label)
	if err != nil {
		return nil, ""
	}

	return enc, label
}

func decode(enc encoding.Encoding, body []byte) []byte {
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil { // the decoders replace what they cannot read; an error is a cut-off end
		return bytes.ToValidUTF8(out, []byte("\uFFFD"))
	}

	return out
}

// byteOrder reads a byte order mark, or the pattern of zeros that "<" or "{"
// leaves in UTF-16 and UTF-32 without one. The number is the bytes to skip.
func byteOrder(b []byte) (encoding.Encoding, int) {
	big := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	little := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)

	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return nil, 3
	case bytes.HasPrefix(b, []byte("\x00\x00\xfe\xff")):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return big, 2
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return little, 2
	case len(b) < 4:
		return nil, 0
	case b[0] == 0 && b[1] == 0 && b[2] == 0 && b[3] != 0:
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 0
	case b[0] != 0 && b[1] == 0 && b[2] == 0 && b[3] == 0:
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 0
	case b[0] == 0 && b[1] != 0 && b[2] == 0:
		return big, 0
	case b[0] != 0 && b[1] == 0 && b[3] == 0:
		return little, 0
	}

	return nil, 0
}

// prologEncoding is the encoding in the XML declaration, which may stand behind
// junk; "" if there is none.
func prologEncoding(b []byte) string {
	head := b[:min(len(b), 2048)]

	i := bytes.Index(head, []byte("<?xml"))
	if i < 0 {
		return ""
	}

	head = head[i:]
	if end := bytes.Index(head, []byte("?>")); end >= 0 {
		head = head[:end]
	} else {
		head = head[:min(len(head), 200)]
	}

	i = bytes.Index(head, []byte("encoding"))
	if i < 0 {
		return ""
	}

	s := strings.TrimLeft(string(head[i+len("encoding"):]), " \t\r\n=")

	s = strings.TrimLeft(s, `"'`)
	if end := strings.IndexAny(s, `"' >?`); end >= 0 {
		s = s[:end]
	}

	return strings.ToLower(strings.TrimSpace(s))
}

func contentCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil && params == nil {
		_, after, found := strings.Cut(strings.ToLower(contentType), "charset=")
		if !found {
			return ""
		}

		return strings.Trim(after, ` "';`)
	}

	return strings.ToLower(strings.Trim(params["charset"], ` '"`))
}

// sevenBit charsets look like ASCII to a check for valid UTF-8.
func sevenBit(label string) bool {
	return strings.HasPrefix(label, "iso-2022-") || label == "csiso2022jp" || strings.HasPrefix(label, "hz-gb")
}

func isLatin(label string) bool {
	_, name := htmlcharset.Lookup(label)
	return name == "windows-1252"
}

// perhapsAsian: a few characters of GBK, Shift_JIS or EUC can be valid UTF-8 by
// accident (the famous four bytes that Notepad took for something else). Only a
// declaration of such a charset and a handful of two-byte characters make it likely.
func perhapsAsian(b []byte, declared string) bool {
	switch _, name := htmlcharset.Lookup(declared); name {
	case "gbk", "gb18030", "big5", "euc-kr", "euc-jp", "shift_jis":
	default:
		return false
	}

	two := 0

	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if n > 2 || r == utf8.RuneError && n == 1 {
			return false
		}

		if n == 2 {
			two++
		}

		i += n
	}

	return two > 0 && two < 20
}

// mostlyUTF8: text in UTF-8 with a few broken characters, as cutting in the
// middle of one leaves them.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0

	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}

		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}

		i += n
	}

	return bad <= good/4
}
