package date

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestDate(t *testing.T) {
	at := func(s string) string {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}

		return v.UTC().Format(time.RFC3339)
	}
	for in, want := range map[string]string{
		"Mon, 02 Jan 2006 15:04:05 -0700":                           "2006-01-02T15:04:05-07:00",
		"Mon, 2 Jan 2006 15:04 EST":                                 "2006-01-02T15:04:00-05:00",
		"2 Jan 06 15:04 GMT":                                        "2006-01-02T15:04:00Z",
		"2026-11-23T07:05:25Z":                                      "2026-11-23T07:05:25Z",
		"2026-11-23T07:05:25.123456+05:30":                          "2026-11-23T07:05:25+05:30",
		"2026-11-23T07:05+0100":                                     "2026-11-23T07:05:00+01:00",
		"2026-11-23 07:05:25":                                       "2026-11-23T07:05:25Z",
		"2026-11-23 07:05:25 UTC":                                   "2026-11-23T07:05:25Z",
		"2026/11/23 07:05":                                          "2026-11-23T07:05:00Z",
		"23.11.2026 07:05":                                          "2026-11-23T07:05:00Z",
		"23/11/2026 - 07:05":                                        "2026-11-23T07:05:00Z",
		"11/23/2026 3:05:09 PM":                                     "2026-11-23T15:05:09Z",
		"11/3/2026 3:05:09 PM":                                      "2026-11-03T15:05:09Z",
		"20261123":                                                  "2026-11-23T00:00:00Z",
		"20261123070525":                                            "2026-11-23T07:05:25Z",
		"1795417525":                                                "2026-11-23T07:05:25Z",
		"1795417525000":                                             "2026-11-23T07:05:25Z",
		"November 23, 2026 3:05 p.m.":                               "2026-11-23T15:05:00Z",
		"Monday, November 23rd, 2026 at 12:05 AM EDT":               "2026-11-23T00:05:00-04:00",
		"Mo, 23 Nov 2026 24:00:00 +0100":                            "2026-11-24T00:00:00+01:00",
		"Mo, 23 Mär 2026 07:05:25 +0100":                            "2026-03-23T07:05:25+01:00",
		"Montag, 23. März 2026, 07:05 Uhr":                          "2026-03-23T07:05:00Z",
		"lun, 23 nov 2026 07:05:25 +0100":                           "2026-11-23T07:05:25+01:00",
		"mar., 24 mar. 2026 07:05:25 +0100":                         "2026-03-24T07:05:25+01:00",
		"lundi 23 août 2026 07:05":                                  "2026-08-23T07:05:00Z",
		"mié, 18 feb 2026 07:05:25 -0300":                           "2026-02-18T07:05:25-03:00",
		"Seg, 24 Set 2018 19:32:00 -0300":                           "2018-09-24T19:32:00-03:00",
		"23 de diciembre de 2026":                                   "2026-12-23T00:00:00Z",
		"пн, 23 ноя 2026 07:05:25 +0300":                            "2026-11-23T07:05:25+03:00",
		"23 ноября 2026 г., 07:05":                                  "2026-11-23T07:05:00Z",
		"pon, 23 lis 2026 07:05:25 +0100":                           "2026-11-23T07:05:25+01:00",
		"Po, 23 července 2026 07:05:25 +0200":                       "2026-07-23T07:05:25+02:00",
		"23 Kasım 2026 07:05":                                       "2026-11-23T07:05:00Z",
		"Paz, 22 Kas 2026 07:05:25 +0300":                           "2026-11-22T07:05:25+03:00",
		"Δευ, 23 Νοε 2026 07:05:25 +0200":                           "2026-11-23T07:05:25+02:00",
		"2026年11月23日 07:05":                                         "2026-11-23T07:05:00Z",
		"2026년 11월 23일 07:05:25":                                    "2026-11-23T07:05:25+09:00",
		"Mon Nov 23 07:05:25 2026":                                  "2026-11-23T07:05:25Z",
		"Mon Nov 23 07:05:25 CET 2026":                              "2026-11-23T07:05:25+01:00",
		"Mon Nov 23 2026 07:05:25 GMT+0100 (Central European Time)": "2026-11-23T07:05:25+01:00",
		"Mon, 23 Nov 2026 07:05:25 GMT+5":                           "2026-11-23T07:05:25+05:00",
		"Mon, 23 Nov 2026 07:05:25 --0700":                          "2026-11-23T07:05:25-07:00",
		"Mon, 23 Nov 2026 07:05:25 -0700 MST":                       "2026-11-23T07:05:25-07:00",
		"Mon, 23 Nov 2026 07:05:25 IST":                             "2026-11-23T07:05:25+05:30",
		"  Mon,  23  Nov  2026  07:05:25  GMT\n":                    "2026-11-23T07:05:25Z",
		"Mon, 23-Nov-26 07:05:25 GMT":                               "2026-11-23T07:05:25Z",
		"2026-11-23T07:05:25.000Z ":                                 "2026-11-23T07:05:25Z",
		"2026-11-23T23:59:60Z":                                      "2026-11-23T23:59:59Z",
		"20260105T083000Z":                                          "2026-01-05T08:30:00Z",
		"20260105T083000+0100":                                      "2026-01-05T08:30:00+01:00",
		"2026-01-05T08:30:00+01:00[Europe/Berlin]":                  "2026-01-05T08:30:00+01:00",
		"05 Jän 2026 08:30":                                         "2026-01-05T08:30:00Z",
		"1795417525.5":                                              "2026-11-23T07:05:25Z",
		"الاثنين، 5 يناير 2026 08:30":                               "2026-01-05T08:30:00Z",
		"5 أغسطس 2026":                                              "2026-08-05T00:00:00Z",
		"2026-327":                                                  "2026-11-23T00:00:00Z",
		"2026-W48-7":                                                "2026-11-29T00:00:00Z",
		"2026-W48-7T10:00:00Z":                                      "2026-11-29T10:00:00Z",
		"2026W487T1000+01":                                          "2026-11-29T10:00:00+01:00",
		"2026-W48":                                                  "2026-11-23T00:00:00Z",
		"2020-W53-5":                                                "2021-01-01T00:00:00Z",
		"2026-11-23T07Z":                                            "2026-11-23T07:00:00Z",
		"2026-11-23T07+01:00":                                       "2026-11-23T07:00:00+01:00",
		"2026-11-23T0705Z":                                          "2026-11-23T07:05:00Z",
		"20261123T0705":                                             "2026-11-23T07:05:00Z",
		"2026-11-23T07.05.25Z":                                      "2026-11-23T07:05:25Z",
		"23.11.2026 07.05.25":                                       "2026-11-23T07:05:25Z",
		"Mon, 26.11.23":                                             "2026-11-23T00:00:00Z",
		"23 novembre 2026 à 07h05":                                  "2026-11-23T07:05:00Z",
		"Mon, 23 Nov 2026 07:05:25 \"GMT\"":                         "2026-11-23T07:05:25Z",
		"Tue, 28 Jul 2026 07:05:25 Europe/Berlin":                   "2026-07-28T07:05:25+02:00",
		"2026-11-23 07:05:25 America/New_York":                      "2026-11-23T07:05:25-05:00",
		"2026-11-23 07:05:25 +0900 Europe/Berlin":                   "2026-11-23T07:05:25+09:00",
		"28 Jul 2026 10 GMT":                                        "2026-07-28T10:00:00Z",
		"Tue, 28 Jul 2026 7 EST":                                    "2026-07-28T07:00:00-05:00",
		"1795417525123456":                                          "2026-11-23T07:05:25Z",
	} {
		if got := Parse(in); got.IsZero() || got.Format(time.RFC3339) != at(want) {
			t.Errorf("date(%q) = %s, want %s", in, got.Format(time.RFC3339), at(want))
		}
	}

	for _, in := range []string{
		"", " ", "yesterday", "2026-W54-1", "2025-W53-1", "2026-W00-1", "2026-11-23T2505Z", "0", "-1", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT",
		"32 Jan 2026", "31 Jun 2026 10:00", "2026-02-30", "2026-13-01", "2026-11-23T25:00:00Z", "12:30", "Nov 23", "Mon, 23 Nov", "28 Jul 2026 25 GMT", "28 Jul 2026 10", "null", "::", "+", "2026-11-23T07:05:25+99:00",
	} {
		if got := Parse(in); !got.IsZero() {
			t.Errorf("date(%q) = %s, want none", in, got)
		}
	}
}

// TestAPeriodUnderWaySaysNoDay: news dated "2026" would have been too old to alert since January.
func TestAPeriodUnderWaySaysNoDay(t *testing.T) {
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

	for in, want := range map[string]string{
		"2026": "", " 2026-11 ": "", "2027": "",
		"2025": "2025-01-01", "2026-10": "2026-10-01", "2026-11-03": "2026-11-03", "20261103": "2026-11-03", "2026-333": "2026-11-29",
	} {
		got := ""
		if at := ParseDay(in, now); !at.IsZero() {
			got = at.Format(time.DateOnly)
		}

		if got != want {
			t.Errorf("%q says %q, want %q", in, got, want)
		}
	}
}

// TestDatesOfFeedparser reads the dates of feedparser's own tests.
func TestDatesOfFeedparser(t *testing.T) {
	f, err := os.Open(filepath.Join(corpus(t, "feeds-feedparser"), "dates.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	all, equal := 0, 0

	for in := bufio.NewScanner(f); in.Scan(); {
		var c struct {
			Input string
			UTC   []int
		}
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}

		want := time.Time{}
		if u := c.UTC; len(u) == 6 {
			want = time.Date(u[0], time.Month(u[1]), u[2], u[3], u[4], u[5], 0, time.UTC)
		}

		all++

		if got := Parse(c.Input); got.Equal(want) {
			equal++
		} else {
			t.Errorf("date(%q) = %s, want %s", c.Input, got, want)
		}
	}

	t.Logf("%d of %d dates as feedparser reads them", equal, all)
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"Mon, 02 Jan 2006 15:04:05 -0700", "2026-11-23T07:05:25.1Z", "23. März 2026", "1795417525", "2004-05-25 오후 11:23:17"} {
		f.Add(s)
	}

	f.Fuzz(func(t *testing.T, s string) {
		got := Parse(s)
		if got.IsZero() {
			return
		}

		if again := Parse(got.Format(time.RFC3339)); !again.Equal(got) && got.Year() > 0 {
			t.Errorf("date(%q) = %s, and that is read as %s", s, got, again)
		}
	})
}

// corpus is the folder of public feeds; without it the test is skipped visibly.
func corpus(t testing.TB, name string) string {
	t.Helper()

	root := os.Getenv("NEWSBELL_DATA")
	if root == "" {
		t.Skip("NEWSBELL_DATA is not set: 0 feeds read")
	}

	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("%s is not there: 0 feeds read", name)
	}

	return dir
}
