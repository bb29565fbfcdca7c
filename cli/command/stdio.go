package command

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Stdio is what a command reads and writes.
type Stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// StdioOf returns the streams that a command was given.
func StdioOf(c *cobra.Command) Stdio {
	return Stdio{c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()}
}

// IsTerminal reports whether a person types the standard input.
func (s Stdio) IsTerminal() bool {
	f, ok := s.In.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// ShowsOutput reports whether the standard output is a person's terminal.
func (s Stdio) ShowsOutput() bool {
	f, ok := s.Out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// OpenInput opens a file to read, "-" for standard input. Gzipped data, which its
// first two bytes give away (RFC 1952), is unpacked on the way. A person whose keys are read is told.
// Reading ends when ctx does.
func (s Stdio) OpenInput(ctx context.Context, name string) (io.ReadCloser, error) {
	from, closer := s.In, io.NopCloser(s.In)

	switch {
	case name == "": // a shell's variable that is not set
		return nil, Usage(errors.New("the file's name is empty"))
	case name != "-":
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}

		from, closer = f, f
	case s.IsTerminal():
		fmt.Fprintln(s.Err, "Reading what you type. Press Ctrl-D on a new line when you're done.")
	}

	in := bufio.NewReaderSize(Until(ctx, from), 1<<16)
	if head, _ := in.Peek(2); !bytes.Equal(head, []byte("\x1F\x8B")) {
		return input{in, closer}, nil
	}

	z, err := gzip.NewReader(in)
	if err != nil {
		closer.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}

	return input{z, closer}, nil
}

type input struct {
	io.Reader
	io.Closer
}

// FlushFirst flushes Out before it waits for more input, so that a question asked
// through a pipe is answered at once.
type FlushFirst struct {
	In  io.Reader
	Out *bufio.Writer
}

func (f FlushFirst) Read(p []byte) (int, error) {
	if err := f.Out.Flush(); err != nil {
		return 0, err
	}

	return f.In.Read(p)
}

// EachLine calls do with each line that is not blank, numbered from 0. What an error ends is no line.
func EachLine(r io.Reader, do func(n int, line []byte) error) error {
	in := bufio.NewReaderSize(r, 1<<20)

	var long []byte

	for n := 0; ; n++ {
		line, err := in.ReadSlice('\n')
		for long = long[:0]; errors.Is(err, bufio.ErrBufferFull); {
			long = append(long, line...)
			line, err = in.ReadSlice('\n')
		}

		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("the compressed file is cut off in line %d", n)
		}

		if err != nil && !errors.Is(err, io.EOF) {
			return err
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

		if err != nil {
			return nil
		}
	}
}

// PrintJSON writes a line of JSON as people read it: "<" stays "<".
func PrintJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)

	return encoder.Encode(v)
}
