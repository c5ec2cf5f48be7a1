package registry

import (
	"context"
	"time"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/doctor"
)

// engineFresh is for how long the engine's word on a registry is not asked for again.
const engineFresh = time.Minute

// engineTimeout bounds the engine's own attempt.
const engineTimeout = 10 * time.Second

// engineWord is what the engine says of the registry in front.
type engineWord struct {
	name   string
	answer doctor.EngineAnswer
	asked  time.Time
	asking bool
}

// askEngine has the engine itself reach the registry: it is another program, maybe on
// another machine, and trusts what it trusts. No credential is sent, which is enough
// for that and can lock no account.
func (x *conn) askEngine() {
	d := x.p.deps.Debugger
	if d == nil || x.engine.asking || !x.engine.asked.IsZero() && x.p.deps.Now().Sub(x.engine.asked) < engineFresh {
		return
	}
	engine := d.Engine()
	if engine == nil {
		return
	}
	host := x.c.Host()
	x.engine.asking = true
	x.background(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, engineTimeout)
		defer cancel()
		answer := engine.AskRegistry(ctx, host, registry.Credential{})
		return func() {
			x.engine = engineWord{name: engine.Name(), answer: answer, asked: x.p.deps.Now()}
			x.p.apply()
		}
	})
}

// wont is whether the engine said that it does not get to the registry.
func (w engineWord) wont() bool {
	switch w.answer.Kind {
	case doctor.EngineUntrusted, doctor.EnginePlain, doctor.EngineCannot:
		return true
	}
	return false
}

// engineText says why a pull would fail though this program reads the registry, and
// what helps; "" when the engine says nothing against it.
func engineText(w engineWord, host string) string {
	remedy := ""
	switch w.answer.Kind {
	case doctor.EngineUntrusted:
		remedy = i18n.T("registry.remedy_engine_ca", map[string]any{"Host": host})
	case doctor.EnginePlain:
		remedy = i18n.T("registry.remedy_engine_plain", map[string]any{"Host": host})
	case doctor.EngineCannot:
		remedy = i18n.T("registry.remedy_engine_way")
	default:
		return ""
	}
	return i18n.T("registry.engine_wont", map[string]any{"Name": registry.Clean(w.name, 100), "Says": registry.Clean(w.answer.Text, 300)}) + " " + remedy
}

// applyEngine shows the engine's word beside the verdict on the project's rules.
func (v *imagesView) applyEngine() {
	text := ""
	if v.detail != nil && v.detail.Runs() {
		v.p.conn.askEngine()
		text = engineText(v.p.conn.engine, v.p.conn.host())
	}
	if v.trust.Text != text {
		v.trust.SetText(text)
	}
	v.trustDot.SetLevel(widgets.LevelFailed)
	fields.SetVisible(v.trustRow, text != "")
}
