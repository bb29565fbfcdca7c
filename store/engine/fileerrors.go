package engine

import (
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// ErrStop is what every error is after which the program has to stop rather than
// promise what it cannot keep.
var ErrStop = errors.New("the database cannot be used any more")

// stopError is an [ErrStop] with a sentence of its own.
type stopError string

func (e stopError) Error() string        { return string(e) }
func (e stopError) Is(target error) bool { return target == ErrStop }

const (
	// ErrFull means that the disk has no room: nothing was changed.
	ErrFull = stopError("the disk is full: free some space and start again; nothing was lost")
	// ErrReplaced means that the file is no longer the one that was opened.
	ErrReplaced = stopError("the database file was deleted, moved or replaced while Newsbell was running: put the right file in its place and start again")
	// ErrLogReplaced means that what was written last has no name any more. It is still written into
	// the database, when that is closed.
	ErrLogReplaced = stopError("the file beside the database whose name ends in -wal was deleted or replaced while Newsbell was running: leave it where it is, and start again")
)

// ErrBusy means that another program writes to the database, and for long.
var ErrBusy = errors.New("another program holds the database: stop it, or wait until it is done")

// ErrInUse means that another Newsbell works on the database: two would send
// everything twice.
var ErrInUse = errors.New("another Newsbell is running on this database: stop it first, or name another database")

// The codes of SQLite that people can do something about.
// https://www.sqlite.org/rescode.html
const (
	sqliteBusy     = 5
	sqliteReadOnly = 8
	sqliteIO       = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

// explainFile turns an error of SQLite into a sentence that names the file and says what
// to do. Other errors are returned as they are.
func explainFile(err error, path string) error {
	if err == nil || errors.Is(err, ErrStop) || errors.Is(err, errExplained) {
		return err
	}
	// STRICT tables hold no other types: the file is damaged where one comes out.
	if strings.Contains(err.Error(), "sql: Scan error on column") {
		return damagedError(path, err)
	}

	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}

	switch e.Code() & 0xff {
	case sqliteFull:
		return fileError{ErrFull, err}
	case sqliteBusy:
		return fileError{ErrBusy, err}
	case sqliteReadOnly:
		return explainError(err, "the database %s may only be read: run Newsbell as the user whom the file and its folder belong to, or give them to this user", path)
	case sqliteCantOpen:
		return explainError(err, "the database %s cannot be opened: its folder has to exist and this user has to be allowed to write there", path)
	case sqliteCorrupt:
		return damagedError(path, err)
	case sqliteNotADB:
		return explainError(err, "%s is no database of Newsbell: name another file, or restore a backup", path)
	case sqliteIO:
		return explainError(err, "the disk fails to read or write the database %s: check the disk and restore a backup if the file is damaged", path)
	}

	return err
}

func damagedError(path string, err error) error {
	return explainError(err, "the database %s is damaged: stop Newsbell, keep the file, and put a backup in its place", path)
}

// fileError is an error with a sentence for people before it.
type fileError struct{ sentence, cause error }

// errExplained is what every fileError error is.
var errExplained = errors.New("fileError")

func explainError(cause error, format string, args ...any) error {
	return fileError{fmt.Errorf(format, args...), cause}
}

func (e fileError) Error() string        { return e.sentence.Error() + " (" + e.cause.Error() + ")" }
func (e fileError) Unwrap() []error      { return []error{e.sentence, e.cause} }
func (e fileError) Is(target error) bool { return target == errExplained }
