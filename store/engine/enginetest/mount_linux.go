package enginetest

import (
	"fmt"
	"syscall"
)

// mount puts a disk of so many bytes at a folder. It needs to be root.
func mount(folder string, size int64) error {
	return syscall.Mount("newsbell", folder, "tmpfs", 0, fmt.Sprintf("size=%d", size))
}

func unmount(folder string) error { return syscall.Unmount(folder, syscall.MNT_DETACH) }
