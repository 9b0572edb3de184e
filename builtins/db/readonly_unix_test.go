//go:build unix

package db_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp/interptest"
)

// A database that nobody has open is read where nothing can be written beside it, and left as it is; who writes to it meanwhile is seen.
func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	for up := dir; len(up) > len(os.TempDir()); up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(src string) {
		t.Helper()
		interptest.New(t, builtins.Std()).Check(`local d = db.open("`+filepath.Join(dir, "x.db")+`") `+src+` d:close()`, "")
	}
	write(`d:exec("create table t (a); insert into t values (1)")`)
	if err := os.Chmod(filepath.Join(dir, "x.db"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Error(err)
		}
	}()
	script := `
		io.stdout:setvbuf("no")
		local dir = "` + dir + `"
		local d = db.open(dir .. "/x.db", { readonly = true })
		print(d:value("select sum(a) from t"), #fs.list(dir), (select(2, pcall(d.exec, d, "insert into t values (2)")).code))
		local copy = fs.temp()
		d:backup(copy .. "/copy.db")
		print(db.open(copy .. "/copy.db"):value("select sum(a) from t"))
		print("ready")
		while not fs.exists(dir .. "/written") do sleep(0.01) end
		for _, call in ipairs { d.value, d.all, d.first } do print(select(2, pcall(call, d, "select sum(a) from t")).code) end
		d:backup(copy .. "/later.db") -- opens it anew
		print(db.open(copy .. "/later.db"):value("select sum(a) from t"))`
	c := exec.Command(os.Args[0])
	if os.Getuid() == 0 {
		if runtime.GOOS != "linux" {
			t.Skip("root may write everywhere")
		}
		c = exec.Command("/proc/self/exe")
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	c.Dir, c.Env = "/", append(os.Environ(), childScript+"="+script)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines, got := bufio.NewReader(out), ""
	for !strings.HasSuffix(got, "ready\n") {
		line, err := lines.ReadString('\n')
		if got += line; err != nil {
			t.Fatalf("%q, %v, %v, %s", got, err, c.Wait(), &stderr)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Error(err)
	}
	write(`d:exec("insert into t values (3)")`)
	if err := os.WriteFile(filepath.Join(dir, "written"), nil, 0o644); err != nil {
		t.Error(err)
	}
	rest, err := io.ReadAll(lines)
	if werr := c.Wait(); err != nil || werr != nil {
		t.Errorf("%v, %v, %s", err, werr, &stderr)
	}
	const moved = "SQLITE_READONLY_DBMOVED\n"
	if got += string(rest); got != "1\t1\tSQLITE_READONLY\n1\nready\n"+moved+moved+moved+"4\n" {
		t.Errorf("printed %s", got)
	}
}
