// Command lull runs async job scripts: Lua 5.1 whose builtins wait without blocking anybody else.
package main

import (
	"os"

	"github.com/lull-lua/lull/cmd/internal/command"
)

func main() { os.Exit(command.Main(os.Args, os.Stdin, os.Stdout, os.Stderr)) }
