package facts

import "time"

// System is what a PC says of itself.
type System struct {
	// Name is the product's, and Build its number with the update level,
	// "10.0.19045.3803".
	Name, Build string
	User        string // the SID of who runs this program
	Boot        time.Time
	// Pending says that Windows itself waits for a restart, and Policy that an IPsec
	// policy is assigned; what could not be read is named in Unread and false here.
	Pending, Policy bool
	Unread          []Unread
}

// Missed says that a part could not be read.
func (s System) Missed(p Part) bool { return missed(s.Unread, p) }

// Missed says that a part could not be read.
func (r Reading) Missed(p Part) bool { return missed(r.Unread, p) }

func missed(all []Unread, p Part) bool {
	for _, u := range all {
		if u.Part == p {
			return true
		}
	}
	return false
}

// anyOf asks one after the other until one says yes. An error counts where none does:
// then it is not known.
func anyOf(ask ...func() (bool, error)) (bool, error) {
	var first error
	for _, a := range ask {
		yes, err := a()
		if yes {
			return true, nil
		}
		if first == nil {
			first = err
		}
	}
	return false, first
}
