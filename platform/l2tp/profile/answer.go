package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"tacklebox/platform/l2tp/plan"
)

// document is what the script says.
type document struct {
	Format     int         `json:"format"`
	State      text        `json:"state"`
	Stage      text        `json:"stage"`
	Error      text        `json:"error"`
	ID         text        `json:"id"`
	Connection connections `json:"connection"`
}

// connection is one of Get-VpnConnection.
type connection struct {
	Name           text
	ServerAddress  text
	TunnelType     text
	Auth           texts `json:"AuthenticationMethod"`
	Encryption     text  `json:"EncryptionLevel"`
	SplitTunneling bool
	IPsec          text `json:"L2tpIPsecAuth"`
	AllUsers       bool `json:"AllUserConnection"`
}

// Bounds of what is taken from a document.
const (
	mostItems = 256
	mostText  = 400
)

// errNoDocument: there is nothing to read, so the program did not do its work.
var errNoDocument = errors.New("it gave no document")

// decode reads the answer to a question about a connection of this name.
func decode(out []byte, name string) (Answer, error) {
	unusable := func(why error) (Answer, error) { return Answer{}, fmt.Errorf("%w: %w", ErrUnusable, why) }
	out = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(out), []byte("\ufeff")))
	if len(out) == 0 || out[0] != '{' {
		return unusable(errNoDocument)
	}
	if len(out) > mostAnswer {
		return unusable(errors.New("its answer is too long"))
	}
	var d document
	dec := json.NewDecoder(bytes.NewReader(out))
	if err := dec.Decode(&d); err != nil {
		return unusable(errors.New("its answer is no document of ours"))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return unusable(errors.New("it says more than one document"))
	}
	if d.Format != format {
		return unusable(fmt.Errorf("its answer has format %d", d.Format))
	}
	switch d.State {
	case "created", "repaired":
	case "failed":
		return Answer{}, d.refusal()
	default:
		return unusable(errors.New("its answer says neither done nor failed"))
	}
	for _, c := range d.Connection {
		if !c.AllUsers && strings.EqualFold(string(c.Name), name) {
			return Answer{Created: d.State == "created", Is: c.profile()}, nil
		}
	}
	return unusable(errors.New("its answer lacks the connection"))
}

// refusal is what the script says went wrong. Before it read what is asked, the
// cmdlets were not asked anything.
func (d document) refusal() error {
	why := oneLine(string(d.Error))
	if why == "" {
		why = "it does not say why"
	}
	if id := oneLine(string(d.ID)); id != "" {
		why += " (" + id + ")"
	}
	switch d.Stage {
	case "load", "asked":
		return fmt.Errorf("%w: %s", ErrUnusable, why)
	}
	return fmt.Errorf("%w: %s", ErrRefused, why)
}

// oneLine is a text of Windows fit for a sentence, in whatever language.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > mostText {
		s = strings.ToValidUTF8(s[:mostText], "") + "..."
	}
	return s
}

// words are the planner's. Windows takes them in any case, and writes some of them
// in another one: MsChapv2.
var words = []string{plan.TunnelL2TP, plan.TunnelAutomatic, plan.AuthPAP, plan.AuthCHAP, plan.AuthMSCHAPv2,
	plan.EncryptNone, plan.EncryptAsked, plan.EncryptNeeded, plan.EncryptMost}

func word(t text) string {
	for _, w := range words {
		if strings.EqualFold(w, string(t)) {
			return w
		}
	}
	return string(t)
}

// profile is a connection in the planner's words.
func (c connection) profile() plan.Profile {
	p := plan.Profile{Name: string(c.Name), Server: string(c.ServerAddress), Tunnel: word(c.TunnelType),
		Encryption: word(c.Encryption), Split: c.SplitTunneling, AllUsers: c.AllUsers, IPsec: plan.IPsecUnknown}
	for _, a := range c.Auth {
		p.Auth = append(p.Auth, word(a))
	}
	switch {
	case strings.EqualFold(string(c.IPsec), "Psk"):
		p.IPsec = plan.IPsecPSK
	case strings.EqualFold(string(c.IPsec), "Certificate"):
		p.IPsec = plan.IPsecCertificate
	}
	return p
}

// text is a string, or a member of an enumeration: PowerShell 5.1 writes the number
// of one unless it was made a string before. Which number means what is not
// documented, so a number is [plan.Unknown].
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*t = ""
	case string:
		*t = text(v)
	case float64:
		*t = plan.Unknown
	default:
		return errors.New("it is no text")
	}
	return nil
}

// texts are several of them. PowerShell makes one of a list of one, null of an empty
// list, and an object with value and Count of a list that was wrapped.
type texts []text

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(b []byte) error {
	list, err := items[text](b)
	*t = list
	return err
}

// connections are several of them, in the same forms.
type connections []connection

// UnmarshalJSON implements json.Unmarshaler.
func (c *connections) UnmarshalJSON(b []byte) error {
	list, err := items[connection](b)
	*c = list
	return err
}

// items reads one, a list, a wrapped list or null.
func items[T any](b []byte) ([]T, error) {
	b = bytes.TrimSpace(b)
	if bytes.HasPrefix(b, []byte("{")) {
		var wrapped struct {
			Value json.RawMessage `json:"value"`
			Count *int            `json:"Count"`
		}
		if json.Unmarshal(b, &wrapped) == nil && wrapped.Count != nil {
			b = bytes.TrimSpace(wrapped.Value)
		}
	}
	switch {
	case len(b) == 0 || bytes.Equal(b, []byte("null")):
		return nil, nil
	case b[0] != '[':
		var one T
		if err := json.Unmarshal(b, &one); err != nil {
			return nil, err
		}
		return []T{one}, nil
	}
	var list []T
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, err
	}
	if len(list) > mostItems {
		return nil, errors.New("it has too many")
	}
	return list, nil
}
