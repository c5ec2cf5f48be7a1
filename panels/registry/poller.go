package registry

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// poller reads something again and again while somebody looks at it.
type poller struct {
	p     *Panel
	every time.Duration
	// read runs away from Fyne's goroutine; what it gives back runs on it.
	read func(ctx context.Context, c *harbor.Client) func()

	stop context.CancelFunc
	kick chan struct{}
}

func (l *poller) start() {
	x := l.p.conn
	if l.stop != nil || x == nil || x.client == nil {
		return
	}
	ctx, stop := context.WithCancel(x.looking)
	kick := make(chan struct{}, 1)
	l.stop, l.kick = stop, kick
	l.p.jobs.Go(func() {
		defer stop()
		for {
			then := l.read(ctx, x.client)
			if ctx.Err() != nil {
				return
			}
			l.p.deps.Do(func() {
				if !l.p.closed && ctx.Err() == nil {
					then()
				}
			})
			pause := time.NewTimer(l.every)
			select {
			case <-ctx.Done():
				pause.Stop()
				return
			case <-kick:
				pause.Stop()
			case <-pause.C:
			}
		}
	})
}

// now has it read at once, as after something was done.
func (l *poller) now() {
	if l.kick != nil {
		select {
		case l.kick <- struct{}{}:
		default:
		}
	}
}

func (l *poller) halt() {
	if l.stop != nil {
		l.stop()
		l.stop, l.kick = nil, nil
	}
}

// onlyHarbor is what stands in the place of what other registries do not tell.
func onlyHarbor() fyne.CanvasObject {
	l := fields.Muted(i18n.T("registry.only_harbor"))
	l.Alignment = fyne.TextAlignCenter
	return container.NewBorder(gap(40), nil, nil, nil, container.NewVBox(l))
}

// partNote says in the place of data why there are none.
type partNote struct {
	label *widget.Label
}

func newPartNote() *partNote {
	l := fields.Words("")
	l.Selectable = true
	l.Hide()
	return &partNote{l}
}

// tell shows why; nil hides it. What an account may not see is no failure.
func (n *partNote) tell(errs ...error) {
	text, i := "", widget.LowImportance
	for _, err := range errs {
		if err == nil {
			continue
		}
		if text != "" {
			text += "\n"
		}
		text += explain(err)
		switch registry.CauseOf(err) {
		case registry.CauseForbidden, registry.CauseAnonymous, registry.CauseNotForOIDC, registry.CauseTooOld:
		default:
			i = widget.DangerImportance
			text += " " + registry.Clean(err.Error(), 400)
		}
	}
	fields.Tell(n.label, text, i)
}

// harborPage is a page about a Harbor, with what stands there for other registries.
type harborPage struct {
	root  *fyne.Container
	body  fyne.CanvasObject
	other fyne.CanvasObject
}

func newHarborPage(body fyne.CanvasObject) *harborPage {
	h := &harborPage{body: body, other: onlyHarbor()}
	h.root = container.NewStack(body)
	return h
}

// show chooses what fits the connection in front.
func (h *harborPage) show(x *conn) bool {
	o := h.body
	harborThere := x == nil || !x.open_ || x.client != nil
	if !harborThere {
		o = h.other
	}
	if h.root.Objects[0] != o {
		h.root.Objects = []fyne.CanvasObject{o}
		h.root.Refresh()
	}
	return x != nil && x.client != nil
}

// act does something on the server, once it was confirmed by a dialog that names it.
func (p *Panel) act(title, text, yes string, do func(context.Context, *harbor.Client) error, then func()) {
	x := p.conn
	if x == nil || x.client == nil {
		return
	}
	p.confirm(title, text, yes, func() {
		x.background(func(ctx context.Context) func() {
			err := do(ctx, x.client)
			return func() {
				if err != nil {
					p.complain(err)
				}
				then()
			}
		})
	})
}

// onServer fills in what a confirmation names.
func (p *Panel) onServer(name string) map[string]any {
	return map[string]any{"Name": registry.Clean(name, 200), "Host": p.conn.host()}
}
