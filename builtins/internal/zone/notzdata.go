//go:build notzdata

package zone

const without = ". This build has no zones of its own, but for UTC those of the system alone"
