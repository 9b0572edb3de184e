package command

import (
	"fmt"
	"strings"
)

const usageOfScripts = `usage: lull [flags] script.lua [args]
       lull [flags] -e CODE [args]
       lull [flags] - [args]          the script is standard input
       lull [flags]                   on a terminal: a REPL
       lull --check FILES             as lull check: runs nothing, any number of files
`

const usageOfFlags = `
  -e CODE          run CODE in place of a script
  --virtual-time   never wait: when nothing is ready, jump to the next timer
  --chaos SEED     the same, with timers and results from outside that are late; SEED,fail=0.05: and errors now and then
  --timeout 30s    cancel the script after that long (30 is 30s); status 124
  --check          run nothing: says nothing, or what lull check says
  -l NAME          require a module first; may be given again
  -i               a REPL afterwards, with the script's variables
  --safe           for a stranger's script: no files, processes, environment or network
  --fs DIR         with --safe: the files of that folder
  --net LIST       with --safe: what it may reach, api.example.org:443,10.0.0.0/8:80, and
                   where it may listen, listen=localhost:8080
  --limits LIST    memory=64MB,time=10s,instructions=1e9,tasks=1000,output=1MB,files=100
  --cores N        how many isolates of parallel.map and parallel.run compute at once
  --trace FILE     record what tasks do: FILE.html is a page, .json Chrome's format, .pftrace
                   Perfetto's, any other name is for 'lull trace'
  --trace-last 64MB  keep the end alone, and write it when the run fails, or at SIGQUIT
  --journal FILE   record what each step has done, and go on there after a crash
  --run NAME       with --journal: that run; new: a new one
  --resume 12h     with --journal: how old a run without a name is that is gone on with
  --progress       below the output, what runs and how far each task.map is; without a terminal a
                   line every 10 s of the machine's clock
  --joblog FILE    a line for each task that ends, with tabs between the fields
  --slow 100ms     warn of a task that computes longer without a break
  --cpuprofile FILE  a profile by function and line, for go tool pprof
  --stats          print tasks, switches, times and peak memory at the end
  --version        print the version
  -v               print the version, then run what is given
  -h               print this
`

// usage is the command's: how to run scripts, the subcommands, the flags.
func usage() string {
	var b strings.Builder
	b.WriteString(usageOfScripts)
	for _, c := range subcommands() {
		b.WriteString(strings.TrimRight(fmt.Sprintf("       lull %-26s%s", c.form, c.does), " ") + "\n")
	}
	b.WriteString(usageOfFlags)
	return b.String()
}

// help is "lull help": of the command, of a subcommand, else of a builtin.
func help(p *process, args []string) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" {
		return p.say(p.with.usage())
	}
	c := p.with.find(args[0])
	switch {
	case c != nil && c.usage == "":
		return p.say(p.with.usage())
	case c != nil && len(args) == 1:
		return p.say(c.usage)
	}
	return doc(p, args)
}
