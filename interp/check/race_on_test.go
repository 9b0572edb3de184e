//go:build race

package check_test

// underRace: the race detector takes several times as long.
const underRace = true
