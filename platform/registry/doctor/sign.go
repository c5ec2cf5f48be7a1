package doctor

import (
	"context"
	"errors"
	"strings"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// realm looks where the password would go for a token.
func (d *run) realm() {
	c := d.ping.Challenge
	if c.Scheme != "bearer" {
		d.tell(Line{Step: StepRealm, State: Skipped, Text: "no token is asked for"})
		return
	}
	where := c.Realm.Scheme + "://" + c.Realm.Host
	if registry.Origin(c.Realm) == registry.Origin(d.base) {
		d.tell(Line{Step: StepRealm, State: OK, Text: where})
		return
	}
	err := d.t.MaySend(c.Realm)
	var own *registry.Error
	if err == nil {
		d.tell(Line{Step: StepRealm, State: OK, Text: where + ", which was confirmed"})
		return
	}
	if !errors.As(err, &own) {
		own = &registry.Error{Cause: registry.CauseRealm, Err: err}
	}
	l := Line{Step: StepRealm, State: Bad, Cause: registry.CauseRealm, Object: where, Text: where, Host: own.Host, Remedy: own.Hint}
	if d.base.Scheme == "https" && c.Realm.Scheme == "http" {
		l.Plain = true
		l.Text += ", without TLS: the password is never sent there"
		l.Remedy = "set external_url in harbor.yml to https://" + d.base.Host + " (a proxy that ends TLS in front of Harbor does not change it)"
	} else {
		l.Text += ", another host than the registry's"
	}
	d.tell(l)
}

// credential tries it, once.
func (d *run) credential(ctx context.Context) {
	cred := d.x.Credential()
	if err := d.x.CredentialProblem; err != nil && cred.None() {
		d.tell(Line{Step: StepCredential, State: Bad, Cause: registry.CauseOf(err), Text: registry.Clean(err.Error(), 400), Remedy: "enter it again"})
		return
	}
	if r := d.x.Refusal(); r != nil {
		d.tell(Line{Step: StepCredential, State: Bad, Cause: registry.CauseStopped, Refused: r.At, Text: "refused at " + r.At.Format("2006-01-02 15:04:05") + ", and not tried since" + colon(r.Message), Remedy: "enter it again"})
		return
	}
	facts, err := d.x.Facts(ctx)
	if err == nil {
		// What was good before may have been changed since.
		err = d.t.Login().Ready(ctx)
	}
	if err != nil {
		d.tell(d.refused(err, cred))
		return
	}
	if cred.None() {
		d.tell(Line{Step: StepCredential, State: OK, Text: "none: what everybody may see"})
		return
	}
	d.good = true
	kind := map[registry.Account]string{
		registry.AccountUser: "a user", registry.AccountRobot: "a robot", registry.AccountOIDC: "the CLI secret of a user who signs in through OIDC", registry.AccountOther: "accepted",
	}[facts.Account]
	l := Line{Step: StepCredential, State: OK, Text: registry.Clean(cred.User, 200) + ": " + kind}
	if cred.Token != "" {
		l.Text = "an identity token: " + kind
	}
	if facts.Account == registry.AccountOIDC {
		l.State, l.Remedy = Warn, "Harbor shows a CLI secret no artifact's details and no jobs: use a robot for those"
	}
	d.tell(l)
}

func colon(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

func (d *run) refused(err error, cred registry.Credential) Line {
	l := Line{Step: StepCredential, State: Bad, Cause: registry.CauseOf(err), Object: registry.Clean(cred.User, 200), Text: registry.Clean(err.Error(), 400)}
	var own *registry.Error
	if errors.As(err, &own) {
		l.Remedy, l.Host, l.Request = own.Hint, own.Host, own.RequestID
	}
	switch l.Cause {
	case registry.CauseCredential:
		l.Text = "the registry refuses " + registry.Clean(cred.User, 200) + " with this password" + request(own)
		l.Remedy = "check both; a robot may have expired"
		if strings.HasPrefix(cred.User, "robot") && !strings.Contains(cred.User, "$") {
			l.Remedy = "a robot is called robot$" + strings.TrimPrefix(cred.User, "robot") + ": a shell takes $name for a variable, so write it in single quotes"
		}
	case registry.CauseRealm:
		l.State, l.Text, l.Remedy = Skipped, "the password was not sent to where the registry wants it", "see realm"
	case registry.CauseTimeout:
		l.Text, l.Remedy = "the registry did not say in time whether it takes the credential", "try again, or look at the registry's token service"
	}
	if l.Remedy == "" {
		l.Remedy = "try again"
	}
	return l
}

func request(e *registry.Error) string {
	if e == nil || e.RequestID == "" {
		return ""
	}
	return " (request " + e.RequestID + ")"
}

func (d *run) version(ctx context.Context) {
	h := harbor.New(d.t)
	cred := d.x.Credential()
	info, err := h.Info(ctx, cred.None() || !d.good)
	if err != nil || info.AuthMode == "" {
		l := Line{Step: StepVersion, State: OK, Text: "a registry, not a Harbor"}
		if cause := registry.CauseOf(err); cause == registry.CauseTimeout || cause == registry.CauseBroken || cause == registry.CauseServer || cause == registry.CauseTooMany {
			l = Line{Step: StepVersion, State: Warn, Cause: cause, Text: registry.Clean(err.Error(), 300), Remedy: "try again"}
		}
		d.tell(l)
		return
	}
	d.info = info
	if info.Version == "" {
		d.tell(Line{Step: StepVersion, State: OK, Text: "Harbor, which tells its version to who is signed in"})
		return
	}
	l := Line{Step: StepVersion, State: OK, Text: "Harbor " + registry.Clean(info.Version, 60) + ", " + registry.Clean(info.AuthMode, 40)}
	have, ok := harbor.Number(info.Version)
	want, _ := harbor.Number(oldest)
	if ok && have < want {
		l.State, l.Cause, l.Remedy = Warn, registry.CauseTooOld, "it is older than "+oldest+": some of what is shown here is missing there"
	}
	d.tell(l)
}

func (d *run) clock() {
	server, exact := d.ping.Date, false
	if !d.info.CurrentTime.IsZero() {
		server, exact = d.info.CurrentTime.Time, true
	}
	if server.IsZero() {
		d.tell(Line{Step: StepClock, State: Skipped, Text: "the server does not tell its time"})
		return
	}
	diff := server.Sub(d.o.Now()).Round(time.Second)
	if diff.Abs() <= 2*time.Second || !exact && diff.Abs() < 10*time.Second {
		d.tell(Line{Step: StepClock, State: OK, Text: "the same here and there"})
		return
	}
	text := "the server is " + diff.Abs().String() + " ahead"
	if diff < 0 {
		text = "the server is " + diff.Abs().String() + " behind"
	}
	l := Line{Step: StepClock, State: OK, Text: text}
	if diff.Abs() >= clockOff {
		l.State, l.Remedy = Bad, "set both clocks by a time server: tokens and certificates are refused otherwise"
	}
	d.tell(l)
}

// engine asks the engine that would pull.
func (d *run) engine(ctx context.Context) {
	if d.o.Engine == nil {
		d.tell(Line{Step: StepEngine, State: Skipped, Text: "no container engine is connected"})
		return
	}
	cred := registry.Credential{}
	if d.good {
		// One that is refused here is not sent a second time by the engine.
		cred = d.x.Credential()
	}
	answers := make(chan EngineAnswer, 1)
	go func() { answers <- d.o.Engine.AskRegistry(ctx, d.x.Connection.Host(), cred) }()
	var a EngineAnswer
	select {
	case a = <-answers:
	case <-ctx.Done():
		a = EngineAnswer{Kind: EngineCannot, Text: "no answer in time"}
	}
	name, host := registry.Clean(d.o.Engine.Name(), 100), d.x.Connection.Host()
	text := registry.Clean(a.Text, 300)
	l := Line{Step: StepEngine, State: Bad, Text: name + ": " + text}
	switch a.Kind {
	case EngineTrusts:
		l.State, l.Text = OK, name+" reaches it and trusts it"
	case EngineUntrusted:
		l.Cause = registry.CauseUnknownCA
		l.Remedy = "the engine has a trust of its own: put the CA's certificate into /etc/docker/certs.d/" + host + "/ca.crt on the engine's machine; it is read at the next pull"
	case EnginePlain:
		l.Cause = registry.CausePlain
		l.Remedy = "the engine wants TLS: add \"" + host + "\" to insecure-registries in its daemon.json and restart it, or give the registry a certificate"
	case EngineRefused:
		l.State, l.Text = OK, name+" reaches it and trusts it; "+text
		if d.good {
			l.State, l.Remedy = Warn, "the engine may reach another registry under this name than this program does"
		}
	case EngineCannot:
		l.Cause, l.Remedy = registry.CauseConnect, "the engine's own way to the registry is blocked: look at its proxy and its name servers"
	default:
		l.State, l.Text = Skipped, name+" was not asked: "+text
	}
	d.tell(l)
}
