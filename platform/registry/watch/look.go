package watch

import (
	"context"
	"errors"
	"strconv"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/harbor"
)

// round is one look at one connection.
type round struct {
	w   *Watch
	m   *memory
	c   registry.Connection
	s   Status
	now time.Time
	// standing are the notices that hold in this round, read the kinds of which it
	// was found out: of others nothing is known, and what was told stays told.
	standing map[notice]bool
	read     map[Kind]bool
}

// look asks one connection.
func (w *Watch) look(ctx context.Context, c registry.Connection) Status {
	m, now := w.memoryOf(c.ID), w.o.Now()
	r := &round{w: w, m: m, c: c, now: now, standing: map[notice]bool{}, read: map[Kind]bool{}, s: Status{ID: c.ID, Title: c.Title(), At: now, State: Good}}
	if now.Before(m.notBefore) {
		// The server asked to be left alone for a while.
		if before, ok := w.last(c.ID); ok {
			return before
		}
		return Status{ID: c.ID, Title: c.Title()}
	}
	x, err := w.o.Store.Open(ctx, c.ID)
	if err != nil {
		r.trouble(err)
		return r.s
	}
	r.ask(ctx, x)
	if ctx.Err() == nil {
		r.read[NoticeDown] = true
		r.over()
	}
	return r.s
}

func (r *round) ask(ctx context.Context, x *connect.Session) {
	r.robot()
	facts, err := x.Facts(ctx)
	if refusal := x.Refusal(); refusal != nil {
		r.refused(refusal)
		if facts.Kind == "" {
			facts = r.c.Seen
		}
		err = nil
	}
	if err != nil {
		r.trouble(err)
		return
	}
	r.read[NoticeRefused] = true
	r.certificate(ctx, x)
	h, err := x.Harbor(ctx)
	if facts.Kind != registry.KindHarbor {
		if r.s.Refused == nil && r.m.asked["ping"] != r.now {
			// There is nothing else to ask of it.
			if _, err := x.Transport().Ping(ctx); err != nil {
				r.trouble(err)
			}
		}
		return
	}
	if err != nil || h == nil {
		h = harbor.New(x.Transport())
	}
	r.health(ctx, h)
	if r.s.Refused != nil || x.Anonymous() || r.s.Err != nil {
		return
	}
	r.queues(ctx, h)
	if x.Refusal() == nil {
		r.replications(ctx, h)
	}
	if refusal := x.Refusal(); refusal != nil {
		r.refused(refusal)
	}
}

// worse makes the state at least so bad.
func (r *round) worse(s State) { r.s.State = max(r.s.State, s) }

// trouble is a connection that cannot be asked.
func (r *round) trouble(err error) {
	if cause := registry.CauseOf(err); cause == registry.CauseCancelled || cause == registry.CauseCredential || cause == registry.CauseStopped {
		return // what was refused is told by itself
	}
	r.s.Err = err
	var own *registry.Error
	if errors.As(err, &own) && own.RetryAfter > 0 {
		r.m.notBefore = r.now.Add(own.RetryAfter)
		r.worse(Attention)
		return
	}
	r.worse(Trouble)
	if registry.CauseOf(err) != registry.CauseRealm {
		r.tell(Notice{Kind: NoticeDown, Err: err, Detail: registry.Clean(err.Error(), 300)})
	}
}

// notice is what tells notices apart.
type notice struct {
	kind   Kind
	object string
}

// tell gives a notice unless it stands already.
func (r *round) tell(n Notice) {
	n.ID, n.Title = r.c.ID, r.c.Title()
	key := notice{n.Kind, n.Object}
	r.standing[key] = true
	if r.m.told[key] {
		return
	}
	r.m.told[key] = true
	r.w.o.Notify(n)
}

// over forgets the notices that hold no more, so that the next time is told.
func (r *round) over() {
	for key := range r.m.told {
		if r.read[key.kind] && !r.standing[key] {
			delete(r.m.told, key)
		}
	}
}

func (r *round) refused(refusal *registry.Refusal) {
	r.s.Refused = refusal
	r.worse(Attention)
	r.tell(Notice{Kind: NoticeRefused, Object: r.c.User, Detail: refusal.Message})
}

func (r *round) robot() {
	r.read[NoticeRobot] = true
	if r.c.Expires.IsZero() || r.c.Expires.Sub(r.now) > RobotSoon {
		return
	}
	r.worse(Attention)
	r.tell(Notice{Kind: NoticeRobot, Object: r.c.User, Until: r.c.Expires})
}

// certificate looks once an hour.
func (r *round) certificate(ctx context.Context, x *connect.Session) {
	if x.Transport().Base().Scheme == "https" && r.now.Sub(r.m.asked["ping"]) >= seldom {
		if p, err := x.Transport().Ping(ctx); err == nil && p.Certificate != nil {
			r.m.expires = p.Certificate.NotAfter
			r.m.asked["ping"] = r.now
		}
	}
	r.s.Expires = r.m.expires
	r.read[NoticeCertificate] = r.read[NoticeCertificate] || !r.m.expires.IsZero()
	if r.m.expires.IsZero() || r.m.expires.Sub(r.now) > CertificateSoon {
		return
	}
	r.worse(Attention)
	r.tell(Notice{Kind: NoticeCertificate, Object: x.Connection.Host(), Until: r.m.expires})
}

func (r *round) health(ctx context.Context, h *harbor.Client) {
	answer, err := h.Health(ctx)
	if err != nil {
		r.trouble(err)
		return
	}
	r.read[NoticeUnhealthy] = true
	now := map[string]Component{}
	for _, c := range answer.Components {
		if len(now) == 50 {
			break
		}
		x := Component{Name: registry.Clean(c.Name, 60), Healthy: c.Status == harbor.Healthy, Error: registry.Clean(c.Error, 300), Since: r.now}
		if before, ok := r.m.components[x.Name]; ok && before.Healthy == x.Healthy {
			x.Since = before.Since
		}
		now[x.Name] = x
		r.s.Components = append(r.s.Components, x)
		if !x.Healthy {
			r.worse(Trouble)
			r.tell(Notice{Kind: NoticeUnhealthy, Object: x.Name, Detail: x.Error})
		}
	}
	r.m.components = now
}

// forbidden remembers for an hour that something may not be asked.
func (r *round) forbidden(what string, err error) bool {
	switch registry.CauseOf(err) {
	case registry.CauseForbidden, registry.CauseNotForOIDC, registry.CauseTooOld, registry.CauseAnonymous, registry.CauseNotFound:
		r.m.asked[what] = r.now
		return true
	}
	return false
}

func (r *round) may(what string) bool {
	at, was := r.m.asked[what]
	return !was || r.now.Sub(at) >= seldom
}

func (r *round) queues(ctx context.Context, h *harbor.Client) {
	if !r.may("queues") {
		return
	}
	all, err := h.Queues(ctx)
	if err != nil {
		if !r.forbidden("queues", err) {
			r.trouble(err)
		}
		return
	}
	r.read[NoticeQueue] = true
	for _, q := range all {
		if q.Paused || q.Count == 0 || time.Duration(min(q.Latency, 1<<30))*time.Second < StuckAfter {
			continue
		}
		r.s.Stuck = append(r.s.Stuck, q)
		r.worse(Attention)
		r.tell(Notice{Kind: NoticeQueue, Object: registry.Clean(q.Type, 80), Detail: strconv.FormatInt(q.Count, 10)})
	}
}
