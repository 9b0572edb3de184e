//go:build !unix && !windows

package lualib

import "os"

func rename(from, to string) error { return os.Rename(from, to) }

func renameIn(root *os.Root, from, to string) error { return root.Rename(from, to) }
