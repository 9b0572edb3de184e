//go:build !darwin && !freebsd && !netbsd && !openbsd && !dragonfly

package fs

// maxWatched is how many files the system can tell of: any number.
const maxWatched = 0
