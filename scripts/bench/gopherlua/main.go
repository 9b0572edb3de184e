// Command gopherlua runs a script on gopher-lua as it is published, for compute.lua to compare with.
package main

import (
	"os"

	lua "github.com/yuin/gopher-lua"
)

func main() {
	L := lua.NewState(lua.Options{CallStackSize: 1 << 16, RegistrySize: 1 << 12, RegistryMaxSize: 1 << 22, MinimizeStackMemory: true})
	defer L.Close()
	if err := L.DoFile(os.Args[1]); err != nil {
		panic(err)
	}
}
