// Package feeds reads the folders of real feeds in NEWSBELL_DATA.
package feeds

import (
	"io/fs"
	"os"
	"path/filepath"

	"newsbell/news"
	"newsbell/sources/feed"
)

// Read calls each with the file name and the articles of every feed below a folder. Files that are no
// feeds are passed over, and so are those whose name take refuses.
func Read(folder string, take func(name string) bool, each func(name string, articles []news.Article)) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !take(e.Name()) {
			return err
		}

		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}

		if _, articles, err := feed.Parse(feed.Input{Body: body, Address: "https://feed.example/" + e.Name()}); err == nil {
			each(e.Name(), articles)
		}

		return nil
	})
}
