//go:build !linux

package lualib_test

import "testing"

func TestMain(m *testing.M) { verifyTestMain(m) }
