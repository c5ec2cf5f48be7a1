// Package codes explains the error codes that a VPN connection of Windows ends
// in: what each means, what causes it with L2TP, the likeliest first, and what to
// look at.
package codes

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Stage is how far a connection came.
type Stage string

// The stages, in the order in which they are passed.
const (
	StageDNS   Stage = "DNS"
	StageUDP   Stage = "UDP"
	StageIKE   Stage = "IKE"
	StageIPsec Stage = "IPsec"
	StageL2TP  Stage = "L2TP"
	StagePPP   Stage = "PPP"
	StageIP    Stage = "IP"
	// StagePC: it did not leave the PC: a service, a setting, a driver.
	StagePC Stage = "PC"
)

// Stages are those of a connection, in their order.
func Stages() []Stage {
	return []Stage{StageDNS, StageUDP, StageIKE, StageIPsec, StageL2TP, StagePPP, StageIP}
}

// Step is where to look: a step of the wizard.
type Step string

// The steps.
const (
	StepServer   Step = "server"   // ask the server: l2tp probe
	StepKey      Step = "key"      // check the pre-shared key: l2tp probe --psk-stdin
	StepProfile  Step = "profile"  // the connection's settings
	StepServices Step = "services" // the four services
	StepRegistry Step = "registry" // the three values
	StepPC       Step = "pc"       // other programs, drivers, updates
	StepAdmin    Step = "admin"    // the server's administrator
	StepTest     Step = "test"     // dial again and watch the stages
)

// Cause is one reason for a code, as a key for translations and in English.
type Cause struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Check Step   `json:"check"`
}

// Code is one error code.
type Code struct {
	Code    int64   `json:"code"`
	Meaning string  `json:"meaning"`
	Stage   Stage   `json:"stage"`
	Causes  []Cause `json:"causes"`
	Fix     Step    `json:"fix"`
}

// Find is what is known of a code. A negative or large number is taken as an
// HRESULT, and a Win32 code in it is looked up.
func Find(code int64) (Code, bool) {
	if code < 0 {
		code = int64(uint32(code))
	}
	for _, want := range []int64{code, inner(code)} {
		if i := slices.IndexFunc(table, func(c entry) bool { return c.code == want }); i >= 0 && want != 0 {
			return table[i].open(), true
		}
	}
	return Code{}, false
}

// inner is the Win32 code in an HRESULT; 0 when there is none.
func inner(code int64) int64 {
	if code&^0xffff == 0x80070000 {
		return code & 0xffff
	}
	return 0
}

// All are all codes, in ascending order.
func All() []Code {
	out := make([]Code, 0, len(table))
	for _, e := range table {
		out = append(out, e.open())
	}
	return out
}

// Keys are what a translation has to have: code.N for each meaning, cause.ID for
// each cause.
func Keys() []string {
	var out []string
	for _, e := range table {
		out = append(out, fmt.Sprintf("code.%d", e.code))
	}
	for _, c := range causes {
		out = append(out, "cause."+c.ID)
	}
	return out
}

var number = regexp.MustCompile(`^(?i:error\s+)?(-?[0-9]{1,10}|0x[0-9a-fA-F]{1,8})$`)

// Parse reads a code as a person writes it: 789, error 789, 0x800B0101 or
// -2146762495.
func Parse(text string) (int64, error) {
	m := number.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, fmt.Errorf("%.40q is no error code: write a number such as 789 or 0x800B0101", text)
	}
	n, err := strconv.ParseInt(m[1], 0, 64)
	if strings.HasPrefix(strings.TrimLeft(m[1], "-"), "0") && !strings.HasPrefix(m[1], "0x") {
		n, err = strconv.ParseInt(m[1], 10, 64)
	}
	if err != nil || n < -1<<31 || n > 1<<32-1 {
		return 0, fmt.Errorf("%.40q is no error code: it has more than 32 bits", text)
	}
	return n, nil
}

// entry is a code with the names of its causes.
type entry struct {
	code    int64
	meaning string
	stage   Stage
	fix     Step
	causes  string // names, the likeliest first
}

func (e entry) open() Code {
	c := Code{Code: e.code, Meaning: e.meaning, Stage: e.stage, Fix: e.fix, Causes: []Cause{}}
	for id := range strings.FieldsSeq(e.causes) {
		if i := slices.IndexFunc(causes, func(x Cause) bool { return x.ID == id }); i >= 0 {
			c.Causes = append(c.Causes, causes[i])
		}
	}
	return c
}
