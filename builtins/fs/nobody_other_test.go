//go:build !unix

package fs_test

import "testing"

func asNobody(*testing.T) bool { return false }
