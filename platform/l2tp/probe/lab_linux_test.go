package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tacklebox/platform/testbed"
)

// inside is set for a test binary that runs in namespaces of its own, to the
// folder of the servers' packages.
const inside = "TACKLEBOX_L2TP_LAB"

// goodPSK is what the lab's servers have.
const goodPSK = "a shared key, 20 long"

const charonPath = "/usr/lib/ipsec/charon"

// servers are Debian's packages with the lab's servers and what they stand on.
func servers() []string {
	return []string{"libstrongswan", "libstrongswan-standard-plugins", "libstrongswan-extra-plugins", "strongswan-libcharon",
		"strongswan-charon", "strongswan-swanctl", "xl2tpd", "libpcap0.8", "libgmp10", "libgcrypt20"}
}

// unpacked is a folder with the servers' packages, fetched and only unpacked:
// installing them would start daemons on the machine that runs the tests. It is
// kept in the folder of build products.
func unpacked(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	build := filepath.Join(filepath.Dir(strings.TrimSpace(string(out))), "build")
	final := filepath.Join(build, "l2tp-servers")
	if _, err := os.Stat(filepath.Join(final, "usr")); err == nil {
		return final
	}
	if err := os.MkdirAll(build, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(build, "l2tp-servers-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	fetch := exec.Command(testbed.Program(t, "apt-get", "apt"), append([]string{"download", "-qq"}, servers()...)...)
	fetch.Dir = dir
	if out, err := fetch.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("fetch strongSwan and xl2tpd: %v\n%s", err, out)
		}
		t.Skipf("fetch strongSwan and xl2tpd: %v\n%s", err, out)
	}
	packages, _ := filepath.Glob(filepath.Join(dir, "*.deb"))
	for _, pkg := range packages {
		if out, err := exec.Command(testbed.Program(t, "dpkg-deb", "dpkg"), "-x", pkg, filepath.Join(dir, "root")).CombinedOutput(); err != nil {
			t.Fatalf("unpack: %v\n%s", err, out)
		}
	}
	// Another run may have been faster: then its folder is as good.
	if err := os.Rename(filepath.Join(dir, "root"), final); err != nil {
		if _, err := os.Stat(filepath.Join(final, "usr")); err != nil {
			t.Fatal(err)
		}
	}
	return final
}

// copied is a program under another path: AppArmor confines strongSwan's by
// theirs, and would keep them from a test's folder.
func (l *lab) copied(name string) string {
	l.t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		l.t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	to := filepath.Join(l.dir, filepath.Base(path))
	if err := os.WriteFile(to, data, 0o700); err != nil {
		l.t.Fatal(err)
	}
	return to
}

// enter runs the calling test again in namespaces of its own, where it may build
// networks without being root, and reports what came of it. It returns true for
// the test that is to do the work.
func enter(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	testbed.Program(t, "iptables", "iptables")
	testbed.Program(t, "ip", "iproute2")
	lacking := ""
	flags := "-Urnmpf"
	if out, err := exec.Command("unshare", flags, "--mount-proc", "true").CombinedOutput(); err != nil {
		// Some systems give these to root alone.
		if flags = "-nmpf"; exec.Command("unshare", flags, "--mount-proc", "true").Run() != nil {
			lacking = fmt.Sprintf("this machine gives no namespaces: %v: %s", err, out)
		}
	}
	if lacking != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(lacking)
		}
		t.Skip(lacking)
	}
	root := unpacked(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 80*time.Second)
	defer cancel()
	// A PID namespace ends with its first process, and the servers with it.
	cmd := exec.CommandContext(ctx, "unshare", flags, "--kill-child", "--mount-proc", self,
		"-test.run", "^"+t.Name()+"$", "-test.v", "-test.parallel", "24", "-test.timeout", "75s")
	cmd.Env = append(os.Environ(), inside+"="+root)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("in the lab: %v\n%s", err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
	return false
}

// lab is the network: cli (192.0.2.1) and hid (172.16.5.2, masqueraded) on a
// router, and srv (10.9.0.x) behind it.
type lab struct {
	t   *testing.T
	dir string
}

// newLab builds the network and starts strongSwan in srv and xl2tpd on the router.
func newLab(t *testing.T) *lab {
	l := &lab{t: t, dir: t.TempDir()}
	// The servers' paths are fixed, too: plugins, above all.
	usr := filepath.Join(os.Getenv(inside), "usr")
	if err := unix.Mount("overlay", "/usr", "overlay", unix.MS_RDONLY, "lowerdir="+usr+":/usr"); err != nil {
		t.Fatalf("lay the servers over /usr: %v", err)
	}
	// charon's pid file and ip's list of namespaces have fixed places there.
	if err := unix.Mount("tmpfs", "/run", "tmpfs", 0, ""); err != nil {
		t.Fatalf("a /run of its own: %v", err)
	}
	l.script(`
for n in cli hid rt srv; do ip netns add $n; ip -n $n link set lo up; done
join() { ip link add $2 netns $1 type veth peer name $4 netns $3; ip -n $1 link set $2 up; ip -n $3 link set $4 up; }
join cli e0 rt r1
join hid e0 rt r2
join srv e0 rt r0
ip -n cli addr add 192.0.2.1/24 dev e0
ip -n hid addr add 172.16.5.2/24 dev e0
for a in 1 2 3 4 5 6 7 8 9; do ip -n srv addr add 10.9.0.$a/24 dev e0; done
ip -n rt addr add 10.9.0.254/24 dev r0
for a in 254 253 252 100; do ip -n rt addr add 192.0.2.$a/24 dev r1; done
ip -n rt addr add 172.16.5.254/24 dev r2
ip -n cli route add default via 192.0.2.254
ip -n hid route add default via 172.16.5.254
ip -n srv route add default via 10.9.0.254
ip -n rt route add 10.66.0.0/24 via 10.9.0.1
ip netns exec rt sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
ip netns exec rt iptables -t nat -A POSTROUTING -s 172.16.5.0/24 -j MASQUERADE
ip netns exec rt iptables -t nat -A PREROUTING -d 192.0.2.100 -j DNAT --to-destination 10.9.0.1
ip netns exec rt iptables -A INPUT -d 192.0.2.252 -p udp --dport 500 -j DROP
ip netns exec srv iptables -A INPUT -d 10.9.0.8 -p udp --dport 4500 -j DROP
# 9 says nothing to the fifth message: what it answers to the others is longer.
ip netns exec srv iptables -A OUTPUT -s 10.9.0.9 -p udp --sport 4500 -j DROP
ip netns exec srv iptables -A OUTPUT -s 10.9.0.9 -p udp --sport 500 -m length --length 0:130 -j DROP
`)
	l.charon()
	l.xl2tpd()
	return l
}

func (l *lab) script(text string) {
	l.t.Helper()
	cmd := exec.Command("sh", "-ec", text)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("build the network: %v: %s", err, out)
	}
}

func (l *lab) write(name, text string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// serve starts a server in a namespace; it ends with the test.
func (l *lab) serve(ns, log string, env []string, name string, args ...string) {
	l.t.Helper()
	f, err := os.Create(filepath.Join(l.dir, log))
	if err != nil {
		l.t.Fatal(err)
	}
	defer f.Close()
	cmd := exec.Command("ip", append([]string{"netns", "exec", ns, name}, args...)...)
	cmd.Stdout, cmd.Stderr = f, f
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if l.t.Failed() {
			text, _ := os.ReadFile(f.Name())
			l.t.Logf("%s:\n%s", log, text[max(0, len(text)-6000):])
		}
	})
}

func (l *lab) charon() {
	conf := l.write("strongswan.conf", `
charon {
	dos_protection = no
	# DES comes from gcrypt, the curves from openssl.
	load = random nonce openssl gcrypt aes sha1 sha2 md5 gmp hmac kdf kernel-netlink socket-default vici drbg
	port = 500
	port_nat_t = 4500
	filelog { stderr { default = 1 } }
	plugins { vici { socket = unix:///run/vici } }
	install_routes = no
}
`)
	one := func(name, addr, version, more, proposals string) string {
		return fmt.Sprintf(`%s {
	version = %s
	local_addrs = %s
	proposals = %s
	%s
	local { auth = psk }
	remote { auth = psk }
	children { l2tp { mode = transport
		local_ts = dynamic[udp/1701]
		esp_proposals = aes256-sha1 } }
}
`, name, version, addr, proposals, more)
	}
	const strong = "aes256-sha1-modp2048,aes256-sha1-ecp384"
	swan := l.write("swanctl.conf", "connections {\n"+
		one("strong", "10.9.0.1", "1", "", strong)+
		one("weak", "10.9.0.2", "1", "", "des-md5-modp1024")+
		one("two", "10.9.0.3", "2", "", "aes256-sha256-modp2048")+
		one("closed", "10.9.0.4", "1", "remote_addrs = 198.51.100.7", strong)+
		one("encap", "10.9.0.5", "1", "encap = yes", strong)+
		one("curve", "10.9.0.7", "1", "", "aes128-sha1-ecp256,aes256-sha1-ecp384")+
		one("tripledes", "10.9.0.6", "1", "", "3des-sha1-modp1024")+
		one("mute", "10.9.0.9", "1", "", strong)+
		one("blocked", "10.9.0.8", "1", "", strong)+
		"}\nsecrets { ike { secret = \""+goodPSK+"\" } }\n")
	env := []string{"STRONGSWAN_CONF=" + conf}
	l.serve("srv", "charon.log", env, l.copied(charonPath))
	swanctl := l.copied("swanctl")
	var last string
	defer func() {
		if l.t.Failed() {
			l.t.Log(last)
		}
	}()
	testbed.Wait(l.t, "strongSwan takes its connections", func() bool {
		cmd := exec.Command(swanctl, "--load-all", "--noprompt", "--file", swan, "--uri", "unix:///run/vici")
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		last = string(out)
		return err == nil
	})
}

func (l *lab) xl2tpd() {
	for _, addr := range []string{"192.0.2.254", "192.0.2.252"} {
		conf := l.write("xl2tpd-"+addr+".conf", "[global]\nlisten-addr = "+addr+"\nport = 1701\n[lns default]\nip range = 10.20.0.2-10.20.0.9\nlocal ip = 10.20.0.1\n")
		l.serve("rt", "xl2tpd-"+addr+".log", nil, "xl2tpd", "-D", "-c", conf, "-p", filepath.Join(l.dir, addr+".pid"), "-C", filepath.Join(l.dir, addr+".control"))
	}
	testbed.Wait(l.t, "xl2tpd listens", func() bool {
		out, _ := exec.Command("ip", "netns", "exec", "rt", "cat", "/proc/net/udp").Output()
		return strings.Count(string(out), ":06A5 ") >= 2
	})
}

// in opens sockets in a namespace and keeps what they send.
type in struct {
	ns string
	mu sync.Mutex
	// sent are the datagrams by port.
	sent []sent
}

type sent struct {
	port uint16
	data []byte
}

// dial opens a socket on a thread that has gone over to the namespace and ends there.
func (n *in) dial(ctx context.Context, to netip.AddrPort) (Conn, error) {
	type result struct {
		c   Conn
		err error
	}
	done := make(chan result, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		f, err := os.Open("/run/netns/" + n.ns)
		if err != nil {
			done <- result{nil, err}
			return
		}
		defer f.Close()
		if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- result{nil, err}
			return
		}
		c, err := dial(ctx, to)
		done <- result{c, err}
	}()
	r := <-done
	if r.err != nil {
		return nil, r.err
	}
	return &recorded{Conn: r.c.(net.Conn), n: n, port: to.Port()}, nil
}

type recorded struct {
	net.Conn
	n    *in
	port uint16
}

func (r *recorded) Write(b []byte) (int, error) {
	r.n.mu.Lock()
	r.n.sent = append(r.n.sent, sent{r.port, slices.Clone(b)})
	r.n.mu.Unlock()
	return r.Conn.Write(b)
}
