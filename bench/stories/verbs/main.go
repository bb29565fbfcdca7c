// Command verbs makes news/story/verbs.txt.gz: which English verbs say one thing, as rise and climb do.
//
//	apt-get install wordnet-base wordnet-sense-index
//	go run ./stories/verbs -wordnet /usr/share/wordnet -out ../news/story/verbs.txt.gz
//
// The verbs and their senses are those of WordNet 3.0; its licence is news/story/LICENSE.wordnet. Of a verb
// the table has its commonest senses and, behind a bar, what those are ways of. No news is read.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"newsbell/news/story"
)

func main() {
	dir := flag.String("wordnet", "/usr/share/wordnet", "folder of WordNet's files")
	seed := flag.String("seed", "../news/story/seed.txt.gz", "table of the words of news: rarer ones are left out")
	out := flag.String("out", "verbs.txt.gz", "table to write")

	flag.Parse()

	if err := run(*dir, *seed, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	known  = 20000 // the commonest words of news, of which the verbs are
	ranks  = 4     // senses of a verb, at most
	least  = 0.08  // part of a verb's uses that a sense has, at least
	widest = 40    // ways of doing a thing from which on the thing says nothing: move, change
)

// sense is a sense of a verb: where its set of synonyms stands in WordNet's file, and the part of the verb's
// uses that it has.
type sense struct {
	set  string
	uses float64
}

func run(dir, seed, out string) error {
	senses, err := readSenses(filepath.Join(dir, "index.sense"))
	if err != nil {
		return err
	}

	kinds, err := readKinds(filepath.Join(dir, "data.verb"))
	if err != nil {
		return err
	}

	forms := map[string][]string{}

	err = eachLine(filepath.Join(dir, "verb.exc"), func(fields []string) error {
		for _, base := range fields[1:] {
			forms[base] = append(forms[base], fields[0])
		}

		return nil
	})
	if err != nil {
		return err
	}

	common, err := readCommon(seed)
	if err != nil {
		return err
	}

	maps.DeleteFunc(senses, func(verb string, _ []sense) bool { return !common[verb] })

	licence, err := readLicence(filepath.Join(dir, "data.verb"))
	if err != nil {
		return err
	}

	table, err := tableOf(licence, senses, kinds, forms)
	if err != nil {
		return err
	}

	return os.WriteFile(out, table, 0o644)
}

// readSenses reads the senses of verbs and how often each was found in the texts that WordNet's makers tagged.
func readSenses(file string) (map[string][]sense, error) {
	out := map[string][]sense{}

	err := eachLine(file, func(fields []string) error {
		verb, ok := strings.CutSuffix(strings.SplitAfter(fields[0], "%2")[0], "%2")
		if !ok || strings.ContainsFunc(verb, func(r rune) bool { return r < 'a' || r > 'z' }) {
			return nil
		}

		rank, err1 := strconv.Atoi(fields[2])
		times, err2 := strconv.Atoi(fields[3])

		if rank <= ranks {
			out[verb] = append(out[verb], sense{fields[1], float64(times) + 1/float64(max(rank, 1))})
		}

		return cmp.Or(err1, err2)
	})

	for verb, of := range out {
		sum := 0.0
		for _, s := range of {
			sum += s.uses
		}

		out[verb] = slices.DeleteFunc(of, func(s sense) bool { return s.uses < least*sum })
	}

	return out, err
}

// readKinds reads of each set of verbs which sets it is a way of, and those of its group.
func readKinds(file string) (map[string][]string, error) {
	out, ways := map[string][]string{}, map[string]int{}

	err := eachLine(file, func(fields []string) error {
		words, err := strconv.ParseUint(fields[3], 16, 8)
		if err != nil {
			return err
		}

		for i := 5 + 2*int(words); i+1 < len(fields) && fields[i] != "|"; i++ {
			if sign := fields[i]; (sign == "@" || sign == "$") && fields[i+2] == "v" {
				out[fields[0]] = append(out[fields[0]], fields[i+1])
				ways[fields[i+1]]++
			}
		}

		return nil
	})

	for set, of := range out {
		out[set] = slices.DeleteFunc(of, func(kind string) bool { return ways[kind] >= widest })
	}

	return out, err
}

// tableOf writes a line a verb: its forms that package story takes for different words, its senses, a bar, and
// what they are ways of.
func tableOf(licence string, senses map[string][]sense, kinds, forms map[string][]string) ([]byte, error) {
	var buf bytes.Buffer

	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}

	fmt.Fprintln(z, "# forms of a verb = its senses | what those are ways of; made by bench/stories/verbs from WordNet 3.0, under its licence:")
	fmt.Fprint(z, licence)

	numbers, taken := map[string]int{}, map[uint64]bool{}
	number := func(set string) string {
		if numbers[set] == 0 {
			numbers[set] = len(numbers) + 1
		}

		return strconv.Itoa(numbers[set])
	}

	for _, verb := range slices.Sorted(maps.Keys(senses)) {
		var own, ways []string

		for _, s := range senses[verb] {
			own = append(own, number(s.set))
			for _, kind := range kinds[s.set] {
				ways = append(ways, number(kind))
			}
		}

		stem, _ := strings.CutSuffix(verb, "e")
		all := slices.DeleteFunc(append([]string{verb, stem + "ed", stem + "ing"}, forms[verb]...), func(form string) bool {
			read := story.Weigh(form, 1)
			known := len(read) == 0 || taken[read[0].Stem] || form != verb && senses[form] != nil

			if !known {
				taken[read[0].Stem] = true
			}

			return known
		})

		if len(all) > 0 {
			fmt.Fprintln(z, strings.Join(all, " "), "=", strings.Join(own, " "), "|", strings.Join(ways, " "))
		}
	}

	err = z.Close()

	return buf.Bytes(), err
}

// readLicence reads the licence that each file of WordNet begins with, as comments: it goes with every copy.
func readLicence(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}

	var out strings.Builder

	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "  ") {
			break
		}

		out.WriteString("#" + strings.TrimLeft(line, " 0123456789"))
	}

	return out.String(), nil
}

func readCommon(file string) (map[string]bool, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}

	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}

	out := map[string]bool{}

	lines := bufio.NewScanner(z)
	for lines.Scan() && len(out) < known {
		word, _, _ := strings.Cut(lines.Text(), " ")
		out[word] = true
	}

	return out, lines.Err()
}

// eachLine reads a file of WordNet but for the licence, which is indented.
func eachLine(file string, each func(fields []string) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()

	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)

	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "  ") {
			continue
		}

		if err := each(strings.Fields(lines.Text())); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
	}

	return lines.Err()
}
