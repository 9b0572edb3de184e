package interp

import (
	"fmt"
	"strings"
)

// several are the errors of a run, joined as errors.Join does it; as text they have a bound.
type several struct{ errs []error }

// Error is a line for each of the first hundred errors.
func (s *several) Error() string {
	const most = 100
	var b strings.Builder
	for i, err := range s.errs {
		if i == most {
			fmt.Fprintf(&b, "\nand %d more errors", len(s.errs)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(cutLine(err.Error()))
	}
	return b.String()
}

// Unwrap is the errors.
func (s *several) Unwrap() []error { return s.errs }

// joined is several errors as one.
func joined(errs []error) error {
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return &several{errs}
}
