package command

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// printVersion is "lull version".
func printVersion(p *process, args []string) int {
	if len(args) > 0 && args[0] != "-h" && args[0] != "--help" {
		fmt.Fprintln(p.stderr, "lull version: it takes no arguments")
		return statusUsage
	}
	return p.say(version())
}

// version is the module's version, and those of what decides how scripts run.
func version() string {
	lua := "?"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if strings.HasSuffix(dep.Path, "/gopher-lua") {
				lua = dep.Version
			}
		}
	}
	return fmt.Sprintf("lull %s (Lua 5.1 on gopher-lua %s, %s %s/%s)\n", moduleVersion(), lua, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
