package text

import "slices"

import "strings"

// The one tolerance for inflection: a word and its simple English plural find
// each other. The relation is between spellings, not meanings, so it needs a
// list only where taking the s off returns another word that people look for.

// minSingular is the shortest word that has a plural: as, is, us have none.
const minSingular = 3

// singularsOf are the words that w may be the simple plural of.
func singularsOf(w string) []string {
	if len(w) <= minSingular || w[len(w)-1] != 's' || !IsLowerLetters(w) || IsSingularInS(w) {
		return nil
	}

	stem := w[:len(w)-1]
	switch stem[len(stem)-1] {
	case 's', 'u':
		return nil
	case 'i':
		if !strings.HasSuffix(stem, "ni") && !strings.HasSuffix(stem, "eli") && !strings.HasSuffix(stem, "qi") {
			return nil // crisis, Paris, tennis; but Israelis, Pakistanis, Iraqis
		}

		if strings.HasSuffix(stem, "nni") {
			return nil // tennis
		}
	}

	out := []string{stem}
	if es, ok := strings.CutSuffix(stem, "e"); ok {
		if len(es) >= minSingular && takesES(es) {
			out = append(out, es)
		}

		if y, ok := strings.CutSuffix(es, "i"); ok && len(y) >= 2 && !isVowel(y[len(y)-1]) {
			out = append(out, y+"y")
		}
	}

	return out
}

// pluralsOf are the simple plurals of w: exactly the words whose singulars hold w.
func pluralsOf(w string) []string {
	if len(w) < minSingular || !IsLowerLetters(w) {
		return nil
	}

	try := []string{w + "s", w + "es"}
	if y, ok := strings.CutSuffix(w, "y"); ok {
		try = append(try, y+"ies")
	}

	out := try[:0]
	for _, p := range try {
		if slices.Contains(singularsOf(p), w) {
			out = append(out, p)
		}
	}

	return out
}

// Spellings are all the words of a text that a query's word finds.
func Spellings(w string) []string {
	return append(append([]string{w}, singularsOf(w)...), pluralsOf(w)...)
}

func takesES(stem string) bool {
	switch stem[len(stem)-1] {
	case 's', 'x', 'z', 'o':
		return true
	case 'h':
		return strings.HasSuffix(stem, "ch") || strings.HasSuffix(stem, "sh")
	}

	return false
}

func isVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

// IsLowerLetters reports whether a word is of the letters a to z alone.
func IsLowerLetters(w string) bool {
	for i := range len(w) {
		if c := w[i]; c < 'a' || c > 'z' {
			return false
		}
	}

	return w != ""
}

// IsSingularInS reports whether a word in -s is no plural: taking the s off would leave
// another word, often a name.
func IsSingularInS(w string) bool {
	switch w {
	case "news", "mars", "wales", "texas", "kansas", "arkansas", "dallas", "vegas", "laos", "honduras", "bahamas",
		"athens", "brussels", "naples", "cannes", "nantes", "angeles", "netherlands", "philippines", "maldives",
		"series", "species", "diabetes", "aids", "does", "goes", "this", "thus", "lens", "atlas", "bias", "chaos",
		"cosmos", "gas", "always", "perhaps", "sometimes", "besides", "towards", "afterwards", "christmas",
		"economics", "politics", "physics", "ethics", "athletics", "electronics", "genetics", "robotics",
		"mathematics", "dynamics", "analytics", "logistics",
		"james", "charles", "jones", "hans", "jens", "lucas", "lukas", "elias", "jonas", "thomas", "nicholas", "andreas",
		"carlos", "marcos", "santos", "ramos", "judas", "matias", "mathias", "matthias", "tobias", "nikolas",
		"williams", "adams", "evans", "edwards", "roberts", "richards", "phillips", "philips", "peters", "stevens",
		"stephens", "daniels", "rogers", "matthews", "andrews", "jacobs", "isaacs", "abrams", "simons", "michaels",
		"nichols", "owens", "sanders", "mercedes", "hermes", "moses", "las", "los", "des", "les", "mons":
		return true
	}

	return false
}
