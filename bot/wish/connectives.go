package wish

import "sync"

// joints are the words of a language by which wants are joined and excluded.
type joints struct {
	or, and, not words
	notAfter     words // stand behind what they exclude
	but          words // go before a not, and say nothing
	no           words // exclude only after one of but: "pero no", "aber nichts über"
	noAfter      words // exclude what stands between one of but and them: "ama borsa değil"
	filler       words // say nothing between a not and what it excludes
	fixed        words // what belongs to a not before it: Doctors Without Borders, nothing more

	unspaced []string // written without spaces around them, the longest first
}

// connectives are those of each language but English, whose words the language of queries knows
// itself.
var connectives = sync.OnceValue(func() map[string]*joints {
	return map[string]*joints{
		"de": {
			or: wordSet("oder bzw. beziehungsweise"), and: wordSet("und sowie"), not: wordSet("ohne außer ausser nicht kein keine keinen"), but: wordSet("aber jedoch und"),
			filler: wordSet("der die das den dem ein eine einen über von zu"), fixed: wordSet("grenzen worte zweifel mehr nur weiter weiteres anderes sonst"),
			no: wordSet("nichts"),
		},
		"fr": {
			or: wordSet("ou"), and: wordSet("et"), not: wordSet("sans sauf hormis excepté pas"), but: wordSet("mais et"),
			filler: wordSet("le la les un une des de du sur"), fixed: wordSet("frontières frontieres abri abris papiers domicile emploi plomb plus d'autre"),
			no: wordSet("rien non"),
		},
		"es": {
			or: wordSet("o u"), and: wordSet("y e"), not: wordSet("sin excepto salvo"), but: wordSet("pero y"),
			filler: wordSet("el la los las un una de del sobre"), fixed: wordSet("fronteras techo hogar embargo papeles tierra más otro"),
			no: wordSet("no nada"),
		},
		"it": {
			or: wordSet("o oppure od"), and: wordSet("e ed"), not: wordSet("senza tranne eccetto"), but: wordSet("ma e"),
			filler: wordSet("il lo la i gli le un una su di sul sulla del della"), fixed: wordSet("frontiere tetto dimora fissa fili altro più"),
			no: wordSet("non niente"),
		},
		"pt": {
			or: wordSet("ou"), and: wordSet("e"), not: wordSet("sem exceto menos salvo"), but: wordSet("mas e"),
			filler: wordSet("o a os as um uma de do da sobre"), fixed: wordSet("fronteiras teto terra casa abrigo mais outro"),
			no: wordSet("não nada"),
		},
		"pl": {
			or: wordSet("lub albo"), and: wordSet("i oraz"), not: wordSet("bez oprócz poza"), but: wordSet("ale i"), fixed: wordSet("granic wieści domu barier więcej innego"),
			no:     wordSet("nie nic"),
			filler: wordSet("o"),
		},
		"ru": {
			or: wordSet("или либо"), and: wordSet("и"), not: wordSet("без кроме исключая"), but: wordSet("но и"), fixed: wordSet("границ вести работы гражданства больше другого"),
			no:     wordSet("не ничего"),
			filler: wordSet("о об про"),
		},
		"uk": {
			or: wordSet("або чи"), and: wordSet("і й та"), not: wordSet("без крім окрім"), but: wordSet("але і та"), fixed: wordSet("кордонів вісти роботи громадянства більше іншого"),
			no:     wordSet("не нічого"),
			filler: wordSet("про"),
		},
		"tr": {
			or: wordSet("veya yahut ya"), and: wordSet("ve ile"), notAfter: wordSet("hariç haric olmadan dışında"), but: wordSet("ama fakat"),
			noAfter: wordSet("değil olmasın istemiyorum"),
		},
		"id": {
			or: wordSet("atau"), and: wordSet("dan"), not: wordSet("tanpa kecuali selain"), but: wordSet("tapi tetapi"), fixed: wordSet("batas lain lagi"),
			no:     wordSet("bukan tidak jangan"),
			filler: wordSet("tentang soal"),
		},
		"ar": {
			or: wordSet("أو او"), not: wordSet("بدون باستثناء دون عدا"), but: wordSet("ما من لكن ولكن"), fixed: wordSet("حدود"),
			no:     wordSet("ليس لا"),
			filler: wordSet("عن"),
		},
		"fa": {
			or: wordSet("یا"), and: wordSet("و"), not: wordSet("بدون بجز جز منهای"), but: wordSet("به اما ولی"), fixed: wordSet("مرز"),
			no: wordSet("نه"),
		},
		"hi": {
			or: wordSet("या अथवा"), and: wordSet("और व तथा एवं"), notAfter: wordSet("बिना छोड़कर सिवाय"), filler: wordSet("के को"),
			noAfter: wordSet("नहीं"),
			but:     wordSet("लेकिन पर मगर"),
		},
		"ko": {
			or: wordSet("또는 혹은"), and: wordSet("그리고 및"), notAfter: wordSet("제외 빼고 말고 제외하고 없이"),
		},
		"ja": {
			or: wordSet("または もしくは あるいは か や"), and: wordSet("および と"), notAfter: wordSet("以外 除く を除く"),
			unspaced: []string{"もしくは", "あるいは", "または", "および", "か", "や", "と"},
		},
		"zh": {
			or: wordSet("或者 或 或是"), and: wordSet("以及"), not: wordSet("不含 不包括 除了 不要"), fixed: wordSet("或许 或将 或会 或可 或被 或成 或因 或遭"),
			unspaced: []string{"或者", "或是", "或"},
		},
	}
})
