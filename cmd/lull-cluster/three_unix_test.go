//go:build !windows

package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// freePorts are ports of the machine that nobody listens at. They are below those that systems give to whoever asks for any, so that nobody gets one meanwhile.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for end := time.Now().Add(long); len(ports) < n; {
		port := 10_000 + rand.IntN(20_000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			defer l.Close()
			ports = append(ports, port)
		} else if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	return ports
}

// Three servers have each message on two of them before it is acknowledged: any one may be killed.
func TestThreeServers(t *testing.T) {
	p := newPlace(t)
	ports := freePorts(t, 6)
	routes := ports[3:]
	var urls, peers []string
	for i := range 3 {
		urls = append(urls, fmt.Sprintf("nats://secret@127.0.0.1:%d", ports[i]))
		peers = append(peers, fmt.Sprintf("nats://127.0.0.1:%d", routes[i]))
	}
	var servers []*proc
	start := func(i int) *proc {
		config := p.file(fmt.Sprintf("s%d.conf", i), fmt.Sprintf(`
server_name: s%d
listen: "127.0.0.1:%d"
authorization { token: secret }
jetstream { store_dir: %q }
cluster { name: lull, listen: "127.0.0.1:%d", routes: [%s] }
`, i, ports[i], filepath.Join(p.dir, fmt.Sprintf("s%d", i)), routes[i], strings.Join(peers, ", ")))
		return p.start("server", "--store", filepath.Join(p.dir, fmt.Sprintf("s%d", i)), "--config", config)
	}
	for i := range 3 {
		servers = append(servers, start(i))
	}
	for _, s := range servers {
		s.waitLine("listens at")
	}
	url := strings.Join(urls, ",")
	p.worker(url)
	script := p.start("--cluster", url, p.file("job.lua", `
local t = {} for i = 1, 300 do t[i] = i end
local list = remote.map(t, function(n) if n == 50 then print("some") end sleep(0.01) return n end, { attempts = 99 })
local sum = 0 for i, v in ipairs(list) do assert(v == i) sum = sum + v end
print("sum", sum, list.n)
print("submitted", remote.result(remote.submit(function(n) return n end, "too")))
print("limited", remote.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, function(n) return n end, { limit = 2, attempts = 99 }).n)`))
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	var leader string
	for end := time.Now().Add(long); leader == ""; {
		late(t, script) // it may have ended, on a machine that has much else to do
		if time.Now().After(end) {
			t.Fatal("the script makes no stream")
		}
		if s, err := js.Stream(contextOf(t), jobsStream); err == nil && s.CachedInfo().Cluster != nil {
			if n := s.CachedInfo().Config.Replicas; n != 3 {
				t.Fatalf("jobs are on %d servers", n)
			}
			leader = s.CachedInfo().Cluster.Leader
		}
	}
	i := int(leader[1] - '0')
	servers[i].kill()
	script.waitLine("sum\t45150\t300")
	servers[i] = start(i)
	servers[i].waitLine("listens at")
	script.waitLine("submitted\ttoo")
	script.waitLine("limited\t10")
	if s := script.status(); s != 0 {
		t.Errorf("status %d", s)
	}
}
