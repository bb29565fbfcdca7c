package main

import (
	"embed"
	"fmt"
	"io/fs"
)

// The sample news of `newsbell demo`: made-up outlets, written for this project
// from public facts.
//
//go:embed all:sample
var sample embed.FS

func sampleNews() (fs.FS, error) {
	news, err := fs.Sub(sample, "sample")
	if err != nil {
		return nil, fmt.Errorf("open the sample news: %w", err)
	}

	return news, nil
}

// sampleTour is what a visitor might type: the lines before each state of the
// sample news, and after the last.
func sampleTour() map[int][]string {
	return map[int][]string{
		1: {"/start", "/preview election", `/subscribe "north korea", pyongyang, kim`},
		2: {"/subscribe storm | flood -insurance"},
		3: {"/list"},
		4: {"/pause 1h"},
		6: {"/resume"},
		8: {"/why 1", "/status", "/unsubscribe 2"},
	}
}
