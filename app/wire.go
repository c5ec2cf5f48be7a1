package app

import "tacklebox/panels"

// makePanels makes every tab there is, in the rail's order.
func makePanels() []panels.Panel { return nil }
