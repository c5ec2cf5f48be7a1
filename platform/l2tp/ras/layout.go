package ras

//lint:file-ignore U1000 Fields that nothing reads keep the others in their places.

import "unsafe"

// ras.h is compiled with a packing of 4, so that a handle follows the size of a
// structure at once. Go has no such packing: members as large as a pointer are
// arrays of 32-bit words here, which no system aligns to more than 4.

const pointer = unsafe.Sizeof(uintptr(0))

// word is a member as large as a pointer.
type word [pointer / 4]uint32

func (w word) value() uintptr {
	v := uint64(w[0])
	if len(w) > 1 {
		v |= uint64(w[len(w)-1]) << 32
	}
	return uintptr(v)
}

func wordOf(v uintptr) (w word) {
	w[0] = uint32(v)
	if len(w) > 1 {
		w[len(w)-1] = uint32(uint64(v) >> 32)
	}
	return w
}

// The lengths of ras.h and lmcons.h, with the final zero.
const (
	lenEntryName = 256 + 1
	lenPhone     = 128 + 1
	lenUser      = 256 + 1
	lenPassword  = 256 + 1
	lenDomain    = 15 + 1
	lenType      = 16 + 1
	lenDevice    = 128 + 1
	lenPath      = 260
)

type guid struct {
	a    uint32
	b, c uint16
	d    [8]byte
}

// entry is RASENTRYW of Windows 10.
type entry struct {
	size               uint32
	options            uint32
	countryID          uint32
	countryCode        uint32
	areaCode           [10 + 1]uint16
	phone              [lenPhone]uint16 // of a VPN: the server
	alternates         uint32
	ipv4               [5]uint32 // address, two of DNS, two of WINS
	frameSize          uint32
	protocols          uint32
	framing            uint32
	script             [lenPath]uint16
	autodialDLL        [lenPath]uint16
	autodialFunc       [lenPath]uint16
	deviceType         [lenType]uint16
	deviceName         [lenDevice]uint16
	x25Pad             [32 + 1]uint16
	x25                [3][200 + 1]uint16
	channels           uint32
	reserved           [2]uint32
	subEntries         uint32
	dialing            [5]uint32
	idle               uint32
	kind               uint32
	encryption         uint32
	customAuth         uint32
	id                 guid
	customDLL          [lenPath]uint16
	strategy           uint32
	options2           uint32
	options3           uint32
	dnsSuffix          [256]uint16
	tcpWindow          uint32
	prerequisiteBook   [lenPath]uint16
	prerequisiteEntry  [lenEntryName]uint16
	redialCount        uint32
	redialPause        uint32
	ipv6DNS            [2][16]byte
	metrics            [2]uint32
	ipv6               [16]byte // from Windows 7
	ipv6Prefix         uint32
	outage             uint32
	idi, idr           [lenUser]uint16 // from Windows 10
	ims                uint32
	idiType, idrType   uint32
	noIKEFragmentation uint32
}

// entrySizes are those of RASENTRYW, the newest first: Windows 10, 7, Vista, XP.
var entrySizes = []uint32{uint32(unsafe.Sizeof(entry{})), uint32(unsafe.Offsetof(entry{}.idi)), uint32(unsafe.Offsetof(entry{}.ipv6)), uint32(unsafe.Offsetof(entry{}.ipv6DNS))}

// dialParams is RASDIALPARAMSW of Windows 8.
type dialParams struct {
	size       uint32
	entry      [lenEntryName]uint16
	phone      [lenPhone]uint16
	callback   [lenPhone]uint16
	user       [lenUser]uint16
	password   [lenPassword]uint16
	domain     [lenDomain]uint16
	subEntry   uint32
	callbackID word
	ifIndex    uint32
	encrypted  word
}

// dialSizes are those of RASDIALPARAMSW: Windows 8, 7, XP.
var dialSizes = []uint32{uint32(unsafe.Sizeof(dialParams{})), uint32(unsafe.Offsetof(dialParams{}.encrypted)), uint32(unsafe.Offsetof(dialParams{}.ifIndex))}

// credentials is RASCREDENTIALSW.
type credentials struct {
	size     uint32
	mask     uint32
	user     [lenUser]uint16
	password [lenPassword]uint16
	domain   [lenDomain]uint16
}

// entryName is RASENTRYNAMEW.
type entryName struct {
	size  uint32
	name  [lenEntryName]uint16
	flags uint32
	book  [lenPath + 1]uint16
}

// device is RASDEVINFOW.
type device struct {
	size uint32
	kind [lenType]uint16
	name [lenDevice]uint16
}

// connection is RASCONNW of Windows Vista and later.
type connection struct {
	size        uint32
	handle      word
	entry       [lenEntryName]uint16
	deviceType  [lenType]uint16
	deviceName  [lenDevice]uint16
	book        [lenPath]uint16
	subEntry    uint32
	id          guid
	flags       uint32
	session     [2]uint32
	correlation guid
}

// endpoint is RASTUNNELENDPOINT.
type endpoint struct {
	kind uint32 // 1 for IPv4, 2 for IPv6
	addr [16]byte
}

// status is RASCONNSTATUSW of Windows 7 and later.
type status struct {
	size       uint32
	state      uint32
	err        uint32
	deviceType [lenType]uint16
	deviceName [lenDevice]uint16
	phone      [lenPhone]uint16
	local      endpoint
	remote     endpoint
	sub        uint32
}

// statusSizes are those of RASCONNSTATUSW: Windows 7, XP.
var statusSizes = []uint32{uint32(unsafe.Sizeof(status{})), uint32(unsafe.Offsetof(status{}.local))}

// projection is RASPPPIPW: what PPP agreed on for IPv4.
type projection struct {
	size          uint32
	err           uint32
	address       [15 + 1]uint16
	server        [15 + 1]uint16
	options       uint32
	serverOptions uint32
}
