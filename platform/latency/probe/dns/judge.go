package dns

import (
	"encoding/binary"
	"strings"

	"github.com/miekg/dns"
)

// Verdict is what a datagram is to a query.
type Verdict uint8

const (
	// Foreign: of another query; it decides nothing.
	Foreign Verdict = iota
	// Reply: an answer.
	Reply
	// Failure: the server says that it cannot or will not serve.
	Failure
	// Broken: an answer with this query's identifier that breaks the protocol.
	Broken
)

// header is a message's fixed part in bytes.
const header = 12

// Judge says what the datagram is to the query of that identifier and question.
func Judge(datagram []byte, id uint16, q dns.Question) Verdict {
	if len(datagram) < 2 || binary.BigEndian.Uint16(datagram) != id {
		return Foreign
	}
	var m dns.Msg
	if err := m.Unpack(datagram); err != nil {
		// A server may cut its answer off anywhere when it says so.
		if len(datagram) < header || !cutOff(datagram) || asked(datagram) == nil || !same(*asked(datagram), q) {
			return Broken
		}
		return Reply
	}
	switch {
	case !m.Response:
		return Foreign
	// Errors may come without the question.
	case len(m.Question) == 0 && m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError:
		return Failure
	case len(m.Question) != 1 || !same(m.Question[0], q):
		return Foreign
	case m.Rcode == dns.RcodeSuccess || m.Rcode == dns.RcodeNameError:
		return Reply
	case m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented:
		return Broken
	}
	return Failure
}

func same(a, b dns.Question) bool {
	return a.Qtype == b.Qtype && a.Qclass == b.Qclass && strings.EqualFold(a.Name, b.Name)
}

// cutOff is true for a response with the TC bit.
func cutOff(datagram []byte) bool { return datagram[2]&0x80 != 0 && datagram[2]&0x02 != 0 }

// asked is the question alone, or nil.
func asked(datagram []byte) *dns.Question {
	if binary.BigEndian.Uint16(datagram[4:]) != 1 {
		return nil
	}
	name, off, err := dns.UnpackDomainName(datagram, header)
	if err != nil || off+4 > len(datagram) {
		return nil
	}
	return &dns.Question{Name: name, Qtype: binary.BigEndian.Uint16(datagram[off:]), Qclass: binary.BigEndian.Uint16(datagram[off+2:])}
}
