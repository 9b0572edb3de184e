package sqlite

import (
	"modernc.org/libc"
)

// tune has nothing to do here.
func tune(*libc.TLS) {}
