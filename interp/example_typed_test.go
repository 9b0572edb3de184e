package interp_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func ExampleWithFunc() {
	type order struct {
		ID    int
		Items []string
		Limit time.Duration // seconds in the script
	}
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.WithFunc("shop.place", func(o order) (string, error) {
			if len(o.Items) == 0 {
				return "", fmt.Errorf("order %d is empty", o.ID)
			}
			return fmt.Sprintf("order %d: %v within %v", o.ID, o.Items, o.Limit), nil
		}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=shop", `
		print(shop.place { id = 7, items = { "tea", "rice" }, limit = 1.5 })
		print(pcall(shop.place, { id = 8 }))
		print(pcall(shop.place, { id = 8.5 }))
		print(pcall(shop.place, { idd = 8 }))`)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// order 7: [tea rice] within 1.5s
	// false	shop:3: order 8 is empty
	// false	shop:4: bad argument #1 to 'place' (field 'id': integer expected, got 8.5)
	// false	shop:5: bad argument #1 to 'place' (unknown field 'idd', did you mean 'id'? there are: id, items, limit)
}

func ExampleWithAsync() {
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.WithAsync("slow", func(ctx context.Context, s string) (string, error) {
			<-ctx.Done() // a call over the network, say
			return s, ctx.Err()
		}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=slow", `
		local ok, err = pcall(wait_for, slow, 0.01, "never")
		print(ok, err.kind)`)
	if err != nil {
		fmt.Println(err)
	}
	// Output: false	timeout
}

func ExampleValues_Into() {
	rt, err := interp.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	values, err := rt.RunString(context.Background(), "=config", `return "prod", { port = 8080, hosts = { "a", "b" } }`)
	if err != nil {
		fmt.Println(err)
		return
	}
	var name string
	var config struct {
		Port  uint16
		Hosts []string
	}
	if err := values.Into(&name, &config); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(name, config.Port, config.Hosts)
	var small struct {
		Port  uint8
		Hosts []string
	}
	fmt.Println(values[1:].Into(&small))
	// Output:
	// prod 8080 [a b]
	// interp: value 1: field 'port': 8080 does not fit a uint8
}

func ExampleFunction() {
	var onSave *interp.Function
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.WithFunc("app.on", func(event string, fn *interp.Function) { onSave = fn }))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	ctx := context.Background()
	if _, err := rt.RunString(ctx, "=plugin", `
		app.on("save", function(name)
			sleep(0.001) -- it may wait
			return "saved " .. name
		end)`); err != nil {
		fmt.Println(err)
		return
	}
	values, err := onSave.Call(ctx, "letter.txt")
	fmt.Println(values.Get(1), err)
	// Output: saved letter.txt <nil>
}
