// Package zone reads the names of time zones.
package zone

import (
	"fmt"
	"sync"
	"time"
)

// Cache keeps the zones that were used: reading one takes a file. The zero value is ready.
type Cache struct {
	mu    sync.Mutex
	known map[string]*time.Location
}

// Find is the zone of a name: an IANA one, "UTC" or "local".
func (z *Cache) Find(name string, local *time.Location) (*time.Location, error) {
	switch name {
	case "local":
		return local, nil
	case "UTC":
		return time.UTC, nil
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if loc := z.known[name]; loc != nil {
		return loc, nil
	}
	var loc *time.Location
	var err error
	if name != "" && name != "Local" && len(name) < 100 {
		loc, err = time.LoadLocation(name)
	}
	if err != nil || loc == nil {
		return nil, fmt.Errorf(`unknown zone %.60q; it is a name such as "Europe/Berlin", "UTC" or "local"`+without, name)
	}
	if z.known == nil || len(z.known) > 100 {
		z.known = map[string]*time.Location{}
	}
	z.known[name] = loc
	return loc, nil
}
