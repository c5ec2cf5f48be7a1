package app

// closing is what is known when a person closes the window.
type closing struct {
	keepInTray bool // the preference
	tray       bool // somebody shows tray icons at this moment
	sessions   int  // open things that would be lost sight of
	stops      int  // things that end with the program
}

// closeDecision is what closing the window does.
type closeDecision int

const (
	closeHides closeDecision = iota
	closeQuits
	closeAsks
)

// decide says what closing does. A window is never hidden without a tray to
// bring it back: plain GNOME has none.
func (c closing) decide() closeDecision {
	switch {
	case c.keepInTray && c.tray:
		return closeHides
	case c.sessions > 0 || c.stops > 0:
		return closeAsks
	}
	return closeQuits
}
