package randprog

import "math/rand/v2"

// choices are what a generator decided, in order: random at first, then kept, so that a program can be made again from
// fewer of them. A generator that has used them up gets zeros, and zero must always be the choice that ends soonest.
type choices struct {
	made []uint32
	next int
	rand *rand.Rand // nil: only what is made
}

func random(seed uint64) *choices { return &choices{rand: rand.New(rand.NewPCG(seed, 0))} }

// intn chooses one of n.
func (c *choices) intn(n int) int {
	if c.next == len(c.made) {
		if c.rand == nil {
			return 0
		}
		c.made = append(c.made, c.rand.Uint32())
	}
	c.next++
	return int(c.made[c.next-1] % uint32(n))
}

// percent is true so often, and not at the end.
func (c *choices) percent(p int) bool { return c.intn(100) >= 100-p }

func (c *choices) pick(s ...string) string { return s[c.intn(len(s))] }

// shrink leaves out or zeroes as many choices as it can while a program made of them still fails.
func shrink(made []uint32, fails func([]uint32) bool) []uint32 {
	for size := len(made) / 2; size > 0; {
		shorter := false
		for at := 0; at+size <= len(made); {
			cut := append(append([]uint32{}, made[:at]...), made[at+size:]...)
			if fails(cut) {
				made, shorter = cut, true
			} else {
				at += size
			}
		}
		if !shorter || size > len(made) {
			size /= 2
		}
	}
	for i := range made {
		if old := made[i]; old != 0 {
			if made[i] = 0; !fails(made) {
				made[i] = old
			}
		}
	}
	return made
}
