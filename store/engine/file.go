package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

// FileOptions say what a pool of connections is for.
type FileOptions struct {
	Size     int  // connections
	ReadOnly bool // nothing is written through them
	MaxPages int  // of the file; 0: as many as the disk takes
}

// OpenFile opens a pool of connections to the database file. A file that is not there is
// made, with its folder. A file that others may read is made private to its owner.
func OpenFile(path string, o FileOptions) (*sql.DB, error) {
	option := ""

	fresh, err := prepareFile(path)
	if err != nil {
		return nil, err
	}

	if o.ReadOnly {
		option += "&_query_only=1"
	}

	if o.MaxPages > 0 {
		option += fmt.Sprintf("&_pragma=max_page_count(%d)", o.MaxPages)
	}
	// Only who makes a database says that freed pages can be given back: saying it
	// takes the write lock. A database that is as it should be is opened without, so
	// that check and backup work while another process is writing.
	if fresh {
		option += "&_auto_vacuum=2"
	}

	db, err := sql.Open("sqlite", fileAddress(path)+
		"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_foreign_keys=1&_dqs=0&_defensive=1&_error_rc=1"+
		"&_pragma=temp_store(2)&_pragma=cache_size(-16000)&_txlock=immediate"+option)
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", path, err)
	}

	db.SetMaxOpenConns(o.Size)
	db.SetMaxIdleConns(o.Size)

	return db, nil
}

// fileAddress is a file as SQLite takes it.
func fileAddress(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// private is the mode of everything that holds people's data.
const private = 0o600

// prepareFile makes sure that the file is there and private. It reports whether it is
// empty.
func prepareFile(path string) (fresh bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return false, fmt.Errorf("make the folder of the database: %w", err)
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, private)
	if err == nil {
		return true, file.Close()
	}

	info, missing := os.Stat(path)
	if missing != nil && !errors.Is(err, fs.ErrExist) {
		return false, explainError(err, "the database %s cannot be made: this user has to be allowed to write into its folder", path)
	}

	if missing != nil {
		return false, fmt.Errorf("open the database %s: %w", path, missing)
	}

	if info.IsDir() {
		return false, fmt.Errorf("the database %s is a folder: name a file", path)
	}
	// Somebody else's file stays as it is: that it cannot be written is said by
	// who is writing.
	for _, suffix := range []string{"", "-wal", "-shm", lockSuffix} {
		if info, err := os.Stat(path + suffix); err == nil && info.Mode().Perm()&^private != 0 {
			_ = os.Chmod(path+suffix, info.Mode().Perm()&private)
		}
	}

	return info.Size() == 0, nil
}

// isUnclean reports whether the last process that had the file open did not close it:
// its log is still there. Another one that has it open now looks the same.
func isUnclean(path string) bool {
	log, err := os.Stat(path + "-wal")
	return err == nil && log.Size() > 0
}

// CheckFile looks for damage to the structure of the file, without comparing every
// index to its table. It returns an error that says what to do.
func CheckFile(ctx context.Context, path string) error {
	db, err := OpenFile(path, FileOptions{Size: 1, ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()

	var found string

	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return explainFile(err, path)
	}

	if found != "ok" {
		return damagedError(path, errors.New(found))
	}

	return nil
}
