package plot

import "time"

// Range is one of the spans that a person can choose at once.
type Range struct {
	// ID is short and never changes: settings keep it.
	ID string
	// Span is 0 for everything there is.
	Span time.Duration
}

// All is the ID of the range of everything there is.
const All = "all"

const day = 24 * time.Hour

// Ranges are the ranges from the shortest to everything.
func Ranges() []Range {
	return []Range{{"1m", time.Minute}, {"10m", 10 * time.Minute}, {"1h", time.Hour}, {"1d", day},
		{"1w", 7 * day}, {"1M", 30 * day}, {"1y", 365 * day}, {All, 0}}
}

// RangeOf is the range with this ID.
func RangeOf(id string) (Range, bool) {
	for _, r := range Ranges() {
		if r.ID == id {
			return r, true
		}
	}
	return Range{}, false
}

// The bounds of what a view can span.
const (
	MinSpan = 5 * time.Second
	MaxSpan = 20 * 365 * day
)

// View is the stretch of time a person looks at.
type View struct {
	From, To time.Time
	// Follow is true while To moves with now.
	Follow bool
	// Range is the ID of the range that was chosen, empty after zooming.
	Range string
}

// Last is the view of the span that ends now and follows it.
func Last(r Range, now time.Time) View {
	return View{From: now.Add(-r.Span), To: now, Follow: true, Range: r.ID}.Clamp(now)
}

// Span is how long the view is.
func (v View) Span() time.Duration { return v.To.Sub(v.From) }

// Clamp keeps the view within its bounds: not shorter than MinSpan or longer than
// MaxSpan, and not beyond now. A view that follows ends now.
func (v View) Clamp(now time.Time) View {
	span := min(max(v.Span(), MinSpan), MaxSpan)
	if span != v.Span() {
		middle := v.From.Add(v.Span() / 2)
		v.From, v.To = middle.Add(-span/2), middle.Add(span-span/2)
	}
	if v.Follow || v.To.After(now) {
		v.From, v.To = now.Add(-span), now
	}
	return v
}

// Zoom makes the view factor times as long, around the instant at, which keeps
// its place. A view that follows goes on following as long as the instant is in
// its last tenth.
func (v View) Zoom(at time.Time, factor float64, now time.Time) View {
	span := v.Span()
	share := float64(at.Sub(v.From)) / float64(span)
	long := time.Duration(min(max(float64(span)*factor, float64(MinSpan)), float64(MaxSpan)))
	if long == span {
		return v
	}
	follow := v.Follow && share > 0.9
	from := at.Add(-time.Duration(share * float64(long)))
	return View{From: from, To: from.Add(long), Follow: follow}.Clamp(now)
}

// Pan moves the view by d, at most to now. It then follows when it is moved on
// beyond its end.
func (v View) Pan(d time.Duration, now time.Time) View {
	if d == 0 {
		return v
	}
	n := View{From: v.From.Add(d), To: v.To.Add(d), Range: v.Range}
	n.Follow = d > 0 && !n.To.Before(now)
	if !n.Follow {
		n.Range = ""
	}
	return n.Clamp(now)
}

// Select is the view of [a, b], in either order.
func (v View) Select(a, b time.Time, now time.Time) View {
	if b.Before(a) {
		a, b = b, a
	}
	return View{From: a, To: b}.Clamp(now)
}

// maxTrail bounds how many views are remembered.
const maxTrail = 100

// Trail remembers the views a person came from. The zero value is empty.
type Trail struct{ past, future []View }

// Leave remembers from as a view to come back to.
func (t *Trail) Leave(from View) {
	t.past = append(t.past, from)
	if len(t.past) > maxTrail {
		t.past = t.past[1:]
	}
	t.future = nil
}

// CanBack is true when there is a view to go back to, CanForward one to return to.
func (t *Trail) CanBack() bool { return len(t.past) > 0 }

// CanForward is true when Back can be undone.
func (t *Trail) CanForward() bool { return len(t.future) > 0 }

// Back is the view before current; false when there is none.
func (t *Trail) Back(current View) (View, bool) { return step(&t.past, &t.future, current) }

// Forward undoes Back.
func (t *Trail) Forward(current View) (View, bool) { return step(&t.future, &t.past, current) }

func step(from, to *[]View, current View) (View, bool) {
	n := len(*from)
	if n == 0 {
		return current, false
	}
	v := (*from)[n-1]
	*from = (*from)[:n-1]
	*to = append(*to, current)
	return v, true
}
