//go:build race

package interp_test

// underRace: the race detector takes several times the memory.
const underRace = true
