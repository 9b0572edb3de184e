package lualib_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// onTerminal is what the process that TestTerminal starts does: it runs a script whose standard input is the terminal.
func onTerminal(src string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	rt, err := interp.New(builtins.Std(), interp.WithStdio(os.Stdin, os.Stdout, os.Stderr), interp.WithEnv(os.Environ()))
	if err == nil {
		_, err = rt.RunString(ctx, "=t", src)
		if cerr := rt.Close(); err == nil {
			err = cerr
		}
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

const scriptVar = "LULL_TEST_TERMINAL_SCRIPT"

func TestMain(m *testing.M) {
	if src := os.Getenv(scriptVar); src != "" {
		unix.CloseOnExec(3)
		status := onTerminal(src)
		io.Copy(io.Discard, os.NewFile(3, "read")) // with its end the system drops what nobody has read yet
		os.Exit(status)
	}
	verifyTestMain(m)
}

// terminal makes a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

func TestTerminal(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, src string
		dialogue  []string
	}{
		{"a child reads from it, then the script", `os.execute("echo name?; read x; echo hello $x") print("line?") print("got " .. io.read())`,
			[]string{"name?", "<you\n", "hello you", "line?", "<mine\n", "got mine"}},
		{"a child of popen asks on it", `local p = io.popen("echo word? >/dev/tty; read x </dev/tty; echo $x") print("heard " .. p:read()) p:close() print("line?") print("got " .. io.read())`,
			[]string{"word?", "<secret\n", "heard secret", "line?", "<mine\n", "got mine"}},
		{"two children in turn", `gather(function() os.execute("echo first?; read x; echo 1 $x") end, function() lent() os.execute("read x; echo 2 $x") end)`,
			[]string{"first?", "lent", "<a\n", "1 a", "<b\n", "2 b"}},
		{"a script reads while popen's child runs", `local p = io.popen("until test -e read; do sleep 0.01; done; read x </dev/tty; echo child $x") local r = spawn(io.read) sleep(0.1) print("line?") print("got " .. r:await()) write("read", "") print(p:read()) print(p:close())`,
			[]string{"line?", "<mine\n", "got mine", "<yours\n", "child yours", "true"}},
		{"a script waits for a child that has asked", `gather(function() os.execute("read x; echo 1 $x") end, function() lent() print("reading") print("got " .. io.read()) end)`,
			[]string{"lent", "reading", "<a\n", "1 a", "<b\n", "got b"}},
		{"a read that is given up takes nothing from a child", `print((pcall(wait_for, io.read, 0.05))) os.execute("echo name?; read x; echo hello $x")`,
			[]string{"false", "name?", "<you\n", "hello you"}},
		{"a script that reads /dev/tty waits, too", `local tty = io.open("/dev/tty") gather(function() os.execute("read x; echo 1 $x") end, function() lent() print("reading") print("got " .. tty:read()) end)`,
			[]string{"lent", "reading", "<a\n", "1 a", "<b\n", "got b"}},
		{"a child stops for what it changes, and finds it as it was", `os.execute("stty -echo; echo off; read x; kill -9 $$") os.execute("stty -a | grep -o ' echo '; echo end")`,
			[]string{"off", "<x\n", " echo", "end"}},
		{"Ctrl-C reaches the script, not its child", `print(pcall(os.execute, "trap '' INT; echo ready; sleep 20")) print("never")`, []string{"ready", "<\x03", "!exit status 1"}},
		{"Ctrl-C ends a child that has the terminal, and the script", `for i = 1, 3 do print(pcall(os.execute, "read x; echo ready; read x")) end`,
			[]string{"<a\n", "ready", "<\x03", "!exit status 1"}},
		{"Ctrl-C ends one of popen, and the script", `for i = 1, 3 do local p = io.popen("read x </dev/tty; echo ready >/dev/tty; read x </dev/tty") p:read() print("round " .. i) end`,
			[]string{"<a\n", "ready", "<\x03", "!exit status 1"}},
		{"Ctrl-C is the child's own", `print(os.execute("trap 'echo mine; exit 3' INT; read x; echo ready; while :; do sleep 0.05; done")) print("on")`,
			[]string{"<a\n", "ready", "<\x03", "mine", "768", "on"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			master, slave := terminal(t)
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), scriptVar+"=local function lent() repeat sleep(0.01) until fs.exists('lent') end "+tt.src)
			cmd.Dir = t.TempDir()
			cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
			read, done, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			defer done.Close()
			cmd.ExtraFiles = []*os.File{read} // its end lets the process end
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			slave.Close()
			limit := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
			defer limit.Stop()
			lines := bufio.NewReader(master)
			end, said := "", ""
			for _, say := range tt.dialogue {
				if text, ok := strings.CutPrefix(say, "!"); ok {
					end = text
					continue
				}
				if text, ok := strings.CutPrefix(say, "<"); ok {
					io.WriteString(master, text)
					continue
				}
				if say == "lent" { // once a child has the terminal the script hears of it
					for fg := cmd.Process.Pid; fg == cmd.Process.Pid && err == nil; fg, err = unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPGRP) {
						time.Sleep(time.Millisecond)
					}
					if err == nil {
						err = os.WriteFile(filepath.Join(cmd.Dir, "lent"), nil, 0o600)
					}
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				for {
					line, err := lines.ReadString('\n')
					line = strings.TrimPrefix(line, "^C") // as the terminal shows it
					said += line
					if strings.HasPrefix(line, say) {
						break
					}
					if err != nil {
						t.Fatalf("waiting for %q: %v; it said %q", say, err, said)
					}
				}
			}
			done.Close()
			rest := make(chan string)
			go func() { // it ends with the terminal
				text, _ := io.ReadAll(lines)
				rest <- string(text)
			}()
			err = cmd.Wait()
			if text := <-rest; strings.Contains(text, "round 2") || strings.Contains(text, "never") {
				t.Errorf("it went on: %q", text)
			}
			if end == "" && err != nil || end != "" && (err == nil || !strings.Contains(err.Error(), end)) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}
