package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/pressly/goose/v3"
)

// span names consecutive arguments that PostgreSQL takes as arrays: rows of a width, each column an
// array.
type span struct{ from, rows, width int }

// inList finds a list of placeholders, IN (?, ?, ?), which becomes = ANY($1) with an array. Planning a
// list of hundreds costs PostgreSQL as much as what it looks up (measured, docs/performance.md).
var inList = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^IN \(\?(?:, \?)*\)`) })

// rowList finds a table of placeholders whose first row names the types of its columns (typedTuples in
// package store writes them),
//
//	VALUES (CAST(? AS BIGINT), CAST(? AS TEXT)), (?, ?)
//
// which becomes
//
//	SELECT * FROM unnest($1::BIGINT[], $2::TEXT[]) AS given (column1, column2)
//
// Arrays are planned and read in a third of the time (measured, docs/performance.md).
var rowList = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^VALUES \((CAST\(\? AS \w+\)(?:, CAST\(\? AS \w+\))*)\)((?:, \(\?(?:, \?)*\))*)`)
})

// typeOf is the type in a column of a [rowList].
var typeOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`AS (\w+)`) })

// numberAt is a placeholder that has its number.
var numberAt = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\$[0-9]+`) })

// translate numbers the placeholders of a statement, and turns its lists into arrays. A Session
// keeps the result with the prepared statement.
func (p *postgres) translate(query string) translation {
	var (
		text  strings.Builder
		lists []span
		args  int // of the statement as it was written
		n     int // as it is translated
		named int // the highest number of those that have one
	)

	for i := 0; i < len(query); {
		switch c := query[i]; c {
		case '\'', '"':
			end := endOfQuoted(query, i)
			text.WriteString(query[i:end])
			i = end

			continue
		case 'I', 'V':
			if list, length, arrays := listAt(query[i:], n); length > 0 {
				list.from = args
				lists = append(lists, list)

				text.WriteString(arrays)

				args, n, i = args+list.rows*list.width, n+list.width, i+length

				continue
			}
		case '$':
			digits := numberAt().FindString(query[i:])
			if k, err := strconv.Atoi(strings.TrimPrefix(digits, "$")); err == nil {
				named = max(named, k)
			}
		case '?':
			args, n = args+1, n+1
			text.WriteString("$" + strconv.Itoa(n))

			i++

			continue
		}

		text.WriteByte(query[i])
		i++
	}

	return translation{text.String(), func(given []any) ([]any, error) {
		// Tx.execAll in package store passes the same arguments to several statements, of which not
		// each uses the last ones. PostgreSQL refuses arguments that are not used.
		if args == 0 && named < len(given) {
			given = given[:named]
		}

		return convertArguments(given, lists)
	}}
}

// listAt translates the list that query begins with, if it does. length is that of the list in query, 0
// if there is none; the arrays are numbered from n+1 on.
func listAt(query string, n int) (list span, length int, arrays string) {
	if found := inList().FindString(query); found != "" {
		return span{rows: strings.Count(found, "?"), width: 1}, len(found), "= ANY($" + strconv.Itoa(n+1) + ")"
	}

	found := rowList().FindStringSubmatch(query)
	if found == nil {
		return span{}, 0, ""
	}

	types := typeOf().FindAllStringSubmatch(found[1], -1)

	return span{rows: strings.Count(found[0], "?") / len(types), width: len(types)}, len(found[0]), unnest(types, n)
}

// unnest makes a table of arrays, the placeholders of which come after the first n.
func unnest(types [][]string, n int) string {
	arrays, columns := make([]string, len(types)), make([]string, len(types))

	for i, t := range types {
		arrays[i] = fmt.Sprintf("$%d::%s[]", n+i+1, t[1])
		columns[i] = fmt.Sprintf("column%d", i+1) // as those of VALUES are called
	}

	return "SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ") AS given (" + strings.Join(columns, ", ") + ")"
}

// endOfQuoted is where what is quoted from i on ends.
func endOfQuoted(query string, i int) int {
	end := i + 1
	for end < len(query) && query[end] != query[i] {
		end++
	}

	return min(end+1, len(query))
}

// convertArguments makes arguments such as PostgreSQL takes: flags are numbers, texts have
// no zero bytes and are UTF-8, lists are arrays.
func convertArguments(args []any, lists []span) ([]any, error) {
	plain := make([]any, len(args))

	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}

		switch v := v.(type) {
		case bool:
			plain[i] = map[bool]int64{true: 1}[v]
		case string:
			plain[i] = cleanText(v)
		default:
			plain[i] = v
		}
	}

	if len(lists) == 0 {
		return plain, nil
	}

	var (
		out  []any
		next int
	)

	for _, l := range lists {
		out = append(out, plain[next:l.from]...)
		next = l.from + l.rows*l.width

		for column := range l.width {
			array, err := arrayOf(plain[l.from+column:next], l.width)
			if err != nil {
				return nil, err
			}

			out = append(out, array)
		}
	}

	return append(out, plain[next:]...), nil
}

// cleanText replaces what PostgreSQL accepts in no text: invalid UTF-8 and zero bytes.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// arrayOf makes an array of every step-th value, from the first on. They are of one type.
func arrayOf(values []any, step int) (any, error) {
	switch values[0].(type) {
	case int64:
		return typedArray[int64](values, step)
	case string:
		return typedArray[string](values, step)
	case []byte:
		return typedArray[[]byte](values, step)
	}

	return nil, fmt.Errorf("a list of %T", values[0])
}

func typedArray[T any](values []any, step int) ([]T, error) {
	array := make([]T, 0, (len(values)+step-1)/step)

	for i := 0; i < len(values); i += step {
		v, ok := values[i].(T)
		if !ok {
			return nil, fmt.Errorf("a list of %T and %T", values[0], values[i])
		}

		array = append(array, v)
	}

	return array, nil
}

// goMigrations returns the migrations as PostgreSQL takes them. A file below the folder
// postgres stands in for the one of its name, where that has what only SQLite knows.
func goMigrations(files fs.FS) (all []*goose.Migration, err error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}

	for _, name := range names { // in their order
		number, err := goose.NumericComponent(name)
		if err != nil {
			return nil, err
		}

		content, err := fs.ReadFile(files, path.Join("postgres", name))
		if err != nil {
			content, err = fs.ReadFile(files, name)
		}

		if err != nil {
			return nil, err
		}

		all = append(all, goose.NewGoMigration(number, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, Translate(string(content)))
			return err
		}}, nil))
	}

	return all, nil
}

// tableRule is how a part of a table is written for PostgreSQL.
type tableRule struct {
	pattern     *regexp.Regexp
	replacement string
}

// tableRules are how the tables of SQLite are written for PostgreSQL. Texts are compared
// byte by byte, as SQLite does.
var tableRules = sync.OnceValue(func() []tableRule {
	return []tableRule{
		{regexp.MustCompile(`(?s)-- \+goose Down.*`), ""},
		{regexp.MustCompile(`(?m)--.*$`), ""},
		{regexp.MustCompile(`\bINTEGER\s+PRIMARY KEY AUTOINCREMENT\b`), "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"},
		{regexp.MustCompile(`\bINTEGER\b`), "bigint"},
		{regexp.MustCompile(`\bBLOB\b`), "bytea"},
		{regexp.MustCompile(`\bREAL\b`), "double precision"},
		{regexp.MustCompile(`\bTEXT\b`), `text COLLATE "C"`},
		{regexp.MustCompile(`\buser\b`), `"user"`}, // a word of the language there
		{regexp.MustCompile(`\)\s*STRICT(?:,\s*WITHOUT ROWID)?\s*;`), ");"},
	}
})

// Translate writes a migration of SQLite for PostgreSQL: the types, and what STRICT and
// WITHOUT ROWID say. Everything else in it has to be what both know.
func Translate(migration string) string {
	for _, r := range tableRules() {
		migration = r.pattern.ReplaceAllString(migration, r.replacement)
	}

	return migration
}
