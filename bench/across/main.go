// Command across measures how well an embedding model joins the stories of two languages: it asks
// any OpenAI-compatible endpoint where headlines stand, hands them to package news/across as the
// program does, one by one, and counts which joins are right.
//
//	go run ./across -set ../news/across/testdata/headlines.tsv -url http://127.0.0.1:11434/v1 -model bge-m3
//
// The set is a line for each headline: event, language, headline, between tabs. Without -url the
// headlines are placed by their letters alone, which is no model and only shows what one has to beat.
// Events of odd twelves (1 to 12, 25 to 36, …) are those that the thresholds may be chosen with;
// what is claimed comes from the others.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/news"
	"newsbell/news/across"
)

func main() {
	url := flag.String("url", "", "prefix of an OpenAI-compatible server; \"\": letters alone")
	model := flag.String("model", "", "the embedding model")
	set := flag.String("set", "../news/across/testdata/headlines.tsv", "headlines: event, language, headline")
	orders := flag.Int("orders", 20, "in how many random orders they come")

	flag.Parse()

	if err := measure(*url, *model, *set, *orders); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// headline is a line of the set.
type headline struct {
	event    int
	language string
	title    string
	vector   across.Vector
}

func measure(url, model, set string, orders int) error {
	list, err := readSet(set)
	if err != nil {
		return err
	}

	if err := place(list, url, model); err != nil {
		return err
	}

	var choosing, claimed counts

	for n := range orders {
		shuffled := slices.Clone(list)
		rand.New(rand.NewPCG(1, uint64(n))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })

		joined := join(shuffled)
		choosing.add(shuffled, joined, true)
		claimed.add(shuffled, joined, false)
	}

	fmt.Printf("%d headlines of %s, in %d orders\n", len(list), cmp.Or(model, "letters alone (no model)"), orders)
	fmt.Println("events for choosing:", &choosing)
	fmt.Println("events held out:    ", &claimed)

	return nil
}

func readSet(path string) ([]headline, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()

	var list []headline

	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Split(s.Text(), "\t")
		if len(fields) != 3 || strings.HasPrefix(s.Text(), "#") {
			continue
		}

		event, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", path, s.Text(), err)
		}

		list = append(list, headline{event: event, language: fields[1], title: fields[2]})
	}

	if len(list) == 0 {
		return nil, errors.New("the set is empty")
	}

	return list, nil
}

// place asks where the headlines stand.
func place(list []headline, url, model string) error {
	if url == "" {
		for i := range list {
			numbers := aitest.Letters(list[i].title)

			floats := make([]float32, len(numbers))
			for j, x := range numbers {
				floats[j] = float32(x)
			}

			v, err := across.Pack(floats)
			if err != nil {
				return err
			}

			list[i].vector = v
		}

		return nil
	}

	e := ai.NewEmbedder(ai.Config{URL: url, Model: model, EmbedModel: model, Key: os.Getenv("NEWSBELL_AI_KEY")}, nil)
	if e == nil {
		return errors.New("-url needs -model beside it")
	}

	for part := range slices.Chunk(list, ai.EmbedAtOnce) {
		texts := make([]string, len(part))
		for i, h := range part {
			texts[i] = ai.TextOf(&news.Article{Title: h.title})
		}

		vectors, err := e.Embed(context.Background(), texts)
		if err != nil {
			return err
		}

		for i := range part {
			part[i].vector = vectors[i]
		}
	}

	return nil
}

// join takes the headlines in order and returns the story of each.
func join(list []headline) []int64 {
	w := across.NewWindow()
	stories := make([]int64, len(list)+1)

	for i, h := range list {
		id := int64(i + 1)
		stories[id] = id
		w.Add(&across.Article{ID: id, Story: id, Language: h.language, Title: h.title, At: time.Unix(int64(i), 0), Vector: h.vector})

		for _, p := range w.Find(id) {
			into, other := min(stories[p.Article], stories[p.Other]), max(stories[p.Article], stories[p.Other])
			for j, s := range stories {
				if s == other {
					stories[j] = into
				}
			}
		}
	}

	return stories[1:]
}

// counts are pairs of headlines of two languages.
type counts struct{ same, joined, right int }

// halfOf is how many events follow each other in one half.
const halfOf = 12

func (c *counts) add(list []headline, stories []int64, choosing bool) {
	for i := range list {
		if (list[i].event-1)/halfOf%2 == 0 != choosing {
			continue
		}

		for j := range list {
			if i == j || list[i].language == list[j].language {
				continue
			}

			same, joined := list[i].event == list[j].event, stories[i] == stories[j]
			if same {
				c.same++
			}

			if joined {
				c.joined++
			}

			if same && joined {
				c.right++
			}
		}
	}
}

// String says precision and recall of the pairs.
func (c *counts) String() string {
	return fmt.Sprintf("%d of %d pairs found (recall %.3f), %d of %d joined are right (precision %.3f)",
		c.right, c.same, float64(c.right)/float64(max(c.same, 1)), c.right, c.joined, float64(c.right)/float64(max(c.joined, 1)))
}
