package repl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// pump is a Go value of a host's.
type pump struct{}

// plant is a host's module with a stub.
var plant = interp.Module{
	Name: "plant",
	Defs: []interp.Def{
		{Name: "pump", Fn: func(c *interp.Call) error { return c.Return(&pump{}) }},
	},
	Types: []interp.Type{{Name: "pump", Of: (*pump)(nil), Methods: []interp.Def{{Name: "flow", Fn: func(c *interp.Call) error { return c.Return(3) }}}}},
	Stub: `---@meta acme.plant
-- The plant: what runs in it.

---A pump of the plant.
---@class pump
local p = {}

---Litres in a second.
---@return number litres
function p:flow() end

---The pump of that number.
---@param n integer
---@return pump
function plant.pump(n) end
`,
}

// A host's own module has help and completion, by its stub.
func TestHostsModule(t *testing.T) {
	var names []string
	screen, err := session(t, &typist{script: []step{
		{line: ":help plant.pump"},
		{line: "p, make = plant.pump(1), plant.pump"},
		{line: ":doc p:flow"},
		{line: ":doc make"},
		{line: "?plant.pomp"},
		{do: func(ty *typist) { _, names = ty.help.Complete(":doc plant.", 11) }, line: ":quit"},
	}}, interp.WithModule(plant))
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"plant.pump(n)\n\n  The pump of that number.\n", "p:flow()\n\n  Litres in a second.\n", "there is no 'plant.pomp'; did you mean 'plant.pump'?",
	} {
		if !strings.Contains(screen, want) {
			t.Errorf("it does not say %q:\n%s", want, screen)
		}
	}
	if strings.Count(screen, "The pump of that number.") != 2 {
		t.Errorf("a variable that has the function is not described:\n%s", screen)
	}
	if !slices.Equal(names, []string{"plant.pump"}) {
		t.Errorf("completed to %v", names)
	}
}

// A stub that cannot be read takes nothing from the others: :doc says why.
func TestBrokenStub(t *testing.T) {
	broken := plant
	broken.Stub = "---@meta\n\nfunction plant.pump(n) end"
	screen, err := session(t, &typist{script: []step{{line: ":doc sleep"}}}, interp.WithModule(broken))
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{`the stub of module "plant": line 3: plant.pump has no description`, "sleep(seconds [, value])"} {
		if !strings.Contains(screen, want) {
			t.Errorf("it does not say %q:\n%s", want, screen)
		}
	}
}
