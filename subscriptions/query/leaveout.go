package query

// LeaveOut is a query, as typed and canonical, without some words (" -a -b"). What was typed is
// kept as it stands where that means the same.
func LeaveOut(typed, canonical, words string) (string, string, error) {
	q, err := ParseCanonical("(" + canonical + ")" + words)
	if err != nil {
		return "", "", err
	}

	composed := q.String()

	for _, text := range []string{typed + words, "(" + typed + ")" + words} {
		if same, err := Parse(text); err == nil && same.String() == composed {
			return text, composed, nil
		}
	}

	return composed, composed, nil
}
