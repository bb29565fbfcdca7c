package demo

import (
	"embed"
	"io/fs"
)

//go:embed all:sample
var sample embed.FS

// SampleNews returns the built-in news: made-up outlets, written for this project
// from public facts. Its folders 000, 001, … are the states of their feeds.
func SampleNews() (fs.FS, error) { return fs.Sub(sample, "sample") }

// SampleTour returns what a visitor might type: the lines before each state of the
// sample news, and after the last.
func SampleTour() map[int][]string {
	return map[int][]string{
		1: {"/start", "/preview election", `/subscribe "north korea", pyongyang, kim`},
		2: {"/subscribe storm | flood -insurance"},
		3: {"/list"},
		4: {"/pause 1h"},
		6: {"/resume"},
		8: {"/why 1", "/status", "/unsubscribe 2"},
	}
}
