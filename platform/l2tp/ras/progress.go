// Package ras is Windows' remote access: the entries of the phone book, what is
// stored with them, and dialing with each stage told. The phone book's file is
// never written; that is left to Windows.
package ras

import (
	"fmt"
	"net/netip"
	"time"

	"tacklebox/platform/l2tp/codes"
)

// Dial is a test connection.
type Dial struct {
	Connection string
	// User and Password are for this dial only; empty for what Windows stored.
	User     string
	Password []byte
	// Reach is a host behind the server that has to answer, "host:port" for TCP or
	// a name or address for a ping; empty to leave that out.
	Reach string
	Keep  bool
}

// Progress is where a dial is.
type Progress struct {
	Stage codes.Stage
	// State is "begun", "passed" or "failed" for the stage; a last progress has
	// Done set.
	State string
	Done  bool
	// The rest is for the last one.
	Connected bool
	Code      int64 // the error code of Windows; 0 for none
	Err       error // other than a code: gave up, cancelled, not available
	Address   netip.Addr
	DNS       []netip.Addr
	Routes    []netip.Prefix
	Reached   *Reached // what the host of the person's choice answered; nil if not asked
}

// The states of a stage.
const (
	Begun  = "begun"
	Passed = "passed"
	Failed = "failed"
)

// Reached is whether a host behind the server answers.
type Reached struct {
	Target string // as asked: a host, or host:port
	Took   time.Duration
	// Err is why it does not answer; nil when it does.
	Err error
}

// String is it in English.
func (r Reached) String() string {
	if r.Err != nil {
		return fmt.Sprintf("%s does not answer: %v", r.Target, r.Err)
	}
	return fmt.Sprintf("%s answers in %d ms", r.Target, r.Took.Milliseconds())
}
