// Package archive is the table archive: packed data.
package archive

import (
	_ "embed"

	"github.com/lull-lua/lull/interp"
)

//go:embed archive.lua
var stub string

// Module is the table archive.
func Module() interp.Module {
	return interp.Module{
		Name: "archive",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "gzip", Fn: pack},
			{Name: "gunzip", Fn: unpack},
		},
	}
}
