//go:build linux && cgo

package e2e

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// The names and paths of the StatusNotifier protocol.
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	itemIface   = "org.kde.StatusNotifierItem"
	menuIface   = "com.canonical.dbusmenu"
)

// trayHost is a desktop's tray: the watcher that programs register with, and
// the host that reads their icon and menu.
type trayHost struct {
	t    *testing.T
	conn *dbus.Conn

	mu    sync.Mutex
	items []trayItem
}

// trayItem is a registered icon.
type trayItem struct {
	sender string
	path   dbus.ObjectPath
}

// watcher is what is exported on the bus.
type watcher struct{ host *trayHost }

// RegisterStatusNotifierItem is called by a program with a tray icon.
func (w watcher) RegisterStatusNotifierItem(service string, sender dbus.Sender) *dbus.Error {
	w.host.mu.Lock()
	defer w.host.mu.Unlock()
	path := dbus.ObjectPath("/StatusNotifierItem")
	if len(service) > 0 && service[0] == '/' {
		path = dbus.ObjectPath(service)
	}
	w.host.items = append(w.host.items, trayItem{string(sender), path})
	return nil
}

// RegisterStatusNotifierHost is called by a panel.
func (w watcher) RegisterStatusNotifierHost(string) *dbus.Error { return nil }

// newTrayHost shows tray icons on the desktop until it is closed.
func newTrayHost(d *desk) *trayHost {
	d.t.Helper()
	conn, err := dbus.Connect(d.bus)
	if err != nil {
		d.t.Fatal(err)
	}
	h := &trayHost{t: d.t, conn: conn}
	d.t.Cleanup(h.close)
	if err := conn.Export(watcher{h}, watcherPath, watcherName); err != nil {
		d.t.Fatal(err)
	}
	if _, err := prop.Export(conn, watcherPath, prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitTrue},
	}}); err != nil {
		d.t.Fatal(err)
	}
	reply, err := conn.RequestName(watcherName, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		d.t.Fatalf("own %s: %v, %v", watcherName, reply, err)
	}
	return h
}

// close ends the tray, as a panel that crashed.
func (h *trayHost) close() { _ = h.conn.Close() }

// item waits for the program's icon.
func (h *trayHost) item() trayItem {
	h.t.Helper()
	var item trayItem
	eventually(h.t, "a tray icon is registered", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.items) > 0 {
			item = h.items[len(h.items)-1]
		}
		return item.sender != ""
	})
	return item
}

// property reads one of the icon's properties.
func (h *trayHost) property(i trayItem, name string) any {
	h.t.Helper()
	v, err := h.conn.Object(i.sender, i.path).GetProperty(itemIface + "." + name)
	if err != nil {
		h.t.Fatalf("tray icon's %s: %v", name, err)
	}
	return v.Value()
}

// menuLine is a line of the icon's menu.
type menuLine struct {
	id        int32
	text      string
	separator bool
	children  int
}

// menu reads the icon's whole menu.
func (h *trayHost) menu(i trayItem) []menuLine {
	h.t.Helper()
	path, ok := h.property(i, "Menu").(dbus.ObjectPath)
	if !ok {
		h.t.Fatal("the tray icon has no menu")
	}
	var revision uint32
	var layout struct {
		ID         int32
		Properties map[string]dbus.Variant
		Children   []dbus.Variant
	}
	call := h.conn.Object(i.sender, path).Call(menuIface+".GetLayout", 0, int32(0), int32(-1), []string{})
	if err := call.Store(&revision, &layout); err != nil {
		h.t.Fatalf("tray menu: %v", err)
	}
	var lines []menuLine
	for _, child := range layout.Children {
		parts, ok := child.Value().([]any)
		if !ok || len(parts) != 3 {
			h.t.Fatalf("tray menu: odd line %v", child)
		}
		line := menuLine{id: parts[0].(int32)}
		properties := parts[1].(map[string]dbus.Variant)
		if label, ok := properties["label"]; ok {
			line.text, _ = label.Value().(string)
		}
		if kind, ok := properties["type"]; ok {
			line.separator = kind.Value() == "separator"
		}
		line.children = len(parts[2].([]dbus.Variant))
		lines = append(lines, line)
	}
	return lines
}

// has tells whether a line of the menu has this text in it.
func (h *trayHost) has(i trayItem, text string) bool {
	h.t.Helper()
	return slices.ContainsFunc(h.menu(i), func(line menuLine) bool { return strings.Contains(line.text, text) })
}

// click clicks the menu's line with this text.
func (h *trayHost) click(i trayItem, text string) {
	h.t.Helper()
	var id int32
	eventually(h.t, "the tray menu has "+text, func() bool {
		for _, line := range h.menu(i) {
			if line.text == text {
				id = line.id
				return true
			}
		}
		return false
	})
	path := h.property(i, "Menu").(dbus.ObjectPath)
	call := h.conn.Object(i.sender, path).Call(menuIface+".Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0))
	if call.Err != nil {
		h.t.Fatalf("click %q: %v", text, call.Err)
	}
}

// activate clicks the icon itself.
func (h *trayHost) activate(i trayItem) {
	h.t.Helper()
	if err := h.conn.Object(i.sender, i.path).Call(itemIface+".Activate", 0, int32(0), int32(0)).Err; err != nil {
		h.t.Fatalf("click the tray icon: %v", err)
	}
}
