package query

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"newsbell/subscriptions/text"
)

// parseRegex reads /expression/ and /expression/i. ok is false when there is none.
func (p *parser) parseRegex(at int) (n *Node, ok bool, err *Error) {
	if p.input[p.pos] != '/' {
		return nil, false, nil
	}

	end := p.regexEnd()
	if end < 0 {
		return nil, false, nil
	}

	flags := end + 1
	for flags < len(p.input) && p.input[flags] >= 'a' && p.input[flags] <= 'z' {
		flags++
	}

	if r, _ := p.signAt(flags); !endsGroup(r) && !isSpace(r) && r != '|' {
		return nil, false, nil
	}

	body, typed := p.input[p.pos+1:end], p.input[end+1:flags]

	plain := p.replaced(at, flags, strings.Join(wordKeys(primaryWords(text.Words(body))), " "))
	switch {
	case strings.Trim(typed, "gimsu") != "":
		return nil, false, nil // a path such as /a/b
	case typed != "" && typed != "i":
		return nil, false, p.fail(end+1, msgRegexFlags, p.replaced(end+1, flags, map[bool]string{true: "i"}[strings.Contains(typed, "i")]))
	case !p.field.IsText():
		return nil, false, p.fail(at, msgRegexField, plain)
	case utf8.RuneCountInString(body) > MaxRegex:
		return nil, false, p.fail(at, msgRegexLong, plain)
	}

	p.pos = flags

	t, err := p.compileRegex(at, body, typed == "i", plain)
	if err != nil {
		return nil, false, err
	}

	if p.regexes++; p.regexes > MaxRegexes {
		return nil, false, p.fail(at, msgTooManyRegexes, p.without(at, flags))
	}

	n, err = p.addTerm(t)

	return n, true, err
}

// regexEnd is the slash that closes the one at the current position, -1 when there is none.
func (p *parser) regexEnd() int {
	if p.pos+1 < len(p.input) && (isSpace(rune(p.input[p.pos+1])) || p.input[p.pos+1] == '/') {
		return -1
	}

	class := false

	for i := p.pos + 1; i < len(p.input); i++ {
		switch c := p.input[i]; {
		case c == '\\':
			i++
		case c == '\n':
			return -1
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			return i
		}
	}

	return -1
}

func (p *parser) compileRegex(at int, body string, fold bool, plain string) (*Term, *Error) {
	source, typed := body, "/"+body+"/"
	if fold {
		source, typed = "(?i)"+body, typed+"i"
	}

	re, err := regexp.Compile(source)
	if err != nil {
		return nil, p.fail(at, fmt.Sprintf(msgRegexWrong, regexReason(err)), plain)
	}

	size, err := regexSize(source)
	if err != nil || size > maxRegexInstructions {
		return nil, p.fail(at, msgRegexBig, plain)
	}

	must, ok := regexLiterals(source)
	if !ok {
		return nil, p.fail(at, fmt.Sprintf(msgRegexLiteral, MinLiteral), plain)
	}

	return &Term{Field: p.field, Near: -1, Text: typed, typed: typed, Regexp: re, RegexSize: size, Literals: must, at: at}, nil
}

// maxRegexInstructions bounds the steps that a regex may take for a byte of text.
const maxRegexInstructions = 500

// regexSize counts the instructions of a regex.
func regexSize(source string) (int, error) {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return 0, err
	}

	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0, err
	}

	return len(prog.Inst), nil
}

func regexReason(err error) string {
	e := &syntax.Error{}
	if errors.As(err, &e) {
		if e.Expr != "" {
			return string(e.Code) + ": " + e.Expr
		}

		return string(e.Code)
	}

	return err.Error()
}

func wordKeys(rs []text.Word) []string {
	var out []string
	for _, r := range rs {
		out = append(out, strings.Trim(r.Key, "#$@.+&"))
	}

	return out
}

// regexLiterals returns lower-case literals, one of which stands in every match:
// what a scan of the text can look for first; nil when only reading the text
// with the regex itself can tell. ok is false when the regex demands no literal
// of at least MinLiteral characters at all: it could match anywhere.
func regexLiterals(source string) (must []string, ok bool) {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, false
	}

	ls := literalsOf(re.Simplify())
	for _, l := range ls {
		s := l.scannable()
		if s == "" {
			return nil, true
		}

		must = append(must, s)
	}

	return must, ls != nil
}

// literal is a text that a regex demands.
type literal struct {
	runes []rune
	fold  bool
}

// maxLiterals bounds the alternatives of one regex.
const maxLiterals = 16

func literalsOf(re *syntax.Regexp) []literal {
	switch re.Op {
	case syntax.OpLiteral:
		if len(re.Rune) >= MinLiteral {
			return []literal{{re.Rune, re.Flags&syntax.FoldCase != 0}}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return literalsOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return literalsOf(re.Sub[0])
		}
	case syntax.OpConcat:
		return literalsOfConcat(re.Sub)
	case syntax.OpAlternate:
		var all []literal

		for _, sub := range re.Sub {
			l := literalsOf(sub)
			if l == nil || len(all)+len(l) > maxLiterals {
				return nil
			}

			all = append(all, l...)
		}

		return all
	}

	return nil
}

// literalsOfConcat finds the longest literal of a row; that of tes+la is tes.
func literalsOfConcat(row []*syntax.Regexp) []literal {
	var best []literal

	better := func(ls []literal) {
		if ls != nil && shortestLiteral(ls) >= MinLiteral && (best == nil || shortestLiteral(ls) > shortestLiteral(best)) {
			best = ls
		}
	}

	var run literal

	for _, re := range row {
		one, again := re, false
		if re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Min > 0 {
			one, again = re.Sub[0], true
		}

		if one.Op != syntax.OpLiteral {
			better([]literal{run})
			run = literal{}

			better(literalsOf(re))

			continue
		}

		fold := one.Flags&syntax.FoldCase != 0
		if fold != run.fold && len(run.runes) > 0 {
			better([]literal{run})
			run.runes = nil
		}

		run = literal{append(slices.Clip(run.runes), one.Rune...), fold}
		if again {
			better([]literal{run})
			run.runes = one.Rune
		}
	}

	better([]literal{run})

	return best
}

func shortestLiteral(ls []literal) int {
	n := len(ls[0].runes)
	for _, l := range ls {
		n = min(n, len(l.runes))
	}

	return n
}

// scannable is the longest run of ASCII letters in a literal, in lower case, ""
// when it is too short to be worth a scan. (With case folding ſ and the Kelvin
// sign match s and k: a text that holds one is not scanned but read.)
func (l literal) scannable() string {
	best, from := "", 0

	for i := 0; i <= len(l.runes); i++ {
		if i < len(l.runes) && l.runes[i] < utf8.RuneSelf {
			continue
		}

		if i-from > len(best) {
			best = strings.ToLower(string(l.runes[from:i]))
		}

		from = i + 1
	}

	if len(best) < MinLiteral {
		return ""
	}

	return best
}
