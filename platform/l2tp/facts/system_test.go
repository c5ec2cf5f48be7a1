package facts

import (
	"errors"
	"testing"
)

// TestAnyOf: an error is not a no, and nothing to one that says yes.
func TestAnyOf(t *testing.T) {
	denied := errors.New("access is denied")
	yes := func() (bool, error) { return true, nil }
	no := func() (bool, error) { return false, nil }
	fails := func() (bool, error) { return false, denied }
	for name, tc := range map[string]struct {
		ask  []func() (bool, error)
		want bool
		err  error
	}{
		"no":               {ask: []func() (bool, error){no, no}},
		"the last":         {ask: []func() (bool, error){no, yes}, want: true},
		"one fails":        {ask: []func() (bool, error){no, fails, no}, err: denied},
		"yes all the same": {ask: []func() (bool, error){fails, yes}, want: true},
	} {
		if got, err := anyOf(tc.ask...); got != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	s := System{Unread: []Unread{{Part: PartPolicy}}}
	if !s.Missed(PartPolicy) || s.Missed(PartPending) {
		t.Errorf("%+v", s)
	}
}
