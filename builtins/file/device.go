package file

import (
	"context"
	"errors"
	"time"
)

var errNotRegular = errors.New("not a regular file")

// past is a deadline that ends a read or write at once.
var past = time.Unix(1, 0)

// pause waits a moment before something is tried again, where nothing tells when; false: ctx has ended.
func pause(ctx context.Context) bool {
	t := time.NewTimer(10 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
