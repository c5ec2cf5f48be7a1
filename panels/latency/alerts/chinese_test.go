package alerts

import (
	"strings"
	"testing"
	"time"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/fieldstest"
	"tacklebox/panels/paneltest"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/said"
)

// TestChinese: what is wrong with a rule or a channel, why it came disabled and what it
// has seen, is said in the person's language.
func TestChinese(t *testing.T) {
	f := busy()
	seen := said.New("rta %s ms, loss %s of %s probes: %v (%s)", "130", "20%", "5", said.New("warning"), "-w 100,20%")
	f.events = []alert.Event{{Kind: alert.Raised, On: 2, At: now.Add(-time.Hour), Level: alert.Warning, Why: seen.Error(), Said: seen}}
	b := openIn(t, f, fieldstest.Look{Language: i18n.SimplifiedChinese})
	b.See("SmokePing 中没有目标用到它")
	b.See("告警“broken”：阈值 -w：“x”没有逗号")
	b.Press(i18n.T("latency.alerts_add_rule"))
	b.Type(i18n.T("latency.field_name"), "rule")
	b.Type(i18n.T("latency.alerts_limits"), "-x 5")
	b.See("阈值 -x：只支持 -w、-c 和 -p")
	b.Type(i18n.T("latency.alerts_limits"), "-w 100,20%")
	b.Press(i18n.T("latency.alerts_try_rule"))
	b.See("平均往返 130 ms，5 次探测丢包 20%：警告（-w 100,20%）")
	b.Choose(i18n.T("latency.alerts_kind"), i18n.T("latency.alerts_kind_pattern"))
	b.Type(i18n.T("latency.alerts_pattern"), ">0%,,")
	b.See("第 5 个字符：逗号之间有空元素")
	b.Press(i18n.T("Cancel"))
	b.tab("channels")
	b.See("hooks.example 应答 403 Forbidden: keywords not in content")
	for row, why := range map[string]string{"command of SmokePing": "SmokePing 把命令交给 shell", "mail of SmokePing": "这里不能用这种方式发送"} {
		b.Row(row)
		b.Press(i18n.T("latency.alerts_edit"))
		b.See(why)
		b.Press(i18n.T("Cancel"))
	}
	if text := strings.Join(paneltest.Texts(b.Window().Content()), "\n"); strings.Contains(text, "choose") || strings.Contains(text, "enable") {
		t.Error(text)
	}
}
