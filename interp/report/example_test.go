package report_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
)

func Example() {
	const src = `
local function total(order)
  return order.price * (1 + order.tax)
end
print(total { price = 100 })
`
	rt, err := interp.New(builtins.Std())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "@shop.lua", src)
	p := report.Printer{Title: "shop: ", Text: report.Sources("shop.lua", []byte(src))}
	if err := p.Error(os.Stdout, err); err != nil {
		fmt.Println(err)
	}
	// Output:
	// shop: shop.lua:3: attempt to perform arithmetic on field 'tax' (a nil value); there are: price
	//   3 |   return order.price * (1 + order.tax)
	//     |                                   ^^^
	// stack traceback:
	// 	shop.lua:3: in function 'total'
	// 	shop.lua:5: in main chunk
}
