package notify

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/windows"
)

// script is fixed: the text reaches it in environment variables and goes into
// the toast through CreateTextNode, so neither PowerShell nor XML reads it. The
// toast is shown in PowerShell's own name, since a program without an installed
// shortcut has none that Windows accepts.
const script = `$ErrorActionPreference = 'Stop'
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$nodes = $xml.GetElementsByTagName('text')
[void]$nodes.Item(0).AppendChild($xml.CreateTextNode($env:TACKLEBOX_NOTIFY_TITLE))
[void]$nodes.Item(1).AppendChild($xml.CreateTextNode($env:TACKLEBOX_NOTIFY_TEXT))
$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)
$id = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($id).Show($toast)
`

// send runs the fixed script without a window.
func send(ctx context.Context, n Notification) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return err
	}
	// By its full path: the current folder may hold a powershell.exe of its own.
	cmd := exec.CommandContext(ctx, filepath.Join(system, `WindowsPowerShell\v1.0\powershell.exe`),
		"-NoProfile", "-NonInteractive", "-Command", script)
	cmd.Env = append(os.Environ(), "TACKLEBOX_NOTIFY_TITLE="+n.Title, "TACKLEBOX_NOTIFY_TEXT="+n.Text)
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run powershell: %w: %.200q", err, out)
	}
	return nil
}
