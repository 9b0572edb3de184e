package interp_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// session is a connection of a host's, of which this is the table in scripts.
type session struct {
	name string
	r    *interp.Resource
}

func ExampleCall_Defer() {
	open := func(c *interp.Call) error {
		name, err := c.Text(1)
		if err != nil {
			return err
		}
		s := &session{name: name}
		s.r = c.Defer("session "+name, s, func(context.Context) error {
			fmt.Println(name, "is closed")
			return nil
		})
		return c.Return(s)
	}
	app := interp.Module{Name: "app", Defs: []interp.Def{{Name: "open", Fn: open}}, Types: []interp.Type{{Name: "session", Of: (*session)(nil)}}}
	rt, err := interp.New(builtins.Std(), interp.WithModule(app), interp.WithVirtualTime())
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(context.Background(), "=job", `
		await(spawn(function() app.open("a") end))                     -- with its task
		local b = await(spawn(function() return app.open("b") end))    -- handed to main, closed at the end
		pcall(wait_for, function() app.open("c") sleep(9) end, 1)      -- with the time-out`); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a is closed
	// c is closed
	// b is closed
}

func ExampleCall_BlockPassive() {
	knocks := make(chan string, 1)
	visitor := func(c *interp.Call) error {
		var who string
		if err := c.BlockPassive(func(ctx context.Context) error {
			select {
			case who = <-knocks:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}); err != nil {
			return err
		}
		return c.Return(who)
	}
	rt, err := interp.New(builtins.Std(), interp.WithFunc("visitor", visitor), interp.WithFunc("knock", func(who string) { knocks <- who }), interp.WithVirtualTime())
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	// Virtual time goes on while a task waits for a visitor, and that nobody may come is no deadlock.
	fmt.Println(rt.RunString(context.Background(), "=job", `
		local who = spawn(visitor)
		sleep(3600)
		knock("Ann")
		return await(who), now()`))
	// Output: [Ann 3600] <nil>
}

func ExampleCall_Processes() {
	// count() runs a program on the script's behalf.
	count := func(c *interp.Call) error {
		procs := c.Processes()
		var status int
		if err := c.BlockFirm(func(ctx context.Context) error {
			p, err := procs.Start(ctx, interp.Command{Path: "/bin/sh", Args: []string{"sh", "-c", "exit 3"}})
			if err != nil {
				return err
			}
			if !p.Wait(ctx) {
				p.Terminate(context.Background(), "TERM", time.Second)
			}
			status = p.Exits()[0].Status
			return nil
		}); err != nil {
			return err
		}
		return c.Return(status)
	}
	if _, err := os.Stat(filepath.FromSlash("/bin/sh")); err != nil {
		fmt.Println("[3] <nil>")
		return
	}
	rt, err := interp.New(builtins.Std(), interp.WithFunc("count", count))
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	fmt.Println(rt.RunString(context.Background(), "=job", `return count()`))
	// Output: [3] <nil>
}
