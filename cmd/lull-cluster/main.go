package main

import (
	"flag"
	"os"
	"runtime"

	"github.com/lull-lua/lull/cmd/internal/command"
	"github.com/lull-lua/lull/interp"
)

func main() {
	os.Exit(command.MainWith(extension(newClient()), os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// manual is what the manual page begins with.
const manual = `Scripts have the table remote: remote.map(items, fn) calls fn(item) for each item on all machines of a cluster, and returns the results in order.
lull-cluster doc remote has its calls, and what they guarantee.

Without --cluster the server and the workers are in the script's own process. With it they are others, on any machines: server is what scripts and workers connect to, or any NATS server
with JetStream; worker runs the jobs.

A worker runs what it is sent: who may submit jobs to a cluster owns the account that its workers run in, within the grants that the workers have. So a server always asks for a
token, which it writes into its store, and listens at an address that other machines reach only with TLS. Give the file of the token to the others, who name it with --token-file.
`

const flagsUsage = `  --cluster URL    the cluster that runs remote's jobs, nats://HOST:PORT; LULL_CLUSTER is the
                   usual one. Without any the jobs run in this process, --cores at once
` + connectUsage

const connectUsage = `  --creds FILE     NATS's file of credentials
  --token-file FILE  a file with the cluster's token
  --tls-ca FILE    who has signed the server's certificate
  --tls-cert FILE  the certificate to show to the server
  --tls-key FILE   its key
`

// flags defines those that say which cluster it is.
func (t *target) flags(flags *flag.FlagSet) {
	t.url = os.Getenv("LULL_CLUSTER")
	for name, at := range map[string]*string{"cluster": &t.url, "creds": &t.creds, "token-file": &t.tokenFile, "tls-ca": &t.ca, "tls-cert": &t.cert, "tls-key": &t.key} {
		flags.StringVar(at, name, *at, "")
	}
}

// extension is what lull-cluster has beside lull.
func extension(cl *client) *command.Extension {
	return &command.Extension{
		Name: "lull-cluster", Does: "run async job scripts on many machines", Manual: manual,
		Environment: [][2]string{
			{"LULL_CLUSTER", "the usual value of --cluster"},
			{"XDG_STATE_HOME", "where this machine's own cluster, and a server, keep what they have, in place of ~/.local/state: in lull/cluster and lull/server"},
		},
		Modules:    []interp.Option{interp.Concurrent(interp.WithModule(cl.module()))},
		Flags:      cl.target.flags,
		FlagsUsage: flagsUsage,
		Commands: []command.Command{
			{Name: "server", Form: "server [flags]", Does: "a server that workers and scripts of other machines connect to", Usage: serverUsage, Run: runServer},
			{Name: "worker", Form: "worker [flags]", Does: "runs a cluster's jobs", Usage: workerUsage, Run: runWorker},
			{Name: "status", Form: "status [BATCH]", Does: "a cluster's batches and workers", Usage: statusUsage, Run: runStatus},
		},
		Runs: func(script string, grants []interp.Option, cores int) error {
			cl.script, cl.grants, cl.out, cl.err, cl.slots = script, grants, os.Stdout, os.Stderr, runtime.GOMAXPROCS(0)
			if cores > 0 {
				cl.slots, cl.grants = cores, append(grants, interp.WithCores(cores))
			}
			return nil
		},
		Ended: cl.close,
		Jobs:  cl.jobs,
	}
}
