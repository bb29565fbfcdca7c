package query

import "strings"

// topLevels are the ends of names that are read as hosts without an https:// before
// them: those that news sites have.
const topLevels = " com org net edu gov int info news tv io eu uk us ca au nz ie in za de at ch fr be nl lu it es pt pl cz sk hu ro bg gr tr " +
	"ru ua by se no dk fi ee lv lt is il ir ae sa qa eg ma ng ke gh jp kr cn tw hk sg my id ph th vn pk bd lk br ar mx cl co pe ve cu "

// isHost reports whether a word is the address of a site, as people type it:
// bbc.co.uk, www.bbc.com, reuters.com/world. Names of firms and of software that look
// like one are not: Booking.com, asp.net.
func isHost(w string) bool {
	host, _, _ := strings.Cut(w, "/")

	labels := strings.Split(host, ".")

	last := labels[len(labels)-1]
	if len(labels) < 2 || !strings.Contains(topLevels, " "+last+" ") || last == "" {
		return false
	}

	for i, label := range labels {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}

		if i == 0 && len(label) < 2 || label == "asp" || label == "vb" || label == "ado" {
			return false
		}
	}

	return strings.Trim(labels[len(labels)-2], "0123456789") != ""
}
