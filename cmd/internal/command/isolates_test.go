package command

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Lists of tasks have those of isolates below headings, with what computes, what waits, and what waits until others have computed: in virtual time one of
// them has its turn at a time.
func TestTasksOfIsolates(t *testing.T) {
	for name, opts := range map[string][]interp.Option{"real": nil, "virtual": {interp.WithVirtualTime()}, "one core": {interp.WithCores(1)}} {
		t.Run(name, func(t *testing.T) {
			stop := filepath.Join(t.TempDir(), "stop")
			script := `
				stop = "` + filepath.ToSlash(stop) + `"
				parallel.map({ "a", "b", "c", "d" }, function(x)
					if x == "b" then
						parallel.run(function() sleep(1e6) end)
					elseif x == "a" then
						sleep(1)
						local i = 0
						repeat for j = 1, 1e6 do i = i + j end until io.open(stop)
						error("stopped", 0)
					end
					sleep(1e6)
				end, { limit = 4 })`
			rt, err := interp.New(append(opts, builtins.Std())...)
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() {
				_, err := rt.RunString(context.Background(), "@job.lua", script)
				ended <- err
			}()
			list := listTasks(&subject{title: scriptOfTest.name(), rt: rt})
			times := regexp.MustCompile(`, for [^:\n]*`)
			text := func() string { return times.ReplaceAllString(list.text(true), "") }
			want := []string{
				": 1 task, and 5 in 5 isolates\n",
				"  1 'main' waits in map at job.lua:3: 4 isolates\n",
				" of 'map', item 2, of task 1:\n    1 'b' waits in run at job.lua:5: an isolate\n",
				"  2 isolates of 'map', items 3, 4, of task 1:\n    2 tasks 'c', 'd' wait in sleep at job.lua:12\n",
				" of 'map', item 1, of task 1:\n    1 'a' computes at job.lua:9\n        job.lua:9: in function <job.lua:3>",
				" of 'run', of task 1 of isolate ",
				":\n    1 'main' waits in sleep at job.lua:5\n",
			}
			missing := func() (list []string) {
				have := strings.NewReplacer("items 4, 3,", "items 3, 4,", "'d', 'c'", "'c', 'd'").Replace(text()) // as they have begun
				for _, w := range want {
					if !strings.Contains(have, w) {
						list = append(list, w)
					}
				}
				return list
			}
			for deadline := time.Now().Add(time.Minute); len(missing()) > 0 && time.Now().Before(deadline); {
				list = listTasks(&subject{title: scriptOfTest.name(), rt: rt})
			}
			if m := missing(); len(m) > 0 {
				t.Errorf("%q are missing in\n%s", m, text())
			}
			if top := list.top("waited", 0, 100); !strings.Contains(top, "isolate of 'map', item 2: 1 'b' waits in run at job.lua:5") {
				t.Errorf("top is\n%s", top)
			}
			if tree := list.tree(); !strings.Contains(tree, " of 'map', item 3, of task 1:\n    1 'c' waits in sleep") {
				t.Errorf("the tree is\n%s", tree)
			}
			if err := os.WriteFile(stop, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; err == nil || !strings.Contains(err.Error(), "stopped") {
				t.Error(err)
			}
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

var scriptOfTest = script{chunk: "@job.lua"}
