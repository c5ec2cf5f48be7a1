package terminal

// ring holds the lines of a screen, oldest first: scrollback, then what is
// visible. A line feed moves no cell: it turns the ring by one and reuses the
// storage of the line that fell out.
type ring struct {
	buf []line
	// head is where the oldest line lies, n how many there are.
	head, n int
	// max bounds n.
	max int
	// dropped counts the lines that fell out, so that a line keeps its number.
	dropped int
}

// at is line i, 0 being the oldest.
func (r *ring) at(i int) *line {
	j := r.head + i
	if j >= len(r.buf) {
		j -= len(r.buf)
	}
	return &r.buf[j]
}

// push adds an empty line at the end.
func (r *ring) push() *line {
	if r.n == r.max {
		l := &r.buf[r.head]
		if r.head++; r.head == len(r.buf) {
			r.head = 0
		}
		r.dropped++
		l.cells, l.wrapped, l.wide = l.cells[:0], false, false
		return l
	}
	if r.n == len(r.buf) {
		r.grow()
	}
	r.n++
	l := r.at(r.n - 1)
	*l = line{cells: l.cells[:0]}
	return l
}

// grow doubles the room, up to max.
func (r *ring) grow() {
	size := min(max(2*len(r.buf), 64), r.max)
	buf := make([]line, size)
	for i := range r.n {
		buf[i] = *r.at(i)
	}
	r.buf, r.head = buf, 0
}

// rotateUp moves the lines [from, to] one up; the first becomes the last.
func (r *ring) rotateUp(from, to int) {
	first := *r.at(from)
	for i := from; i < to; i++ {
		*r.at(i) = *r.at(i + 1)
	}
	*r.at(to) = first
}

// rotateDown moves the lines [from, to] one down; the last becomes the first.
func (r *ring) rotateDown(from, to int) {
	last := *r.at(to)
	for i := to; i > from; i-- {
		*r.at(i) = *r.at(i - 1)
	}
	*r.at(from) = last
}

// reset forgets all lines and makes rows empty ones.
func (r *ring) reset(rows, limit int) {
	r.dropped += r.n
	r.buf, r.head, r.n, r.max = nil, 0, 0, limit
	for range rows {
		r.push()
	}
}
