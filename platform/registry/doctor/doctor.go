// Package doctor finds out why a person cannot sign in to a registry: one line
// for each thing that can be wrong, each with what to do about it.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/transport"
)

// Step is what a line is about.
type Step string

// The steps, in the order in which they are told.
const (
	StepProxy      Step = "proxy"
	StepDNS        Step = "dns"
	StepTCP        Step = "tcp"
	StepTLS        Step = "tls"
	StepChallenge  Step = "challenge"
	StepRealm      Step = "realm"
	StepCredential Step = "credential"
	StepVersion    Step = "version"
	StepClock      Step = "clock"
	StepEngine     Step = "engine"
)

// Steps are all of them.
var Steps = []Step{StepProxy, StepDNS, StepTCP, StepTLS, StepChallenge, StepRealm, StepCredential, StepVersion, StepClock, StepEngine}

// State is a verdict.
type State string

// The verdicts.
const (
	OK      State = "ok"
	Warn    State = "warn"
	Bad     State = "bad"
	Skipped State = "skipped" // something before it is bad, or there is nothing to ask
)

// Line is one verdict.
type Line struct {
	Step  Step   `json:"step"`
	State State  `json:"state"`
	Text  string `json:"text"`
	// Remedy is what to do; empty where nothing is to be done.
	Remedy string `json:"remedy,omitempty"`
	// Cause is what a panel offers a button for.
	Cause registry.Cause `json:"cause,omitempty"`
	// Certificate is the one that was shown, with StepTLS.
	Certificate *registry.Certificate `json:"certificate,omitempty"`
	// Host is the one that wants the password, with StepRealm.
	Host string `json:"host,omitempty"`
	// Object is what a bad line is about: a name, an address, a user.
	Object string `json:"object,omitempty"`
	// Request is the server's own number for what it refused.
	Request string `json:"request,omitempty"`
	// Refused is when the credential was refused, with registry.CauseStopped.
	Refused time.Time `json:"refused,omitzero"`
	// Plain is a realm that is asked without TLS.
	Plain bool          `json:"plain,omitempty"`
	Took  time.Duration `json:"took_ns"`
}

// EngineKind is what an engine says of a registry.
type EngineKind string

// What engines say.
const (
	EngineTrusts    EngineKind = "trusts"
	EngineUntrusted EngineKind = "untrusted"   // its own x509 error
	EnginePlain     EngineKind = "plain"       // it wants TLS where there is none
	EngineRefused   EngineKind = "refused"     // it reaches it, and the credential is refused
	EngineCannot    EngineKind = "unreachable" // it does not get there
	EngineUnknown   EngineKind = "unknown"     // the engine cannot be asked
)

// EngineAnswer is what a container engine says when it is told to reach a registry.
type EngineAnswer struct {
	Kind EngineKind
	// Text is the engine's own.
	Text string
}

// Engine is the container engine that would pull. It is another program, maybe on
// another machine, with a trust of its own.
type Engine interface {
	// Name is for people.
	Name() string
	// AskRegistry has the engine itself reach the registry, with a credential or
	// none.
	AskRegistry(ctx context.Context, host string, cred registry.Credential) EngineAnswer
}

// The bounds in time: of all, of reaching it, and of signing in.
const (
	total  = 10 * time.Second
	reach  = 4 * time.Second
	signIn = 7 * time.Second
)

const (
	// oldest is the first version that is supported.
	oldest = "2.10"
	// expiresSoon is when a certificate is worth a word.
	expiresSoon = 30 * 24 * time.Hour
	// clockOff is from where on tokens and certificates fail.
	clockOff = 2 * time.Minute
)

// Options of a run.
type Options struct {
	// Engine may be nil.
	Engine Engine
	Now    func() time.Time
	// Total is 10 s when 0.
	Total time.Duration
	// Tell is called with each line as soon as it is known; it may be nil.
	Tell func(Line)
}

// Run gives a verdict on every step within ten seconds. A credential that was
// refused before is not tried again: that is the person's to say, by
// connect.Store.Retry.
func Run(ctx context.Context, x *connect.Session, o Options) []Line {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Total == 0 {
		o.Total = total
	}
	d := &run{x: x, o: o, t: x.Transport(), base: x.Transport().Base(), start: time.Now()}
	ctx, cancel := context.WithTimeout(ctx, o.Total)
	defer cancel()
	d.do(ctx)
	return d.lines
}

// run is one visit.
type run struct {
	x     *connect.Session
	o     Options
	t     *transport.Transport
	base  *url.URL
	start time.Time
	last  time.Time
	lines []Line

	ping transport.Ping
	info harbor.Info
	good bool // the credential
}

func (d *run) tell(l Line) {
	now := time.Now()
	if d.last.IsZero() {
		d.last = d.start
	}
	l.Took, d.last = now.Sub(d.last), now
	d.lines = append(d.lines, l)
	if d.o.Tell != nil {
		d.o.Tell(l)
	}
}

// skip tells that the steps from here on cannot be looked at.
func (d *run) skip(why string, steps ...Step) {
	for _, s := range steps {
		d.tell(Line{Step: s, State: Skipped, Text: why})
	}
}

// part is a share of the time.
func (d *run) part(ctx context.Context, until time.Duration) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, d.start.Add(time.Duration(float64(until)*float64(d.o.Total)/float64(total))))
}

func (d *run) do(ctx context.Context) {
	early, cancel := d.part(ctx, reach)
	defer cancel()
	reached := d.reach(early)
	if !reached {
		d.engine(ctx)
		return
	}
	middle, cancel := d.part(ctx, signIn)
	defer cancel()
	d.realm()
	d.credential(middle)
	d.version(middle)
	d.clock()
	d.engine(ctx)
}

// reach looks at everything up to the first answer.
func (d *run) reach(ctx context.Context) bool {
	rest := []Step{StepDNS, StepTCP, StepTLS, StepChallenge, StepRealm, StepCredential, StepVersion, StepClock}
	proxy, err := d.t.Proxy()
	if err != nil {
		d.tell(Line{Step: StepProxy, State: Bad, Cause: registry.CauseProxy, Text: "the proxy's address cannot be read", Remedy: "mend HTTPS_PROXY, or choose none for this connection"})
		d.skip("the proxy comes first", rest...)
		return false
	}
	target := d.base.Host
	if proxy == nil {
		d.tell(Line{Step: StepProxy, State: OK, Text: "none"})
	} else {
		d.tell(Line{Step: StepProxy, State: OK, Text: proxy.Scheme + "://" + proxy.Host})
		target = proxy.Host
	}
	if !d.dns(ctx, target, proxy != nil) {
		d.skip("the name comes first", rest[1:]...)
		return false
	}
	if !d.tcp(ctx, target, proxy) {
		d.skip("the connection comes first", rest[2:]...)
		return false
	}
	return d.first(ctx, rest[3:])
}

func (d *run) dns(ctx context.Context, target string, proxied bool) bool {
	host := target
	if h, _, err := net.SplitHostPort(target); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if net.ParseIP(host) != nil {
		d.tell(Line{Step: StepDNS, State: OK, Text: "an address, no name"})
		return true
	}
	addrs, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		remedy := "check how it is written, and whether it needs a VPN"
		if proxied {
			remedy = "check the proxy, or choose none for this connection"
		}
		cause := registry.CauseDNS
		text := "the name " + host + " is not known"
		if ctx.Err() != nil {
			cause, text = registry.CauseTimeout, "no name server answered for "+host
		}
		d.tell(Line{Step: StepDNS, State: Bad, Cause: cause, Object: host, Text: text, Remedy: remedy})
		return false
	}
	text := strings.Join(addrs[:min(len(addrs), 4)], ", ")
	if proxied {
		text = "of the proxy: " + text
	}
	d.tell(Line{Step: StepDNS, State: OK, Text: text})
	return true
}

func (d *run) tcp(ctx context.Context, target string, proxy *url.URL) bool {
	scheme := d.base.Scheme
	if proxy != nil {
		scheme = proxy.Scheme
	}
	if _, _, err := net.SplitHostPort(target); err != nil {
		port := "443"
		switch scheme {
		case "http":
			port = "80"
		case "socks5":
			port = "1080"
		}
		target = net.JoinHostPort(strings.Trim(target, "[]"), port)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
	if err == nil {
		_ = conn.Close()
		d.tell(Line{Step: StepTCP, State: OK, Text: target})
		return true
	}
	l := Line{Step: StepTCP, State: Bad, Cause: registry.CauseConnect, Object: target, Text: "nothing takes a connection at " + target, Remedy: "check the port, and whether a firewall is in between"}
	if ctx.Err() != nil {
		l.Cause, l.Text = registry.CauseTimeout, "no answer from "+target
	}
	if proxy != nil {
		l.Remedy = "check the proxy, or choose none for this connection"
	} else if d.base.Port() == "" {
		l.Remedy = "if the registry has another port than " + portOf(target) + ", write it with the address: " + d.base.Host + ":8443"
	}
	d.tell(l)
	return false
}

func portOf(hostport string) string {
	_, p, _ := net.SplitHostPort(hostport)
	return p
}

// first is the first answer: it tells of TLS and of what is asked for.
func (d *run) first(ctx context.Context, after []Step) bool {
	ping, err := d.t.Ping(ctx)
	d.ping = ping
	var own *registry.Error
	if err != nil && !errors.As(err, &own) {
		own = &registry.Error{Cause: registry.CauseOf(err), Err: err}
		if own.Cause == registry.CauseTimeout {
			own.Err = fmt.Errorf("%s did not answer in time", d.base.Host)
		}
	}
	if own != nil && own.Status == 0 && own.Cause != registry.CauseNotRegistry {
		step := StepTLS
		switch own.Cause {
		case registry.CauseUnknownCA, registry.CauseExpired, registry.CauseName, registry.CauseTLS, registry.CauseFingerprint:
		case registry.CauseTimeout, registry.CauseBroken, registry.CauseProxy:
			if d.base.Scheme == "http" {
				d.plain()
				step = StepChallenge
			}
		default:
			if d.base.Scheme == "http" {
				d.plain()
			} else {
				d.tell(Line{Step: StepTLS, State: OK, Text: "established"})
			}
			step = StepChallenge
		}
		text := own.Err
		if text == nil {
			text = errors.New(own.Message)
		}
		d.tell(Line{Step: step, State: Bad, Cause: own.Cause, Text: registry.Clean(text.Error(), 300), Remedy: own.Hint, Certificate: own.Certificate})
		if step == StepTLS {
			d.skip("TLS comes first", StepChallenge)
		}
		d.skip("an answer comes first", after[1:]...)
		return false
	}
	d.tls()
	if own != nil {
		d.tell(Line{Step: StepChallenge, State: Bad, Cause: own.Cause, Text: own.Error(), Remedy: orElse(own.Hint, "check the address and the port")})
		d.skip("no registry answers there", after[1:]...)
		return false
	}
	text := "asks nobody"
	switch ping.Challenge.Scheme {
	case "basic":
		text = "user name and password, directly"
	case "bearer":
		text = "a token from " + ping.Challenge.Realm.Scheme + "://" + ping.Challenge.Realm.Host
	}
	d.tell(Line{Step: StepChallenge, State: OK, Text: text})
	return true
}

func orElse(text, other string) string {
	if text == "" || strings.HasSuffix(text, other) {
		return other
	}
	return text
}

func (d *run) plain() {
	state := Warn
	if registry.Loopback(d.base.Hostname()) {
		state = OK
	}
	d.tell(Line{Step: StepTLS, State: state, Cause: registry.CausePlain, Text: "none: plain HTTP" + map[bool]string{true: " on this machine"}[state == OK], Remedy: map[bool]string{true: "use https if the registry has it: the password can be read on the way"}[state == Warn]})
}

func (d *run) tls() {
	c := d.ping.Certificate
	if d.base.Scheme != "https" || c == nil {
		d.plain()
		return
	}
	l := Line{Step: StepTLS, State: OK, Certificate: c, Text: fmt.Sprintf("%s, by %s, until %s, SHA-256 %s", orElse(c.Subject, "no subject"), c.Issuer, c.NotAfter.Format("2006-01-02"), c.Fingerprint)}
	switch left := c.NotAfter.Sub(d.o.Now()); {
	case left < 0: // trusted by its fingerprint all the same
		l.State, l.Cause, l.Remedy = Warn, registry.CauseExpired, "renew the server's certificate"
	case left < expiresSoon:
		l.State, l.Remedy = Warn, fmt.Sprintf("it ends in %d days: renew it", int(left.Hours()/24))
	case d.ping.Pinned:
		l.Text += ", trusted by its fingerprint"
	}
	d.tell(l)
}
