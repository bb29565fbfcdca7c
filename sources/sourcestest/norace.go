//go:build !race

package sourcestest

const raceDetector = false
