//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package fs

// maxWatched is how many files the system can tell of: kqueue takes a descriptor for each, and a process has some ten thousand at most.
const maxWatched = 4000
