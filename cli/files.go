package cli

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// stdio is what a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

func stdioOf(c *cobra.Command) stdio {
	return stdio{c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()}
}

// isTerminal reports whether a person types the standard input.
func (s stdio) isTerminal() bool {
	f, ok := s.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// openInput opens a file to read, "-" for standard input. Gzipped data, which its
// first two bytes give away (RFC 1952), is unpacked on the way.
func (s stdio) openInput(name string) (io.ReadCloser, error) {
	f := io.NopCloser(s.in)

	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, err
		}
	}

	in := bufio.NewReaderSize(f, 1<<16)
	if head, _ := in.Peek(2); !bytes.Equal(head, []byte("\x1F\x8B")) {
		return input{in, f}, nil
	}

	z, err := gzip.NewReader(in)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}

	return input{z, f}, nil
}

type input struct {
	io.Reader
	io.Closer
}

// flushFirst flushes out before it waits for more input, so that a question asked
// through a pipe is answered at once.
type flushFirst struct {
	in  io.Reader
	out *bufio.Writer
}

func (f flushFirst) Read(p []byte) (int, error) {
	if err := f.out.Flush(); err != nil {
		return 0, err
	}

	return f.in.Read(p)
}

// eachLine calls do with each line that is not blank, numbered from 0.
func eachLine(r io.Reader, do func(n int, line []byte) error) error {
	in := bufio.NewReaderSize(r, 1<<20)

	var long []byte

	for n := 0; ; n++ {
		line, err := in.ReadSlice('\n')
		for long = long[:0]; errors.Is(err, bufio.ErrBufferFull); {
			long = append(long, line...)
			line, err = in.ReadSlice('\n')
		}

		if len(long) > 0 {
			line = slices.Concat(long, line)
		}

		if n == 0 {
			line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
		}

		if line = bytes.TrimRight(line, "\r\n"); len(bytes.TrimSpace(line)) > 0 {
			if err := do(n, line); err != nil {
				return err
			}
		}

		if errors.Is(err, io.EOF) {
			return nil
		}

		if err != nil {
			return err
		}
	}
}

// marshal encodes JSON as people read it: "<" stays "<".
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer

	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)

	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
