package systemtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"newsbell/adapters/targettest"
)

// alertCounts is what `newsbell check --json --alerts` prints.
type alertCounts struct {
	Waiting int            `json:"waiting"`
	Sent    int            `json:"sent"`
	Folded  int            `json:"folded"`
	Dropped map[string]int `json:"dropped"`
}

// tally is what arrived, against what should have. Folded are those that no message
// shows and that the button of a digest opened in the same chat; nonceless are those of the
// doubled that are in a channel without nonces.
type tally struct{ expected, folded, lost, doubled, nonceless int }

func (r *crashRig) tally() map[string]*tally {
	all := map[string]*tally{"telegram": {}, "discord": {}}
	for _, reader := range r.readers {
		if all[reader.name] == nil {
			all[reader.name] = &tally{}
		}

		sum := all[reader.name]

		text := strings.Join(reader.told(), "\n\x00\n")
		opened := strings.Join(reader.opened, "\n\x00\n")

		for _, title := range r.feeds.expected(reader.queries) {
			sum.expected++

			switch n := strings.Count(text, title); {
			case n == 0:
				sum.lost++
			case n > 1:
				sum.doubled += n - 1

				if reader.noNonces != "" {
					sum.nonceless += n - 1
				}
			}

			if strings.Contains(opened, title) {
				sum.folded++
			}
		}
	}

	return all
}

// toldTwice are the messages with a headline that a chat of a platform was told more than once.
func toldTwice(readers []*reader, p *feedServer, platform string) (messages []string) {
	for _, r := range readers {
		if r.name != platform {
			continue
		}

		for _, title := range p.expected(r.queries) {
			with := slices.DeleteFunc(r.told(), func(text string) bool { return !strings.Contains(text, title) })
			if strings.Count(strings.Join(with, "\n"), title) > 1 {
				messages = append(messages, with...)
			}
		}
	}

	return messages
}

// countsPause is how long settled waits between two looks: each starts a program, beside those that are
// to come to rest.
const countsPause = 250 * time.Millisecond

// settled waits until nothing is missing but what digests count, and nothing waits, or
// nothing has come for a while. What has arrived may still wait for its note that it did.
func (r *crashRig) settled(patience time.Duration) bool {
	best, since := -1, time.Now()

	for {
		lost := 0
		for _, sum := range r.tally() {
			lost += sum.lost
		}

		if counts, err := r.counts(); err == nil && counts.Waiting == 0 && lost <= counts.Folded {
			return true
		}

		if best < 0 || lost < best {
			best, since = lost, time.Now()
		}

		if time.Since(since) > patience {
			return false
		}

		<-time.After(countsPause)
	}
}

// counts asks the program's database what became of the alerts. Only when to look is
// decided by it, and that nothing else was folded, not what is found.
func (r *crashRig) counts() (counts alertCounts, err error) {
	out, err := exec.Command(r.binary, "check", "--json", "--alerts", "--config", r.path("config.toml")).Output()
	if err == nil {
		err = json.Unmarshal(out, &counts)
	}

	return counts, err
}

// finish lets the program come to rest and counts what is in the chats.
func (r *crashRig) finish(patience time.Duration) map[string]*tally {
	r.t.Helper()
	r.start("")
	r.awaitPolls(1)
	r.settled(patience)
	r.openFolded()
	r.stop()

	return r.tally()
}

// judge finishes and fails the test if anything was lost, or anything was doubled that was not
// under way, to where no message is known again, when the program died.
func (r *crashRig) judge(what string) {
	r.t.Helper()

	sums := r.finish(time.Minute)
	r.allOpened(sums)

	telegram, targets := r.inFlight("telegram"), r.inFlight("target")

	for platform, sum := range sums {
		r.t.Logf("%-8s %s: %d expected, %d of them folded, %d lost, %d doubled", platform, what, sum.expected, sum.folded, sum.lost, sum.doubled)

		unsure := targets
		if platform == "telegram" {
			unsure = telegram
		}

		if sum.expected == 0 || sum.wrong(platform, unsure) {
			r.t.Errorf("%s: %d of %d lost, %d doubled, %d were in flight at deaths: %q", platform, sum.lost, sum.expected, sum.doubled, unsure, toldTwice(r.readers, r.feeds, platform))
		}
	}

	r.sound(true)
}

// allOpened checks that the readers could open exactly what the program has folded.
func (r *crashRig) allOpened(sums map[string]*tally) {
	r.t.Helper()

	counts, err := r.counts()
	if err != nil {
		r.t.Fatalf("check --alerts: %v", err)
	}

	opened := 0
	for _, sum := range sums {
		opened += sum.folded
	}

	if opened != counts.Folded {
		r.t.Errorf("readers could open %d alerts, %d are folded", opened, counts.Folded)
	}
}

// inFlight counts the alerts that were claimed for a platform and had no result when
// the program died, in all of its lives: by its log, which is written first.
func (r *crashRig) inFlight(platform string) (alerts int) {
	r.t.Helper()

	log, err := os.ReadFile(r.path("log"))
	if err != nil {
		r.t.Fatal(err)
	}

	number := regexp.MustCompile(`message=(\d+) `)

	for i, from := range r.lives {
		to := int64(len(log))
		if i+1 < len(r.lives) {
			to = r.lives[i+1]
		}

		open := map[string]int{}

		for line := range strings.Lines(string(log[from:to])) {
			message := number.FindString(line)
			switch {
			case message == "", strings.Contains(line, `msg="settle, trying again"`): // its result is not written
			case !strings.Contains(line, "msg=claimed"):
				delete(open, message)
			case strings.Contains(line, "platform="+platform+" "):
				open[message]++
			}
		}

		for _, n := range open {
			alerts += n
		}
	}

	return alerts
}

// wrong reports whether the promise was broken: where no message is known again, so many may stand
// twice.
func (t *tally) wrong(platform string, unsure int) bool {
	switch platform {
	case "telegram", targettest.Slack, targettest.Gotify, targettest.Pushover:
	default:
		unsure = 0
	}

	return t.lost > 0 || t.doubled > unsure
}

// sound checks the database, and once all is settled that nothing waits in it.
func (r *crashRig) sound(settled bool) {
	r.t.Helper()

	for _, args := range [][]string{{"check", "--json"}, {"check", "--json", "--alerts"}} {
		out, err := exec.Command(r.binary, append(args, "--config", r.path("config.toml"))...).Output()
		if err != nil {
			r.t.Errorf("newsbell %s: %v\n%s", strings.Join(args, " "), err, out)
			continue
		}

		var counts alertCounts
		if len(args) == 3 {
			if err := json.Unmarshal(out, &counts); err != nil || (settled && counts.Waiting != 0) || len(counts.Dropped) > 0 {
				r.t.Errorf("after the run: %s%v", out, err)
			}

			r.t.Logf("check --alerts: %s", strings.TrimSpace(string(out)))
		}
	}
}
