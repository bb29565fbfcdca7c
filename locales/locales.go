// Package locales has every text that people read in a chat, in their language.
//
// There is one file per language, named after its BCP 47 code; en.toml is the one to begin with.
// A text is a whole sentence: what surrounds a value, and how it is counted, is the
// translator's to decide, so no code glues a sentence from pieces. Values stand as
// {name}, and what depends on a number is written out for each plural category of the
// language (https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html):
//
//	left = "{n, plural, =0 {That was the last one.} one {# subscription left.} other {# subscriptions left.}}"
//
// To add a text: put it into en.toml, in the section of its command, and say it with
// [Texts.Say] (a string) or [Texts.Line] (with values that are bold or a link):
//
//	t.Say("list.left", "n", len(left))
//	t.Line("subscribe.offer", "query", adapters.Bold(q))
//
// A test checks that every key in the code is in the file, and the other way round,
// and that the names of the values are the same. In package bot a turn has the texts of
// its reader. Never compare, cut or join what comes out; add a text instead. The other
// languages are filled in with what
//
//	go run ./locales/missing pl
//
// prints. Until then a text is said in English.
//
// Packages below the bot say in English what is wrong with a query or a source; such
// sentences stand in the sections query, reason and problem, and [Texts.Translate] finds
// them there.
//
// Values are only ever inserted: nothing in them is read as a placeholder. In languages
// that are written from right to left each value is isolated, so that it cannot turn the
// sentence around it.
package locales

import (
	"embed"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

//go:embed *.toml
var files embed.FS

// English is the code of the language that has every text.
const English = "en"

// Catalog is the texts of all languages. It is safe for concurrent use.
type Catalog struct {
	all     []*Texts // English first, then by code
	matcher language.Matcher
}

// Builtin returns the catalog that comes with the program.
func Builtin() *Catalog { return builtin() }

var builtin = sync.OnceValue(func() *Catalog { return newCatalog(builtinFiles()) })

// New returns the texts that come with the program and, over them, those of the files of a
// folder ("" none): a file in it changes texts of a language or adds a language. The error
// names file and line, and says what to do.
func New(folder string) (*Catalog, error) {
	if folder == "" {
		return Builtin(), nil
	}

	changed, err := readFolder(folder)
	if err != nil {
		return nil, err
	}

	files := maps.Clone(builtinFiles())
	for code, texts := range changed {
		files[code] = func() map[string]text { return texts }
	}

	return newCatalog(files), nil
}

// newCatalog returns the catalog of some languages: by code, what reads the texts.
func newCatalog(files map[string]func() map[string]text) *Catalog {
	english := newTexts(English, files[English], nil)
	c := &Catalog{all: []*Texts{english}}

	for _, code := range slices.Sorted(maps.Keys(files)) {
		if code != English {
			c.all = append(c.all, newTexts(code, files[code], english))
		}
	}

	c.match()

	return c
}

// match has the catalog find its languages.
func (c *Catalog) match() {
	tags := make([]language.Tag, len(c.all))
	for i, t := range c.all {
		tags[i] = t.tag
	}

	c.matcher = language.NewMatcher(tags)
}

// Only returns a catalog of English and some of the languages.
func (c *Catalog) Only(codes ...string) *Catalog {
	some := &Catalog{}

	for _, t := range c.all {
		if t.code == English || slices.Contains(codes, t.code) {
			some.all = append(some.all, t)
		}
	}

	some.match()

	return some
}

func newTexts(code string, texts func() map[string]text, english *Texts) *Texts {
	t := &Texts{code: code, tag: language.Make(code), texts: texts, english: english}
	t.numbers = styleOf(t.tag)
	script, _ := t.tag.Script()
	t.isRTL = slices.Contains([]string{"Arab", "Hebr"}, script.String())

	return t
}

// All returns the texts of all languages, English first.
func (c *Catalog) All() []*Texts { return slices.Clone(c.all) }

// English returns the English texts.
func (c *Catalog) English() *Texts { return c.all[0] }

// Find returns the texts of the first language that there are texts for, by BCP 47
// codes as settings and platforms have them; "" and unknown ones are passed over.
// English is the last resort.
func (c *Catalog) Find(codes ...string) *Texts {
	for _, code := range codes {
		if t := c.find(code); t != nil {
			return t
		}
	}

	return c.English()
}

// Named returns the texts of a language that somebody names by its own name or a part of it
// ("Português"), in English or by its code; nil if there are none.
func (c *Catalog) Named(name string) *Texts {
	plain := plainName(name)

	for _, t := range c.all {
		for _, known := range []string{t.code, t.Say("language.name"), t.Say("language.english")} {
			if plain == plainName(known) {
				return t
			}
		}
	}

	if t := c.find(strings.TrimSpace(name)); t != nil {
		return t
	}

	return c.namedInPart(strings.ToLower(strings.TrimSpace(name)))
}

// NamedIn is Named for somebody who may also say it in the language of some texts ("Englisch").
func (c *Catalog) NamedIn(of *Texts, name string) *Texts {
	if t := c.Named(name); t != nil {
		return t
	}

	names, plain := display.Languages(of.tag), plainName(name)
	for _, t := range c.all {
		base, _ := t.tag.Base()
		if plain == plainName(names.Name(base)) {
			return t
		}
	}

	return nil
}

// plainName is a language's name as names are compared: whatever its capitals are, İ too, and however Hindi spells
// what sounds alike (हिंदी and हिन्दी, अंग्रेजी and अंग्रेज़ी).
func plainName(name string) string {
	name = norm.NFD.String(strings.ToLower(strings.TrimSpace(name)))

	return alikeInNames().Replace(name)
}

// alikeInNames takes off, or writes in one way, what makes no difference between names.
var alikeInNames = sync.OnceValue(func() *strings.Replacer { return strings.NewReplacer("\u0307", "", "\u093c", "", "न्", "ं") })

// Said returns the texts of a language that a sentence of the language of some texts names as a whole: "Englisch" of
// "auf Englisch", "angielsku" of "po angielsku". nil: it names none, as "in port" does.
func (c *Catalog) Said(of *Texts, name string) *Texts {
	names := display.Languages(of.tag)
	name = strings.ToLower(strings.TrimSpace(name))
	plain, bent := plainName(name), plainName(bendLanguage(name, of.code))
	same := func(known string) bool {
		known = plainName(known)
		return known == plain || known == bent
	}

	for _, t := range c.all {
		base, _ := t.tag.Base()
		if same(t.Say("language.name")) || same(t.Say("language.english")) || same(names.Name(base)) {
			return t
		}
	}

	return nil
}

// bendLanguage is the name of a language, in small letters, as it stands alone where sentences give it another form.
func bendLanguage(name, code string) string {
	forms := map[string][]string{ // what it ends in, and in its place
		"pl": {"ku", "ki"}, "ru": {"ски", "ский", "ском", "ский", "цки", "цкий", "цком", "цкий"}, "uk": {"кою", "ка", "ьки", "ька"},
	}[code]

	for i := 0; i+1 < len(forms); i += 2 {
		if stem, ok := strings.CutSuffix(name, forms[i]); ok {
			return stem + forms[i+1]
		}
	}

	if code == "ar" && !strings.HasPrefix(name, "ال") {
		return "ال" + name
	}

	return name
}

// shortestPart is how long a part of a language's name has to be to mean it, in bytes.
const shortestPart = 4

// namedInPart is the one language whose name has a part, nil if there are none or several.
func (c *Catalog) namedInPart(part string) (found *Texts) {
	for _, t := range c.all {
		if len(part) < shortestPart || !strings.Contains(strings.ToLower(t.Say("language.name")), part) {
			continue
		}

		if found != nil {
			return nil
		}

		found = t
	}

	return found
}

func (c *Catalog) find(code string) *Texts {
	for _, t := range c.all {
		if strings.EqualFold(t.code, code) {
			return t
		}
	}

	tag, err := language.Parse(code)
	if code == "" || err != nil {
		return nil
	}

	_, i, confidence := c.matcher.Match(tag)
	if confidence == language.No {
		return nil
	}

	return c.all[i]
}

// builtinFiles returns, by code, the texts that come with the program. Each file is read
// when its language is first asked for: all of them take most of the time of a short command,
// and few people have more than two. A test reads them all, so here none can be wrong.
var builtinFiles = sync.OnceValue(func() map[string]func() map[string]text {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}

	all := map[string]func() map[string]text{}

	for _, e := range entries {
		all[strings.TrimSuffix(e.Name(), ".toml")] = sync.OnceValue(func() map[string]text { return readBuiltin(e.Name()) })
	}

	return all
})

func readBuiltin(name string) map[string]text {
	body, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}

	texts, err := parseFile(name, body)
	if err != nil {
		panic(err)
	}

	return texts
}
