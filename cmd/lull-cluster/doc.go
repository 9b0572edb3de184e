// Command lull-cluster is lull with one table more, remote, and three subcommands: jobs on all machines, by NATS JetStream.
//
//	lull-cluster job.lua                                 alone: the server and the workers are in this process
//	lull-cluster server --listen HOST:PORT               a server, for scripts and workers
//	lull-cluster worker --cluster nats://HOST:PORT       a worker; any number, on any machines
//	lull-cluster --cluster nats://HOST:PORT job.lua      the script's jobs run on the workers
//	lull-cluster status --cluster nats://HOST:PORT       what there is, and who does what
//	lull-cluster ps PID                                  what the jobs of a worker do
//
// remote.map(items, fn) is parallel.map(items, fn) for more than one machine: the same arguments, results in the same order, the same errors. Source travels,
// so workers need no files. lull-cluster doc remote has the calls, and what they guarantee.
//
// # Who may do what
//
// A worker runs what it is sent. Everybody who may submit jobs to a cluster owns the account that its workers run in, within the grants that the workers have: run them
// as a user of their own, and with --safe, --fs, --net and --limits where jobs need no more. Jobs have their worker's environment, too: what is secret there is
// the jobs'. So a server always asks for a token, on the loopback address as well, and listens elsewhere only with TLS. It writes the token into its store, in a
// file that its user alone can read; give it to the others by --token-file, or in the address, nats://TOKEN@HOST:PORT.
//
// A script that runs with --safe has no remote.
//
// # Servers
//
// Any NATS server with JetStream will do: --cluster, or LULL_CLUSTER, with --creds, --token-file, --tls-ca, --tls-cert and --tls-key as NATS has them. lull-cluster
// server is one, with --config FILE NATS's own file of settings, for accounts or for a cluster of three servers on which each message is on two of them before it
// is acknowledged. --sync always has each message on the disk before it is acknowledged; --sync 1s (the default) syncs each second, and loss of power may lose
// what came since. remote.map sends again what it finds lost, and remote.submit waits for the disk either way, where the server is lull-cluster's.
//
// Users of a NATS server whose permissions are bounded need these: to publish to lull.>, $JS.API.>, $JS.ACK.>, $JS.FC.>, $KV.LULL_RESULTS.>, $KV.LULL_BATCHES.> and
// _INBOX.>, and to subscribe to lull.> and _INBOX.>. Their account needs JetStream; nobody needs the system's account.
//
// Without --cluster the server is in the script's process, and keeps what it has in ~/.local/state/lull/cluster (XDG_STATE_HOME is heeded). A second script on the
// machine uses the first one's, and goes on by itself when that ends. Each runs its own batches, and what was submitted.
//
// # What may happen
//
// A worker tells the server of its jobs every 5 s; one that has not been heard of for 15 s (server --lost) has lost them, and they are another's; one whose
// connection closes without a good-bye has after 3 s, where the server is lull-cluster's: at another NATS nobody sees that, and its lease decides. Jobs
// that it had not begun are no attempts then, but are where the lease decides. It may be at work on
// them still: a job runs at least once. The first result that is recorded is the result. Told to stop (SIGTERM), a worker takes no more jobs, gives those
// that run its grace, and gives back what is left, which is no attempt.
//
// A caller that is killed leaves a batch that goes on, with as many jobs at once as its limit says: the cluster has all of them. A batch that was not sent whole is gone
// on with when the same call comes again; lull-cluster status says which do, and which need their caller or a worker.
//
// A call that is cancelled returns within 5 s, whatever the server does. One that waits says on standard error that no worker takes its jobs, or that the cluster
// is not reached, and waits on: servers and workers may be started again. A cluster whose disk is full, or fails, is an error of kind io, which says what the
// server says of it: lull-cluster's own at once, another NATS after 30 s in which it keeps nothing of what it is sent. A worker keeps what it cannot record, says
// so in its log, and tries again; lull-cluster server goes on by itself when there is room.
package main
