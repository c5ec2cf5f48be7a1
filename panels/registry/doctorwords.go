package registry

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/doctor"
)

// stepWord is what a line is about.
func stepWord(s doctor.Step) string {
	switch s {
	case doctor.StepProxy:
		return i18n.T("registry.step_proxy")
	case doctor.StepDNS:
		return "DNS"
	case doctor.StepTCP:
		return "TCP"
	case doctor.StepTLS:
		return "TLS"
	case doctor.StepChallenge:
		return i18n.T("registry.step_challenge")
	case doctor.StepRealm:
		return i18n.T("registry.step_realm")
	case doctor.StepCredential:
		return i18n.T("registry.step_credential")
	case doctor.StepVersion:
		return i18n.T("registry.step_version")
	case doctor.StepClock:
		return i18n.T("registry.step_clock")
	}
	return i18n.T("registry.step_engine")
}

// verdictText says in the person's language what was found. Where it is the words of
// a server, an engine or a network, those are shown.
func verdictText(x *conn, l doctor.Line, engine string) string {
	own := registry.Clean(l.Text, 800)
	if x == nil {
		return own
	}
	if l.State == doctor.Bad && l.Step != doctor.StepClock {
		return badText(l, own)
	}
	if l.State == doctor.Skipped {
		if l.Step == doctor.StepEngine {
			return own
		}
		return i18n.T("registry.doctor_skipped")
	}
	switch l.Step {
	case doctor.StepProxy:
		if !strings.Contains(own, "://") {
			return i18n.T("registry.verdict_no_proxy")
		}
	case doctor.StepDNS:
		if u, err := url.Parse(x.c.URL); err == nil && net.ParseIP(u.Hostname()) != nil {
			return i18n.T("registry.verdict_address")
		}
	case doctor.StepTLS:
		if c := l.Certificate; c != nil {
			return i18n.T("registry.verdict_certificate", map[string]any{"Name": orDash(clean(c.Subject)), "Issuer": orDash(clean(c.Issuer)), "Time": format.Absolute(c.NotAfter)}) +
				" SHA-256 " + groups(c.Fingerprint)
		}
		return i18n.T("registry.verdict_plain")
	case doctor.StepChallenge:
		if i := strings.Index(own, "http"); i >= 0 {
			return i18n.T("registry.verdict_token", map[string]any{"Where": own[i:]})
		}
		return i18n.T("registry.verdict_registry")
	case doctor.StepCredential:
		if x.known {
			return accountWord(x)
		}
	case doctor.StepVersion:
		if x.known {
			return product(x.facts)
		}
	case doctor.StepClock:
		if l.State == doctor.OK {
			return i18n.T("registry.verdict_clock_same")
		}
		if off, behind, ok := clockOff(own); ok {
			if behind {
				return i18n.T("registry.verdict_clock_behind", map[string]any{"Time": off})
			}
			return i18n.T("registry.verdict_clock_ahead", map[string]any{"Time": off})
		}
	case doctor.StepEngine:
		if l.State == doctor.OK {
			return i18n.T("registry.verdict_engine", map[string]any{"Name": clean(engine)})
		}
	}
	return own
}

// badText says what is wrong, where that is not the words of a server, an engine or a
// library.
func badText(l doctor.Line, own string) string {
	what := map[string]any{"Name": registry.Clean(l.Object, 300)}
	text := ""
	switch {
	case l.Step == doctor.StepProxy:
		text = i18n.T("registry.bad_proxy")
	case l.Step == doctor.StepDNS && l.Cause == registry.CauseTimeout:
		text = i18n.T("registry.bad_dns_silent", what)
	case l.Step == doctor.StepDNS:
		text = i18n.T("registry.bad_dns", what)
	case l.Step == doctor.StepTCP && l.Cause == registry.CauseTimeout:
		text = i18n.T("registry.bad_tcp_silent", what)
	case l.Step == doctor.StepTCP:
		text = i18n.T("registry.bad_tcp", what)
	case l.Step == doctor.StepRealm && l.Plain:
		text = i18n.T("registry.bad_realm_plain", what)
	case l.Step == doctor.StepRealm:
		text = i18n.T("registry.bad_realm", what)
	case l.Step == doctor.StepCredential && l.Cause == registry.CauseCredential:
		text = i18n.T("registry.bad_credential", what)
	case l.Step == doctor.StepCredential && l.Cause == registry.CauseStopped && !l.Refused.IsZero():
		text = i18n.T("registry.bad_stopped", map[string]any{"Time": format.Absolute(l.Refused)})
	case l.Step == doctor.StepCredential && l.Cause == registry.CauseTimeout:
		text = i18n.T("registry.bad_credential_silent")
	default:
		return own
	}
	if l.Request != "" {
		text += " (" + registry.Clean(l.Request, 100) + ")"
	}
	return text
}

// clockOff finds the stretch of time in the doctor's words about the clock.
func clockOff(text string) (off string, behind, ok bool) {
	words := strings.Fields(text)
	if len(words) != 5 {
		return "", false, false
	}
	return words[3], words[4] == "behind", true
}

// remedyText is what to do, in the person's language where the cause tells it.
func remedyText(l doctor.Line, host string) string {
	switch {
	case l.Remedy == "":
		return ""
	case l.Step == doctor.StepClock:
		return i18n.T("registry.remedy_clock")
	case l.Step == doctor.StepEngine:
		switch l.Cause {
		case registry.CauseUnknownCA:
			return i18n.T("registry.remedy_engine_ca", map[string]any{"Host": host})
		case registry.CausePlain:
			return i18n.T("registry.remedy_engine_plain", map[string]any{"Host": host})
		case registry.CauseConnect:
			return i18n.T("registry.remedy_engine_way")
		}
	case l.State == doctor.Warn && l.Step == doctor.StepTLS && l.Cause == registry.CausePlain:
		return i18n.T("registry.err_plain")
	case i18n.Language() != i18n.English && explained[l.Cause]:
		return explain(&registry.Error{Cause: l.Cause, Host: l.Host, Err: errors.New(l.Text)})
	}
	return registry.Clean(l.Remedy, 600)
}

// explained are causes whose explanation says what to do; in English the doctor's own
// words say more.
var explained = map[registry.Cause]bool{
	registry.CauseDNS: true, registry.CauseConnect: true, registry.CauseTimeout: true, registry.CauseProxy: true, registry.CauseUnknownCA: true,
	registry.CauseExpired: true, registry.CauseName: true, registry.CauseTLS: true, registry.CauseFingerprint: true, registry.CauseCredential: true,
	registry.CauseStopped: true, registry.CauseNotRegistry: true, registry.CauseKeychain: true, registry.CauseHelper: true, registry.CauseRealm: true,
	registry.CauseServer: true, registry.CauseBroken: true, registry.CauseTooMany: true,
}
