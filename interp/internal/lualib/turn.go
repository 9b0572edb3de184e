package lualib

// turn lets one task at a time at something, first come, first served. For the loop's side.
type turn struct {
	held bool
	line []*inLine
}

type inLine struct{ wake func() bool }

// take waits for the turn. It ends the call with the cancellation, if one comes before.
func (lib *Library) take(w *Wait, t *turn) error {
	if !t.held {
		t.held = true
		return nil
	}
	me := &inLine{}
	return lib.host.Park(w, func(wake func() bool) {
		me.wake = wake
		t.line = append(t.line, me)
	}, func(woken bool) {
		if woken {
			t.give() // it had been given the turn, but has not run since
			return
		}
		for i, other := range t.line {
			if other == me {
				t.line = append(t.line[:i], t.line[i+1:]...)
				return
			}
		}
	})
}

// give hands the turn to the next in line.
func (t *turn) give() {
	for len(t.line) > 0 {
		next := t.line[0]
		t.line = t.line[1:]
		if next.wake() {
			return
		}
	}
	t.held = false
}
