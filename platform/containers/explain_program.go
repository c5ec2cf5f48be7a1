package containers

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// programKind is what a file is, by its first bytes.
type programKind int

const (
	programUnknown programKind = iota
	programELF
	programScript // begins with #!
	programText   // text without #!
	programForeign
	programEmpty
)

// programHead is what the start of a file tells of a program.
type programHead struct {
	kind        programKind
	machine     string // Go's name of the architecture; "windows", "darwin" for foreign ones
	loader      string // the dynamic loader an ELF program asks for
	shebang     string // the first line of a script, without #!
	interpreter string // its first word
	crlf        bool   // the first line ends with CR LF, so the interpreter's name too
	anyCRLF     bool   // a shell would stumble over the lines
}

const (
	maxShebang = 256 // what Linux looks at
	maxLoader  = 4096
)

// parseProgram reads the first bytes of a file, which come from an image and may
// be anything.
func parseProgram(head []byte) programHead {
	switch {
	case len(head) == 0:
		return programHead{kind: programEmpty}
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return parseELF(head)
	case bytes.HasPrefix(head, []byte("MZ")):
		return programHead{kind: programForeign, machine: "windows"}
	case isMachO(head):
		return programHead{kind: programForeign, machine: "darwin"}
	}
	p := programHead{kind: programText, anyCRLF: bytes.Contains(head, []byte("\r\n"))}
	if bytes.IndexByte(head, 0) >= 0 {
		return programHead{kind: programUnknown}
	}
	if !bytes.HasPrefix(head, []byte("#!")) {
		return p
	}
	p.kind = programScript
	line, _, complete := bytes.Cut(head[2:min(len(head), maxShebang)], []byte("\n"))
	p.crlf = complete && bytes.HasSuffix(line, []byte("\r"))
	p.shebang = strings.TrimSpace(string(line))
	p.interpreter, _, _ = strings.Cut(strings.ReplaceAll(p.shebang, "\t", " "), " ")
	return p
}

func isMachO(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	switch binary.BigEndian.Uint32(head) {
	case 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe:
		return true
	}
	return false
}

// elfMachines are Go's names of ELF's machine numbers; the order of bytes tells
// the two kinds of PowerPC and MIPS apart.
func elfMachine(number uint16, little bool) string {
	switch number {
	case 3:
		return "386"
	case 62:
		return "amd64"
	case 40:
		return "arm"
	case 183:
		return "arm64"
	case 243:
		return "riscv64"
	case 22:
		return "s390x"
	case 258:
		return "loong64"
	case 21:
		if little {
			return "ppc64le"
		}
		return "ppc64"
	case 8:
		if little {
			return "mipsle"
		}
		return "mips"
	}
	return "unknown"
}

// parseELF takes the machine and the loader out of an ELF file's head; debug/elf
// wants the whole file.
func parseELF(head []byte) programHead {
	p := programHead{kind: programELF}
	if len(head) < 20 {
		return p
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	p.machine = elfMachine(order.Uint16(head[18:]), head[5] != 2)
	wide := head[4] == 2
	var tableAt, entrySize, entries uint64
	switch {
	case wide && len(head) >= 64:
		tableAt, entrySize, entries = order.Uint64(head[32:]), uint64(order.Uint16(head[54:])), uint64(order.Uint16(head[56:]))
	case !wide && len(head) >= 52:
		tableAt, entrySize, entries = uint64(order.Uint32(head[28:])), uint64(order.Uint16(head[42:])), uint64(order.Uint16(head[44:]))
	}
	least := uint64(32)
	if wide {
		least = 56
	}
	size := uint64(len(head))
	if entrySize < least || tableAt > size {
		return p
	}
	for i := range entries {
		at := tableAt + i*entrySize
		if at+least > size {
			break
		}
		entry := head[at:]
		if order.Uint32(entry) != 3 { // PT_INTERP
			continue
		}
		var from, length uint64
		if wide {
			from, length = order.Uint64(entry[8:]), order.Uint64(entry[32:])
		} else {
			from, length = uint64(order.Uint32(entry[4:])), uint64(order.Uint32(entry[16:]))
		}
		if from < size && length <= maxLoader && from+length <= size {
			p.loader, _, _ = strings.Cut(string(head[from:from+length]), "\x00")
		}
		break
	}
	return p
}

// runsOn is true when a program for machine can run on an engine of arch.
func runsOn(machine, arch string) bool {
	return machine == "" || machine == "unknown" || arch == "" || machine == arch ||
		machine == "386" && arch == "amd64" || machine == "arm" && arch == "arm64"
}
