//go:build !unix

package http

// noWait is nothing where files do not wait when they are opened.
const noWait = 0
