//go:build !notzdata

package zone

import _ "time/tzdata" // zones where the system has none; the tag notzdata leaves out their 450 KB

const without = ""
