package query

// Clause is one of the conditions that a query consists of.
type Clause struct {
	Query    *Query // the condition as a query of its own
	Excluded bool   // what it matches must not be there
}

// Clauses returns the conditions of a query. For alternatives between commas these
// are the conditions of each in turn. Choices of one condition stay together: of
// "a | b c" they are "a | b" and "c".
func (q *Query) Clauses() []Clause {
	alternatives := []*Node{q.root}
	if q.root.Op == OpOr && q.root.sharedField() == AnyField && q.root.level() == levelList {
		alternatives = q.root.Children
	}

	var out []Clause

	for _, n := range alternatives {
		conditions := []*Node{n}
		if n.Op == OpAnd {
			conditions = n.Children
		}

		for _, c := range conditions {
			excluded := c.Op == OpNot
			if excluded {
				c = c.Children[0]
			}

			out = append(out, Clause{Query: &Query{root: c}, Excluded: excluded})
		}
	}

	return out
}
