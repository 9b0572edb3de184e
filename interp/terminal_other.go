//go:build !unix && !windows

package interp

import "errors"

// takesEscapes reports whether a terminal understands escape sequences.
func takesEscapes(int) bool { return false }

// hideTyping is not possible here.
func hideTyping(int) (show func(), err error) { return nil, errors.ErrUnsupported }
