//go:build !unix

package test

import (
	"errors"
	"os"
)

var errNoShell = errors.New("fake.command needs a system with a POSIX shell")

func makeFIFO(string) (*os.File, error) { return nil, errNoShell }

func openWaiting(string) (*os.File, error) { return nil, errNoShell }
