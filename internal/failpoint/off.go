//go:build !crashtest

package failpoint

import (
	"context"
	"net"
	"time"
)

// Hit does nothing in a build without the tag crashtest.
func Hit(string) {}

// EditGap returns 0: as long as ever.
func EditGap() time.Duration { return 0 }

// IdentifyGap returns 0: as long as Discord asks for.
func IdentifyGap() time.Duration { return 0 }

// DiskPages returns 0: the file may grow as far as the disk allows.
func DiskPages() int { return 0 }

// Dial returns nil: the network as it is.
func Dial() func(ctx context.Context, network, address string) (net.Conn, error) { return nil }
