package probetest

import (
	"testing"

	"tacklebox/platform/latency/probe"
)

// TestOutbox: nothing that waits counts as delivered.
func TestOutbox(t *testing.T) {
	o := NewOutbox()
	before := o.Now()
	o.Put(probe.Happening{Seq: 1})
	middle := o.Now()
	o.Put(probe.Happening{Seq: 2})
	after := o.Now()
	if d := o.Drained(); d < before || d > middle {
		t.Errorf("drained up to %v, put between %v and %v", d, before, middle)
	}
	<-o.Happenings()
	if d := o.Drained(); d < middle || d > after {
		t.Errorf("drained up to %v, put between %v and %v", d, middle, after)
	}
	<-o.Happenings()
	if d := o.Drained(); d < after {
		t.Errorf("drained up to %v, all was taken at %v", d, after)
	}
	for range 2 {
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
	}
	o.Put(probe.Happening{Seq: 3})
	if _, open := <-o.Happenings(); open {
		t.Error("not closed")
	}
}
