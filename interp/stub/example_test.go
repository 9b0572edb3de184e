package stub_test

import (
	"fmt"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

// A host's own module is described by its stub; the index of a runtime's modules tells scripts' authors what there is.
func ExampleOf() {
	rt, err := interp.New(interp.WithModule(interp.Module{
		Name: "shop",
		Defs: []interp.Def{{Name: "price", Fn: func(item string) int { return len(item) }}},
		Stub: `---@meta acme.shop
-- The shop: what it sells.

---What an item costs, in cents. An item that there is not costs nothing.
---@param item string
---@return integer cents
function shop.price(item) end
`,
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	x, err := stub.Of(rt.Modules())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(x.Text(x.Lookup("price"), 60))
	fmt.Println(x.Unknown("shop.prise"))
	// Output:
	// shop.price(item)
	//
	//   What an item costs, in cents. An item that there is not
	//   costs nothing.
	//
	//   parameters
	//     item: string
	//
	//   returns
	//     cents: integer
	// there is no 'shop.prise'; did you mean 'shop.price'?
}
