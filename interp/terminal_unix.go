//go:build unix

package interp

import "golang.org/x/sys/unix"

// takesEscapes reports whether a terminal understands escape sequences.
func takesEscapes(int) bool { return true }

// hideTyping has a terminal not show what is typed, until show is called. Lines can be edited as before, and Ctrl-C is what it was.
func hideTyping(fd int) (show func(), err error) {
	state, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *state
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, setTermios, &hidden); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, state) }, nil // the terminal may be gone
}
