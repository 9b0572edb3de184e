//go:build unix

package db_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// kills is how many processes are killed; .ci/kills sets it to hundreds.
var kills = flag.Int("kills", 6, "how many processes each test of what a kill leaves behind kills")

// childScript is the script of a process that is to be killed, in a variable of its environment.
const childScript = "LULL_TEST_CHILD"

// TestMain is also the process that is to be killed.
func TestMain(m *testing.M) {
	if script := os.Getenv(childScript); script != "" {
		rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr))
		if err == nil {
			_, err = rt.RunString(context.Background(), "child", script)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// transfers moves money between accounts for ever, and says how much it has moved once that is committed. Every tenth time it fails, and
// some rows are large, so that a transaction is more than one page.
const transfers = `
	local d = db.open("bank.db")
	d:migrate { "create table account (id integer primary key, money integer not null check (money >= 0), note)", "insert into account values (1, 1000000, ''), (2, 0, '')",
		"create table moved (n integer primary key)" }
	io.stdout:setvbuf("no")
	for i = 1, math.huge do
		pcall(d.transaction, d, function()
			local n = d:value("select coalesce(max(n), 0) + 1 from moved")
			d:exec("update account set money = money - 1, note = ? where id = 1", ("x"):rep(i % 7 * 3000))
			if i % 10 == 0 then error("no") end
			d:exec("update account set money = money + 1, note = ? where id = 2", ("y"):rep(i % 5 * 3000))
			d:exec("insert into moved values (?)", n)
		end)
		print(d:value("select max(n) from moved"))
	end`

// A process that is killed leaves a database that is sound: what was committed is there, and nothing that is half done. Two write at once.
func TestKilledTransaction(t *testing.T) {
	dir := t.TempDir()
	said := 0
	for range *kills {
		var all []*exec.Cmd
		var lines []*bufio.Reader
		for range 2 {
			c := exec.Command(os.Args[0])
			c.Dir, c.Env = dir, append(os.Environ(), childScript+"="+transfers)
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var errs strings.Builder
			c.Stderr = &errs
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			all, lines = append(all, c), append(lines, bufio.NewReader(out))
			t.Cleanup(func() {
				if errs.Len() > 0 {
					t.Errorf("a process says %s", errs.String())
				}
			})
		}
		for i, c := range all {
			if line, err := lines[i].ReadString('\n'); err != nil { // it is under way
				t.Errorf("%q, %v", line, err)
			}
			time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
			_ = c.Process.Kill()
			rest, _ := io.ReadAll(lines[i])
			_ = c.Wait() // the error of one that was killed
			if whole := strings.Split(string(rest), "\n"); len(whole) > 1 {
				n, _ := strconv.Atoi(whole[len(whole)-2])
				said = max(said, n)
			}
		}
		if tool, err := exec.LookPath("sqlite3"); err == nil {
			out, err := exec.Command(tool, filepath.Join(dir, "bank.db"), "pragma integrity_check; select sum(money) from account").CombinedOutput()
			if string(out) != "ok\n1000000\n" || err != nil {
				t.Fatalf("sqlite3 says %s, %v", out, err)
			}
		}
		rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
		rt.Check(fmt.Sprintf(`
			local d = db.open("bank.db")
			local n = d:value("select count(*) from moved")
			print(d:value("pragma integrity_check"), d:value("select sum(money) from account"), d:value("select money from account where id = 2") == n, n >= %d)`, said), "ok\t1000000\ttrue\ttrue\n")
	}
	t.Logf("%d transfers", said)
}
