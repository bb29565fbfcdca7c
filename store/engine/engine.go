// Package engine is what the store runs on: a SQLite file, or a database on a PostgreSQL server.
//
// # Statements
//
// There is one set of statements for both. It keeps to what they share; the rest ("?" against "$1",
// how a transaction begins, what an error means) is translated here, at the one place that every
// statement passes (postgres.translate). Migrations are written once too, as SQLite takes them
// (Translate).
//
// # Connections
//
// A [Session] is one connection with its prepared statements, used by one goroutine at a time. A
// connection to a file lasts. A server restarts, and the way to it breaks: a Session then opens
// another connection and waits. If the answer to a COMMIT was lost, it asks the server what became
// of the transaction, so that the outcome of every write is known.
//
// # One process or several
//
// Lock makes a process the only one that runs on a database: on a file by a lock of the operating
// system, on a server by a lease. Join lets several processes share a server's database; what only
// one of them may do has a lease ([Process]). A process that was cut off or frozen cannot write
// under a lease that another one has taken since: every transaction asks first ([Session.Fence]).
//
// # Files
//
// A file holds what people follow, so it, its copies and its log are readable by their owner only.
// A copy is written under another name, synced and renamed, so that a file with a copy's name is
// always whole, whenever the process is killed.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
)

// Readers is how many snapshots may be read at once.
const Readers = 4

// Engine is a database. It is safe for concurrent use once it is open.
type Engine interface {
	// Name says which database it is, as people know it and without a password.
	Name() string

	// Exists reports whether Newsbell has been on the database before.
	Exists(ctx context.Context) (bool, error)

	// Open brings the tables up to date and opens a pool of one connection for the
	// writer and one of [Readers]. The caller closes both, also after an error.
	Open(ctx context.Context, migrations fs.FS) (writer, readers *sql.DB, err error)

	// Lock makes this process the only one that runs on the database until unlock, or
	// ErrInUse. From then on no other one's transactions are committed beside ours.
	Lock(ctx context.Context) (unlock func() error, err error)

	// Join makes this process one of those that share the database, or ErrNotShared.
	Join(ctx context.Context, m Member) (*Process, error)

	// Survey says who works on the database, and what its server risks.
	Survey(ctx context.Context) (Survey, error)

	// Check looks for damage and broken references; none is a sound database.
	Check(ctx context.Context) ([]string, error)

	// Backup writes a consistent copy to a new file.
	Backup(ctx context.Context, to string) error

	// Size returns how large the database is, in bytes.
	Size(ctx context.Context) (int64, error)

	// Compact gives space back that is not needed any more.
	Compact(ctx context.Context) error

	// LetOthersWrite leaves the database for a moment to the writers of other processes that wait
	// for it, where one process at a time writes. Whoever writes for long calls it between two
	// transactions.
	LetOthersWrite()

	// Explain turns an error into a sentence that says what to do.
	Explain(err error) error

	translate(query string) translation
	// prepares reports whether statements are to be prepared, and kept on their connections.
	prepares() bool
	begin(ctx context.Context, s *Session, mode Mode) error
	commit(ctx context.Context, s *Session) error
	rollback(ctx context.Context, s *Session) error
	// whileReading is what a query is given of the context of who asks.
	whileReading(ctx context.Context) context.Context
	// isLost reports whether a session lost its connection with an error.
	isLost(s *Session, err error) bool
}

// translation is a statement as an engine takes it.
type translation struct {
	text string
	// arguments converts the arguments; nil: they are taken as they are.
	arguments func(args []any) ([]any, error)
}

// ErrNotShared means that a database is a file, which one process works on.
var ErrNotShared = errors.New("a SQLite file is for one process that does everything")

// ErrAway means that the server cannot be reached for now. Nothing was changed.
var ErrAway = errors.New("the database server cannot be reached")

// ErrSetup is what every error is that only a change of the configuration, or of the
// server's, puts right.
var ErrSetup = errors.New("the database cannot be used as it is configured")

// IsAddress reports whether a database is named by the address of a server, and not by a
// file.
func IsAddress(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// New returns the engine of a database: postgres://… or a file, of at most so many pages
// (0: as many as the disk takes). Nothing is opened yet.
func New(database string, maxPages int) (Engine, error) {
	if IsAddress(database) {
		return newPostgres(database)
	}

	return &sqliteFile{path: database, maxPages: maxPages, unclean: isUnclean(database)}, nil
}
