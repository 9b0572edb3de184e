//go:build unix

package step_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins/step"
)

// readOnly is the folder with journals for a process that must not write there, in a variable of its environment.
const readOnly = "LULL_TEST_READ_ONLY"

// A journal that can only be read is read, and nothing is made or changed beside it: its file cannot be written, or its folder; it was left by a process
// that was killed, with a log, with or without that's index.
func TestReadOnlyJournal(t *testing.T) {
	if dir := os.Getenv(readOnly); dir != "" {
		readJournals(t, dir)
		return
	}
	top := t.TempDir()
	for dir := top; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	j := newJob(t)
	j.run(`step("first", none)`, "", true)
	rest, err := os.ReadFile(j.path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := command(dir, `step("first", type) step("second", function() os.execute("kill -9 $PPID") end)`)
	if out, err := c.CombinedOutput(); err == nil || c.ProcessState.ExitCode() >= 0 {
		t.Fatalf("the process was not killed: %v, %s", err, out)
	}
	var killed [3][]byte
	ends := [3]string{"", "-wal", "-shm"}
	for i, end := range ends {
		if killed[i], err = os.ReadFile(filepath.Join(dir, "state.db"+end)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name       string
		files      [3][]byte // nil: there is none
		file, mode os.FileMode
	}{
		{"folder", [3][]byte{rest}, 0o644, 0o555},
		{"file", [3][]byte{rest}, 0o444, 0o777},
		{"log", [3][]byte{killed[0], killed[1]}, 0o644, 0o555},
		{"log of a file", [3][]byte{killed[0], killed[1]}, 0o444, 0o777},
		{"log and index", killed, 0o644, 0o555},
		{"log and index of a file", killed, 0o444, 0o777},
		{"index alone", [3][]byte{rest, nil, killed[2]}, 0o644, 0o555},
		{"empty log", [3][]byte{rest, {}}, 0o644, 0o555},
	} {
		if os.Getuid() != 0 { // else they are root's, and read by somebody else
			tt.file &^= 0o222
		}
		dir := filepath.Join(top, tt.name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for i, b := range tt.files {
			if b == nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, "state.db"+ends[i]), b, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, "state.db"+ends[i]), tt.file); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(dir, tt.mode); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Error(err)
			}
		}()
	}
	if os.Getuid() != 0 {
		readJournals(t, top)
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("root may write everywhere")
	}
	c = exec.Command("/proc/self/exe", "-test.run=^TestReadOnlyJournal$", "-test.v")
	c.Dir, c.Env = "/", append(os.Environ(), readOnly+"="+top)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestReadOnlyJournal") {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

func readJournals(t *testing.T, top string) {
	folders, err := os.ReadDir(top)
	if err != nil || len(folders) == 0 {
		t.Fatalf("%v, %v", folders, err)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			dir := filepath.Join(top, folder.Name())
			path := filepath.Join(dir, "state.db")
			before := listing(t, dir)
			want := "2026-11-28T10:00:00Z.1/first "
			if strings.HasPrefix(folder.Name(), "log") {
				want = ""
			}
			r, err := step.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := r.Steps("", func(s step.StepInfo) error {
				got += s.Run + "/" + s.Name + " "
				return nil
			}); err != nil {
				t.Error(err)
			}
			if want == "" { // its run is called by the time
				want = strings.Split(got, "/")[0] + "/first "
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if _, err := step.Open(path, step.Run{Script: "/job.lua", Now: time.Now()}); err == nil || !strings.Contains(err.Error(), "it cannot be written: permission denied") {
				t.Errorf("it is opened: %v", err)
			}
			if after := listing(t, dir); after != before {
				t.Errorf("there is %s, and was %s", after, before)
			}
		})
	}
}

// listing is what is in a folder.
func listing(t *testing.T, dir string) (list string) {
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		st, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		list += fmt.Sprintln(st.Name(), st.Size(), st.Mode(), st.ModTime())
	}
	return list
}
