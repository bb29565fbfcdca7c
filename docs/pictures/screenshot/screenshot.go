// Package screenshot has Chromium draw a page. The commands beside it use it to make the
// pictures in the documentation.
package screenshot

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Draw writes a picture of a page, so many pixels wide and high, to a file. The page is HTML,
// and what it loads it names in full.
func Draw(ctx context.Context, page string, width, height int, picture string) error {
	dir, err := os.MkdirTemp("", "screenshot")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		return err
	}

	if picture, err = filepath.Abs(picture); err != nil {
		return err
	}

	out, err := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		fmt.Sprintf("--window-size=%d,%d", width, height), "--screenshot="+picture, "file://"+file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("chromium: %w\n%s", err, out)
	}

	return nil
}
