package interp

import (
	"slices"
	"sync"
)

// sibling is what an isolate of a runtime with this configuration is made of.
func (c *config) sibling(k *kin) (*config, error) {
	s := *c
	s.stdin, s.clock, s.chaos = nil, nil, nil // standard input is the first one's, and the clock the group's
	s.tracers, s.slow, s.checkpoints, s.loaded, s.leftovers = nil, nil, nil, nil, false
	s.modules = slices.DeleteFunc(slices.Concat(c.modules, c.lacks), func(m given) bool { return !m.concurrent })
	s.preload = slices.DeleteFunc(slices.Clone(c.preload), func(p preload) bool { return !p.concurrent })
	s.loaders = slices.DeleteFunc(slices.Clone(c.loaders), func(l hostLoader) bool { return !l.concurrent })
	if watch := c.signals; watch != nil {
		s.signals = func(name string, told func()) (stop func(), err error) { return k.watch(watch, name, told) }
	}
	return &s, s.grant()
}

// watch calls the host's function for one runtime at a time.
func (k *kin) watch(watch func(name string, told func()) (func(), error), name string, told func()) (stop func(), err error) {
	k.signals.Lock()
	defer k.signals.Unlock()
	stop, err = watch(name, told)
	if stop == nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		k.signals.Lock()
		defer k.signals.Unlock()
		stop()
	}), err
}
