package plan

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The three values, by the names that Windows knows them by.
const (
	ProhibitIPsec = "ProhibitIpSec"
	WeakCrypto    = "AllowL2TPWeakCrypto"
	AssumeUDP     = "AssumeUDPEncapsulationContextOnSendRule"
)

// The keys that hold them, or held them in guides that had it wrong.
const (
	RasManKey      = `HKLM\SYSTEM\CurrentControlSet\Services\RasMan\Parameters`
	PolicyAgentKey = `HKLM\SYSTEM\CurrentControlSet\Services\PolicyAgent`
	// OldIPsecKey was right on Windows XP; Vista and later read PolicyAgentKey.
	OldIPsecKey = `HKLM\SYSTEM\CurrentControlSet\Services\IPSec`
)

// Place is where a value stands.
type Place struct{ Key, Name string }

// Home is the place where Windows reads the value of this name.
func Home(name string) (Place, bool) {
	switch name {
	case ProhibitIPsec, WeakCrypto:
		return Place{RasManKey, name}, true
	case AssumeUDP:
		return Place{PolicyAgentKey, name}, true
	}
	return Place{}, false
}

// Homes are the places of the three values.
func Homes() []Place {
	return []Place{{RasManKey, ProhibitIPsec}, {RasManKey, WeakCrypto}, {PolicyAgentKey, AssumeUDP}}
}

// Misplaced are the places where guides put the values and Windows does not look.
func Misplaced() []Place {
	return []Place{{PolicyAgentKey, ProhibitIPsec}, {PolicyAgentKey, WeakCrypto}, {RasManKey, AssumeUDP}, {OldIPsecKey, AssumeUDP}}
}

// Places are all places that are looked at.
func Places() []Place { return append(Homes(), Misplaced()...) }

// most is the greatest number that a value may be set to.
func most(name string) uint32 {
	if name == AssumeUDP {
		return 2
	}
	return 1
}

// The four services.
const (
	BFE         = "BFE"
	IKEEXT      = "IKEEXT"
	RasMan      = "RasMan"
	PolicyAgent = "PolicyAgent"
)

// ServiceNames are the four services, in the order in which they are started.
func ServiceNames() []string { return []string{BFE, IKEEXT, PolicyAgent, RasMan} }

// StartType is how a service starts.
type StartType string

// The start types.
const (
	StartAutomatic StartType = "automatic"
	StartManual    StartType = "manual"
	StartDisabled  StartType = "disabled"
	StartUnknown   StartType = "unknown"
)

// DefaultStart is the start type that Windows 10 and 11 give to this service.
// Expected, not yet seen on each build.
func DefaultStart(service string) (StartType, bool) {
	switch service {
	case BFE:
		return StartAutomatic, true
	case IKEEXT, PolicyAgent, RasMan:
		return StartManual, true
	}
	return "", false
}

// Level is how much a change asks of a person.
type Level string

// The levels.
const (
	Green Level = "green" // puts back what Windows has by itself
	Amber Level = "amber" // changes how all connections behave, at little risk
	Red   Level = "red"   // weakens all L2TP of the machine: its own tick
)

// Kind is what an operation does.
type Kind string

// The whole vocabulary.
const (
	SetValue     Kind = "set"           // one of three DWORDs, at its home
	DeleteValue  Kind = "delete"        // one of three names, at a known place
	StartService Kind = "start"         // one of four services
	DefaultType  Kind = "default-start" // its start type as Windows has it
	WriteProfile Kind = "profile"       // one connection of this person
	Restart      Kind = "restart"       // the machine
)

// What [Op.Key] says where there is no registry key.
const (
	KeyService = "service"
	KeyProfile = "profile"
	KeyMachine = "machine"
)

// What [Op.Old] and [Op.New] say of a value that is not there, or was not read.
const (
	Absent  = "absent"
	Unknown = "unknown"
)

// The types of registry values that have a spelling of their own.
const (
	TypeSZ     uint32 = 1
	TypeBinary uint32 = 3
	TypeDWORD  uint32 = 4
)

// longestValue bounds the bytes of a value that is kept; the three are 4 long.
const longestValue = 4096

// Spell writes a registry value as .reg files do: dword:00000002, or
// hex(1):32,00,00,00 for any other type or size.
func Spell(typ uint32, data []byte) string {
	if typ == TypeDWORD && len(data) == 4 {
		return fmt.Sprintf("dword:%08x", le32(data))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "hex(%x):", typ)
	for i, c := range data {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%02x", c)
	}
	return b.String()
}

var (
	dwordText = regexp.MustCompile(`^dword:[0-9a-f]{8}$`)
	hexText   = regexp.MustCompile(`^hex\(([0-9a-f]{1,8})\):((?:[0-9a-f]{2})(?:,[0-9a-f]{2})*)?$`)
)

// ReadSpelled reads what [Spell] wrote.
func ReadSpelled(text string) (typ uint32, data []byte, err error) {
	if dwordText.MatchString(text) {
		n, _ := strconv.ParseUint(text[6:], 16, 32)
		return TypeDWORD, []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}, nil
	}
	m := hexText.FindStringSubmatch(text)
	if m == nil || len(m[2]) > 3*longestValue {
		return 0, nil, fmt.Errorf("%.40q is no registry value: write dword:00000001 or hex(1):31,00", text)
	}
	n, _ := strconv.ParseUint(m[1], 16, 32)
	data, err = hex.DecodeString(strings.ReplaceAll(m[2], ",", ""))
	return uint32(n), data, err
}

// DWORD spells a number as Spell does.
func DWORD(n uint32) string { return fmt.Sprintf("dword:%08x", n) }

func le32(b []byte) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// levelOf is the least level that an operation has, whatever a file says.
func levelOf(o Op) Level {
	switch o.Op {
	case SetValue:
		if o.New == DWORD(0) {
			return Green // what Windows does by itself
		}
		if o.Name == AssumeUDP {
			return Amber
		}
		return Red
	case Restart, WriteProfile:
		return Amber
	}
	return Green
}

// check says why an operation is not in the vocabulary, or nil.
func (o Op) check() error {
	if o.Level != levelOf(o) {
		return fmt.Errorf("level %.20q: it is %s", o.Level, levelOf(o))
	}
	if o.Op != WriteProfile && o.Profile != nil {
		return fmt.Errorf("only %q has a profile", WriteProfile)
	}
	switch o.Op {
	case SetValue, DeleteValue:
		return o.checkValue()
	case StartService, DefaultType:
		return o.checkService()
	case WriteProfile:
		return o.checkProfile()
	case Restart:
		if o.Key != KeyMachine || o.Name != "" || o.Old != "" || o.New != "" {
			return fmt.Errorf("a restart has key %q and nothing else", KeyMachine)
		}
		return nil
	}
	return fmt.Errorf("%.20q is no operation", o.Op)
}

func (o Op) checkValue() error {
	at := Place{o.Key, o.Name}
	if o.Old != Absent && o.Old != Unknown {
		if _, _, err := ReadSpelled(o.Old); err != nil {
			return err
		}
	}
	if o.Op == DeleteValue {
		if !slices.Contains(Places(), at) {
			return fmt.Errorf("%.60q at %.80q is none of the three values", o.Name, o.Key)
		}
		if o.New != Absent {
			return fmt.Errorf("what is deleted becomes %q", Absent)
		}
		return nil
	}
	if !slices.Contains(Homes(), at) {
		return fmt.Errorf("%.60q at %.80q is none of the three values", o.Name, o.Key)
	}
	typ, data, err := ReadSpelled(o.New)
	if err != nil {
		return err
	}
	if typ != TypeDWORD || len(data) != 4 || le32(data) > most(o.Name) {
		return fmt.Errorf("%s becomes a DWORD of at most %d", o.Name, most(o.Name))
	}
	return nil
}

func (o Op) checkService() error {
	usual, ok := DefaultStart(o.Name)
	if !ok || o.Key != KeyService {
		return fmt.Errorf("%.40q is none of the four services", o.Name)
	}
	if o.Op == StartService {
		if o.New != "running" || o.Old != "stopped" && o.Old != Unknown {
			return fmt.Errorf("a service that is started goes from stopped to running")
		}
		return nil
	}
	olds := []string{string(StartAutomatic), string(StartManual), string(StartDisabled), Unknown}
	if o.New != string(usual) || !slices.Contains(olds, o.Old) {
		return fmt.Errorf("%s has start type %s", o.Name, usual)
	}
	return nil
}

func (o Op) checkProfile() error {
	if o.Profile == nil || o.Key != KeyProfile || o.Name != o.Profile.Name {
		return fmt.Errorf("a profile has key %q, its name and its settings", KeyProfile)
	}
	if o.Profile.AllUsers {
		return fmt.Errorf("a profile of all users is made by the script of the fix kit")
	}
	if o.Old != Absent && o.Old != Unknown && o.Old != "there" || o.New != "created" && o.New != "repaired" {
		return fmt.Errorf("a profile is created or repaired")
	}
	return o.Profile.Check()
}
