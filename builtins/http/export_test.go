package http

import "github.com/lull-lua/lull/interp"

// Pings are functions for scripts of tests: ping_every(s) sets how often the websockets of the runtime ping, ping(ws) does what is done
// then, pinging(ws) says whether an answer is awaited, and stalled(ws) whether nothing is read.
func Pings() interp.Option {
	return interp.WithModule(interp.Module{Defs: []interp.Def{
		{Name: "ping_every", Fn: func(c *interp.Call) (err error) {
			interp.Local[pinging](c).every, err = c.Seconds(1)
			return err
		}},
		{Name: "ping", Fn: func(c *interp.Call) error { return c.Return(c.Arg(1).Object().(*socket).ping()) }},
		{Name: "pinging", Fn: func(c *interp.Call) error {
			s := c.Arg(1).Object().(*socket)
			s.mu.Lock()
			defer s.mu.Unlock()
			return c.Return(s.pinging)
		}},
		{Name: "stalled", Fn: func(c *interp.Call) error {
			s := c.Arg(1).Object().(*socket)
			s.mu.Lock()
			defer s.mu.Unlock()
			return c.Return(s.stalled)
		}},
	}})
}
