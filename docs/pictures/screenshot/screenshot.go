// Package screenshot has Chromium draw a page. The commands beside it use it to make the
// pictures in the documentation.
package screenshot

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
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

// DrawCut is Draw, at most so high: what stands empty below the page is cut off.
func DrawCut(ctx context.Context, page string, width, height int, picture string) error {
	dir, err := os.MkdirTemp("", "screenshot")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	whole := filepath.Join(dir, "page.png")
	if err := Draw(ctx, page, width, height, whole); err != nil {
		return err
	}

	in, err := os.Open(filepath.Clean(whole))
	if err != nil {
		return err
	}
	defer in.Close()

	drawn, err := png.Decode(in)
	if err != nil {
		return err
	}

	to, err := os.Create(filepath.Clean(picture))
	if err != nil {
		return err
	}
	defer to.Close()

	return png.Encode(to, cutEmpty(drawn))
}

// cutEmpty leaves out the rows at the end that have one colour, but for a margin.
func cutEmpty(m image.Image) image.Image {
	const margin = 22

	b := m.Bounds()
	empty := func(y int) bool {
		for x := b.Min.X; x < b.Max.X; x++ {
			if m.At(x, y) != m.At(b.Min.X, b.Max.Y-1) {
				return false
			}
		}

		return true
	}

	end := b.Max.Y
	for end > b.Min.Y && empty(end-1) {
		end--
	}

	cut := image.NewRGBA(image.Rect(b.Min.X, b.Min.Y, b.Max.X, min(end+margin, b.Max.Y)))
	draw.Draw(cut, cut.Bounds(), m, b.Min, draw.Src)

	return cut
}
