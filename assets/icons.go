package assets

import (
	_ "embed"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

//go:embed icons/app.svg
var appIcon []byte

//go:embed icons/png/tacklebox-256.png
var windowIcon []byte

//go:embed icons/tray.svg
var trayIcon []byte

//go:embed icons/containers.svg
var containersIcon []byte

//go:embed icons/latency.svg
var latencyIcon []byte

//go:embed icons/l2tp.svg
var l2tpIcon []byte

//go:embed icons/registry.svg
var registryIcon []byte

//go:embed icons/terminal.svg
var terminalIcon []byte

//go:embed icons/image.svg
var imageIcon []byte

//go:embed icons/root.svg
var rootIcon []byte

// AppIcon is the program's icon in its own colours.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("tacklebox.svg", appIcon) }

// WindowIcon is AppIcon as pixels, for what shows no SVG: the window's frame and
// the task bar.
func WindowIcon() fyne.Resource { return fyne.NewStaticResource("tacklebox.png", windowIcon) }

// TrayIcon is the icon in one colour, which follows light and dark.
func TrayIcon() fyne.Resource { return themed("tacklebox-tray.svg", trayIcon) }

// ContainersIcon is the icon of the Containers tab and of a container.
func ContainersIcon() fyne.Resource { return themed("containers.svg", containersIcon) }

// LatencyIcon is the icon of the Latency tab.
func LatencyIcon() fyne.Resource { return themed("latency.svg", latencyIcon) }

// L2TPIcon is the icon of the L2TP tab: a tunnel.
func L2TPIcon() fyne.Resource { return themed("l2tp.svg", l2tpIcon) }

// RegistryIcon is the icon of the Registries tab: shelves.
func RegistryIcon() fyne.Resource { return themed("registry.svg", registryIcon) }

// TerminalIcon stands for a shell.
func TerminalIcon() fyne.Resource { return themed("terminal.svg", terminalIcon) }

// ImageIcon stands for an image: its layers.
func ImageIcon() fyne.Resource { return themed("image.svg", imageIcon) }

// RootIcon stands for what is done as root: the prompt's #.
func RootIcon() fyne.Resource { return themed("root.svg", rootIcon) }

// themed is an icon drawn in the theme's foreground colour.
func themed(name string, content []byte) fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource(name, content))
}
