package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
)

// openInput opens a file to read, "-" for standard input; a .gz file is
// unpacked on the way.
func openInput(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(bufio.NewReaderSize(os.Stdin, 1<<16)), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".gz") {
		return f, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}
