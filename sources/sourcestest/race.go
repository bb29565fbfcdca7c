//go:build race

package sourcestest

const raceDetector = true
