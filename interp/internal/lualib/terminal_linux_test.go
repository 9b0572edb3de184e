package lualib_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
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
	rt, err := interp.New(builtins.Std(), interp.WithStdio(os.Stdin, os.Stdout, os.Stderr), interp.WithEnv(os.Environ()))
	if err == nil {
		_, err = rt.RunString(context.Background(), "=t", src)
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
		os.Exit(onTerminal(src))
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
	for _, tt := range []struct {
		name, src string
		dialogue  []string
	}{
		{"a child reads from it, then the script", `os.execute("echo name?; read x; echo hello $x") print("line?") print("got " .. io.read())`,
			[]string{"name?", "<you\n", "hello you", "line?", "<mine\n", "got mine"}},
		{"a child of popen asks on it", `local p = io.popen("echo word? >/dev/tty; read x </dev/tty; echo $x") print("heard " .. p:read()) p:close() print("line?") print("got " .. io.read())`,
			[]string{"word?", "<secret\n", "heard secret", "line?", "<mine\n", "got mine"}},
		{"two children in turn", `gather(function() os.execute("echo first?; read x; echo 1 $x") end, function() sleep(0.1) os.execute("read x; echo 2 $x") end)`,
			[]string{"first?", "<a\n", "1 a", "<b\n", "2 b"}},
		{"a script reads while popen's child runs", `local p = io.popen("sleep 0.3; read x </dev/tty; echo child $x") local r = spawn(io.read) sleep(0.1) print("line?") print("got " .. r:await()) print(p:read()) print(p:close())`,
			[]string{"line?", "<mine\n", "got mine", "<yours\n", "child yours", "true"}},
		{"a script waits for the child of execute", `gather(function() os.execute("sleep 0.2; echo first?; read x; echo 1 $x") end, function() sleep(0.1) print("got " .. io.read()) end)`,
			[]string{"first?", "<a\n", "1 a", "<b\n", "got b"}},
		{"a read that is given up takes nothing from a child", `print((pcall(wait_for, io.read, 0.05))) os.execute("echo name?; read x; echo hello $x")`,
			[]string{"false", "name?", "<you\n", "hello you"}},
		{"Ctrl-C reaches the script", `print("ready") os.execute("sleep 20") print("never")`, []string{"ready", "<\x03", "!interrupt"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			master, slave := terminal(t)
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), scriptVar+"="+tt.src)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			slave.Close()
			limit := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
			defer limit.Stop()
			lines := bufio.NewReader(master)
			end := ""
			for _, say := range tt.dialogue {
				if text, ok := strings.CutPrefix(say, "!"); ok {
					end = text
					continue
				}
				if text, ok := strings.CutPrefix(say, "<"); ok {
					if text == "\x03" {
						time.Sleep(100 * time.Millisecond) // until the child has the terminal; it says nothing
					}
					io.WriteString(master, text)
					continue
				}
				for {
					line, err := lines.ReadString('\n')
					if strings.HasPrefix(line, say) {
						break
					}
					if err != nil {
						t.Fatalf("waiting for %q: %v", say, err)
					}
				}
			}
			go io.Copy(io.Discard, lines) // it ends with the terminal
			err := cmd.Wait()
			if end == "" && err != nil || end != "" && (err == nil || !strings.Contains(err.Error(), end)) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}
