// Package net is the table net: connections, servers of these, and names. The two ends of a connection may be in one runtime: in virtual
// time its bytes are handed from task to task then.
package net

import (
	_ "embed"

	"github.com/lull-lua/lull/interp"
)

//go:embed net.lua
var stub string

// Module is the table net.
func Module() interp.Module {
	return interp.Module{
		Name:  "net",
		Stub:  stub,
		Needs: func(g interp.Granted) bool { return g.Network },
		Defs: []interp.Def{
			{Name: "connect", Fn: connect, Outside: true},
			{Name: "serve", Fn: serve, Outside: true},
			{Name: "resolve", Fn: resolve, Outside: true},
			{Name: "wait", Fn: wait, Outside: true},
		},
		Types: []interp.Type{connectionType, serverType},
	}
}
