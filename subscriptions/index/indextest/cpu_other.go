//go:build !linux

package indextest

import (
	"testing"
	"time"
)

// CPUTime reports nothing where the processor's time is not to be had.
func CPUTime(*testing.B) func() { return func() {} }

// ThreadTime is the clock's where the processor's is not to be had.
func ThreadTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
