package summary

import (
	"strings"
	"sync"
)

// The words that decide whether a dot ends a sentence. Read-only.
var (
	// alwaysAbbreviated stand before a name or go on with the sentence.
	alwaysAbbreviated = sync.OnceValue(func() map[string]bool {
		return wordSet(`mr mrs ms mx dr prof st mt ft rev hon messrs mme mlle
		gen col lt sgt capt cmdr maj adm brig cpl pvt sen rep gov pres supt det insp amb vs v
		al e.g i.e cf approx ca bzw z.b d.h u.a usw.z sog vgl hr fr dipl ing geb
		m.st sr.d sra dra dña d.ª av г ул им`)
	})
	// abbreviatedBeforeDigit are words of their own elsewhere.
	abbreviatedBeforeDigit = sync.OnceValue(func() map[string]bool {
		return wordSet(`no nos nr núm num art fig vol ch sec p pp pg
		jan feb mar apr jun jul aug sep sept oct nov dec стр ст`)
	})
	// oftenAbbreviated may well end a sentence: the next word decides.
	oftenAbbreviated = sync.OnceValue(func() map[string]bool {
		return wordSet(`inc corp ltd jr sr bros dept univ assn etc llc plc esq blvd usw
		тыс млн млрд руб др пр`)
	})
	// capitalAbbreviated do so only when written with a capital.
	capitalAbbreviated = sync.OnceValue(func() map[string]bool {
		return wordSet(`co est ave rd ala ariz ark calif colo conn del fla ga ill ind kan
		ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo`)
	})
	// beforeNumbers are words of English, which has no ordinals with a dot, and of no other
	// language that does: "rose 5. Traders", "on May 5. Police".
	beforeNumbers = sync.OnceValue(func() map[string]bool {
		return wordSet(`to by of is was were are been since under over aged than and with rose fell gained lost
		added shed up down about around some only just age page chapter least most nearly almost killed
		january february march may june july october december`)
	})
	// startsSentences are words that, with a capital, hardly ever go on after an
	// abbreviation or a number.
	startsSentences = sync.OnceValue(func() map[string]bool {
		return capitalWordSet(`the a an it its he she they we i you this that these those there
		in on at as but and or so if when while after before since for from with by to of
		his her their our my however meanwhile also still yet now then what who how why
		according despite although though because until under over during both many most some
		more no not one two all officials police
		der die das den dem ein eine einer er sie es wir im am um auf aus bei mit nach von zu
		und aber auch doch dabei dann so wie was wer le la les un une il elle ils elles on nous
		ce cette dans en pour par sur avec mais el los las una uno este esta se por con para
		pero según lo il gli nel nella o os as um uma em no na
		в на по он она они это и но как что при для с к о от за`)
	})
)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}

	return set
}

// capitalWordSet is wordSet with each word as a sentence begins with it.
func capitalWordSet(words string) map[string]bool {
	set := make(map[string]bool)

	for w := range strings.FieldsSeq(words) {
		first := []rune(w)
		set[strings.ToUpper(string(first[:1]))+string(first[1:])] = true
	}

	return set
}
