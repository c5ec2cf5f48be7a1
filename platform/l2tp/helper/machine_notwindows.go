//go:build !windows

package helper

import (
	"errors"
	"fmt"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

var errElsewhere = fmt.Errorf("changing a PC is for Windows: %w", errors.ErrUnsupported)

func thisPC(string) (machine, error) { return machine{}, errElsewhere }

func thisMachine() journal.Machine { return nowhere{} }

// gate is only where there is a helper.
type gate struct{}

func newGate(string) (*gate, error) { return nil, errElsewhere }
func (*gate) isReady() bool         { return false }
func (*gate) open(bool) error       { return errElsewhere }
func (*gate) close()                {}

// nowhere has neither registry nor services.
type nowhere struct{}

func (nowhere) Value(at plan.Place) (plan.Value, error) { return plan.Value{Place: at}, errElsewhere }
func (nowhere) Set(plan.Place, uint32, []byte) error    { return errElsewhere }
func (nowhere) Delete(plan.Place) error                 { return errElsewhere }
func (nowhere) Service(string) (plan.Service, error)    { return plan.Service{}, errElsewhere }
func (nowhere) Start(string) error                      { return errElsewhere }
func (nowhere) Stop(string) error                       { return errElsewhere }
func (nowhere) SetStart(string, plan.StartType) error   { return errElsewhere }
