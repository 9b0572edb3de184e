package random

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// uuids makes UUIDs. Runtimes that share the module share it, so that theirs do not repeat each other's.
type uuids struct {
	mu   sync.Mutex
	last uint64 // the time of the last one of version 7: milliseconds, and 12 bits below
}

// uuid is random.uuid([version]).
func (u *uuids) uuid(c *interp.Call) error {
	version := 4
	if !c.Arg(1).IsNil() {
		var err error
		if version, err = c.Int(1); err != nil {
			return err
		}
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	switch version {
	case 4:
	case 7:
		at := u.next(time.Now())
		binary.BigEndian.PutUint64(id[:8], at>>12<<16|at&0xfff)
	default:
		return c.ArgError(1, "version 4 or 7 expected, got "+c.Arg(1).String())
	}
	id[6] = id[6]&0x0f | byte(version)<<4
	id[8] = id[8]&0x3f | 0x80
	s := hex.EncodeToString(id[:])
	return c.Return(s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:])
}

// next is the time for a UUID of version 7 (RFC 9562, method 3: with a fraction of the millisecond), later than the one before,
// whatever the machine's clock does.
func (u *uuids) next(now time.Time) uint64 {
	ns := uint64(max(0, now.UnixNano()))
	at := ns/1e6<<12 | ns%1e6<<12/1e6
	u.mu.Lock()
	defer u.mu.Unlock()
	if at <= u.last {
		at = u.last + 1
	}
	u.last = at
	return at
}
