package smokeping

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/testbed"
)

// rrdtool runs the program that the files come from.
func rrdtool(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(testbed.Program(t, "rrdtool", "rrdtool"), args...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("rrdtool %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// debian and dist are the archives of Debian's configuration and of SmokePing's.
var (
	debian = []string{"AVERAGE:0.5:1:1008", "AVERAGE:0.5:12:4320", "MIN:0.5:12:4320", "MAX:0.5:12:4320", "AVERAGE:0.5:144:720", "MAX:0.5:144:720", "MIN:0.5:144:720"}
	dist   = []string{"AVERAGE:0.5:1:28800", "AVERAGE:0.5:12:9600", "MIN:0.5:12:9600", "MAX:0.5:12:9600", "AVERAGE:0.5:144:2400", "MAX:0.5:144:2400", "MIN:0.5:144:2400"}
)

// create makes a file as Smokeping.pm does.
func create(t testing.TB, path string, start int64, step, pings int, uptime bool, archives []string) {
	t.Helper()
	args := []string{"create", path, "--start", strconv.FormatInt(start, 10), "--step", strconv.Itoa(step)}
	if uptime {
		args = append(args, fmt.Sprintf("DS:uptime:GAUGE:%d:0:U", 2*step))
	}
	args = append(args, fmt.Sprintf("DS:loss:GAUGE:%d:0:%d", 2*step, pings), fmt.Sprintf("DS:median:GAUGE:%d:0:U", 2*step))
	for i := range pings {
		args = append(args, fmt.Sprintf("DS:ping%d:GAUGE:%d:0:U", i+1, 2*step))
	}
	for _, a := range archives {
		args = append(args, "RRA:"+a)
	}
	rrdtool(t, args...)
}

// fed is a round as SmokePing hands it to rrdtool.
type fed struct {
	at   int64
	rtts []float64 // seconds, ascending
}

// line is Smokeping/probes/base.pm's rrdupdate_string.
func (f fed) line(pings int, uptime bool) string {
	lost := pings - len(f.rtts)
	parts := []string{strconv.FormatInt(f.at, 10)}
	if uptime {
		parts = append(parts, "U")
	}
	parts = append(parts, strconv.Itoa(lost))
	if len(f.rtts) == 0 {
		parts = append(parts, "U")
	} else {
		parts = append(parts, fmt.Sprintf("%.10e", f.rtts[len(f.rtts)/2]))
	}
	for range lost / 2 {
		parts = append(parts, "U")
	}
	for _, v := range f.rtts {
		parts = append(parts, fmt.Sprintf("%.10e", v))
	}
	for range lost - lost/2 {
		parts = append(parts, "U")
	}
	return strings.Join(parts, ":")
}

func update(t testing.TB, path string, pings int, uptime bool, rounds []fed) {
	t.Helper()
	for len(rounds) > 0 {
		n := min(len(rounds), 1000)
		args := []string{"update", path}
		for _, r := range rounds[:n] {
			args = append(args, r.line(pings, uptime))
		}
		rrdtool(t, args...)
		rounds = rounds[n:]
	}
}

// rounds makes n rounds at a step with an offset, with some loss, outages and
// gaps.
func rounds(n int, start int64, step, pings int, seed uint64) []fed {
	r := rand.New(rand.NewPCG(seed, 1))
	var out []fed
	for i := range n {
		if i%97 > 90 { // SmokePing was not running
			continue
		}
		f := fed{at: start + int64(i*step)}
		base := 0.02 + 0.01*math.Sin(float64(i)/50)
		for range pings {
			if i%61 > 57 || r.Float64() < 0.05 {
				continue
			}
			f.rtts = append(f.rtts, base+math.Abs(r.NormFloat64())*0.002)
		}
		sortFloats(f.rtts)
		out = append(out, f)
	}
	return out
}

func sortFloats(v []float64) {
	for i := range v {
		for k := i; k > 0 && v[k] < v[k-1]; k-- {
			v[k], v[k-1] = v[k-1], v[k]
		}
	}
}

func open(t testing.TB, path string) *RRD {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := OpenRRD(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestRRDAsRrdtool compares every value with what rrdtool fetch prints.
func TestRRDAsRrdtool(t *testing.T) {
	const start = 1_700_000_100
	for _, c := range []struct {
		name        string
		step, pings int
		uptime      bool
		archives    []string
		n           int
	}{
		{"debian", 300, 20, true, debian, 2500},
		{"dist", 300, 20, true, dist, 600},
		{"without uptime", 60, 5, false, []string{"AVERAGE:0.5:1:100", "MAX:0.5:7:30"}, 333},
		{"empty", 300, 20, true, debian, 0},
		{"long head", 300, 400, true, []string{"AVERAGE:0.5:1:5", "AVERAGE:0.5:2:5", "MIN:0.5:2:5", "MAX:0.5:2:5"}, 12},
		{"one row", 300, 3, true, []string{"AVERAGE:0.5:1:1"}, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.rrd")
			create(t, path, start, c.step, c.pings, c.uptime, c.archives)
			update(t, path, c.pings, c.uptime, rounds(c.n, start+137, c.step, c.pings, 7))
			f := open(t, path)
			if f.Step != time.Duration(c.step)*time.Second || len(f.Archives) != len(c.archives) {
				t.Fatalf("%+v", f)
			}
			known := 0
			for i, a := range f.Archives {
				var values []float64
				if err := f.Each(i, func(_ time.Time, v []float64) bool { values = append(values, v...); return true }); err != nil {
					t.Fatal(err)
				}
				period := int64(a.Period / time.Second)
				from, to := a.End.Unix()-int64(a.Rows)*period, a.End.Unix()
				at := map[int64][]string{}
				for line := range strings.SplitSeq(rrdtool(t, "fetch", path, a.Function, "-r", strconv.FormatInt(period, 10), "-s", strconv.FormatInt(from, 10), "-e", strconv.FormatInt(to-1, 10)), "\n") {
					when, rest, ok := strings.Cut(line, ":")
					if n, err := strconv.ParseInt(when, 10, 64); ok && err == nil {
						at[n] = strings.Fields(rest)
					} else if names := strings.Fields(line); len(names) > 0 && strings.Join(names, " ") != strings.Join(f.Sources, " ") {
						t.Fatalf("sources %v, want %v", f.Sources, names)
					}
				}
				compared := 0
				for row := range a.Rows {
					end := from + int64(row+1)*period
					want, ok := at[end]
					if !ok {
						continue // fetch may take a finer archive's grid at the edge
					}
					compared++
					for k, w := range want {
						got := values[row*len(f.Sources)+k]
						wanted, err := strconv.ParseFloat(strings.Replace(w, "-nan", "nan", 1), 64)
						if err != nil {
							t.Fatal(err)
						}
						if !math.IsNaN(got) {
							known++
						}
						// fetch prints ten digits.
						if math.IsNaN(got) != math.IsNaN(wanted) || math.Abs(got-wanted) > 1e-9*math.Abs(wanted) {
							t.Fatalf("%s of %v at %d, %s: %v, want %v", a.Function, a.Period, end, f.Sources[k], got, w)
						}
					}
				}
				if compared < a.Rows-1 {
					t.Errorf("%s of %v: only %d of %d rows compared", a.Function, a.Period, compared, a.Rows)
				}
			}
			if c.n > 0 && known == 0 {
				t.Error("no value is known")
			}
		})
	}
}

func TestRRDRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.rrd")
	create(t, path, 1_700_000_100, 300, 3, true, debian)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, v ...byte) []byte {
		p := bytes.Clone(good)
		copy(p[at:], v)
		return p
	}
	for name, c := range map[string]struct {
		data []byte
		want error
		says string
	}{
		"empty":      {nil, ErrNotRRD, ""},
		"text":       {[]byte(strings.Repeat("hello\n", 100)), ErrNotRRD, ""},
		"cut head":   {good[:200], ErrDamagedRRD, "ends within its head"},
		"cut":        {good[:len(good)-8], ErrDamagedRRD, "by its own account"},
		"longer":     {append(bytes.Clone(good), 0), ErrDamagedRRD, "by its own account"},
		"version":    {with(7, '9'), ErrNotRRD, `version "0009" is not known`},
		"cookie":     {with(16, 1), ErrNotRRD, "laid out in a way that is not known"},
		"sources":    {with(24, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), ErrDamagedRRD, "data sources"},
		"no sources": {with(24, 0, 0, 0, 0, 0, 0, 0, 0), ErrDamagedRRD, "data sources"},
		"step":       {with(40, 0, 0, 0, 0, 0, 0, 0, 0), ErrDamagedRRD, "a step of 0 s"},
		"rows":       {with(128+6*120+24, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), ErrDamagedRRD, "rows of"},
	} {
		_, err := OpenRRD(bytes.NewReader(c.data), int64(len(c.data)))
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v with %q", name, err, c.want, c.says)
		}
	}
	if _, err := OpenRRD(bytes.NewReader(good), MaxRRD+1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func FuzzRRD(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.rrd")
	create(f, path, 1_700_000_100, 300, 3, true, []string{"AVERAGE:0.5:1:4", "MIN:0.5:3:4", "AVERAGE:0.5:3:4"})
	update(f, path, 3, true, rounds(30, 1_700_000_200, 300, 3, 3))
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("RRD\x000001\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := OpenRRD(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for i := range r.Archives {
			n, last := 0, time.Time{}
			if err := r.Each(i, func(end time.Time, _ []float64) bool { n, last = n+1, end; return true }); err != nil || n != r.Archives[i].Rows || !last.Equal(r.Archives[i].End) {
				t.Fatalf("%d of %d rows to %v: %v", n, r.Archives[i].Rows, last, err)
			}
		}
	})
}

// TestRRDOfOtherMachines: Debian's rrdtool for 32-bit PCs, 32-bit ARM and for s390x,
// where the bytes stand the other way round, was given the same rounds; testdata has
// its files.
func TestRRDOfOtherMachines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "here.rrd")
	create(t, path, 1_700_000_100, 300, 3, true, []string{"AVERAGE:0.5:1:20", "AVERAGE:0.5:12:6", "MIN:0.5:12:6", "MAX:0.5:12:6"})
	args := []string{"update", path}
	for i := 1; i <= 50; i++ {
		args = append(args, fmt.Sprintf("%d:U:%d:0.0%d:0.00%d:0.0%d:0.1%d", 1_700_000_100+i*300+37, i%2, 10+i, i, 10+i, i))
	}
	rrdtool(t, args...)
	want := open(t, path)
	for _, name := range []string{"i386", "armhf", "s390x"} {
		got := open(t, filepath.Join("testdata", name+".rrd"))
		if !got.Updated.Equal(want.Updated) || strings.Join(got.Sources, " ") != strings.Join(want.Sources, " ") || len(got.Archives) != len(want.Archives) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
			continue
		}
		for i, a := range want.Archives {
			var x, y []float64
			ends := got.Archives[i].End.Equal(a.End)
			if err := errors.Join(got.Each(i, func(_ time.Time, v []float64) bool { x = append(x, v...); return true }),
				want.Each(i, func(_ time.Time, v []float64) bool { y = append(y, v...); return true })); err != nil || len(x) != len(y) || !ends {
				t.Fatalf("%s: %d values, want %d: %v", name, len(x), len(y), err)
			}
			for k := range x {
				// The last bit depends on the machine.
				if math.IsNaN(x[k]) != math.IsNaN(y[k]) || math.Abs(x[k]-y[k]) > 1e-14 {
					t.Fatalf("%s: archive %d, value %d: %v, want %v", name, i, k, x[k], y[k])
				}
			}
		}
	}
}

// TestRRDVersions: newer features raise the version and leave the layout alone; the
// oldest files lack the microseconds of the last update.
func TestRRDVersions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.rrd")
	rrdtool(t, "create", path, "--start", "1700000100", "--step", "300", "DS:loss:GAUGE:600:0:3", "DS:ping1:GAUGE:600:0:U", "DS:odd:DDERIVE:600:0:U", "RRA:AVERAGE:0.5:1:10")
	rrdtool(t, "update", path, "1700000400:1:0.25:U")
	newest := func(f *RRD) (out float64) {
		if err := f.Each(0, func(_ time.Time, v []float64) bool { out = v[1]; return true }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	f := open(t, path)
	if f.Version != 5 || newest(f) != 0.25 || !f.Archives[0].End.Equal(time.Unix(1700000400, 0)) {
		t.Errorf("version %d, %v at %v", f.Version, newest(f), f.Archives[0].End)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	micros := 128 + 3*120 + 120 + 8
	old := append(bytes.Clone(data[:micros]), data[micros+8:]...)
	for _, version := range []byte("12") {
		old[7] = version
		f, err := OpenRRD(bytes.NewReader(old), int64(len(old)))
		if err != nil {
			t.Fatal(err)
		}
		if f.Version != int(version-'0') || newest(f) != 0.25 {
			t.Errorf("version %d, %v", f.Version, newest(f))
		}
	}
}
