package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// gap is between columns, in pixels.
const gap = 16

// style is the page's style sheet: the app's colours by platform and theme.
func (l look) style() string {
	colors := map[string]string{
		"telegram light": "--page:#c8d8b8;--bubble:#fff;--ink:#000;--faint:#8b9aa7;--link:#2678b6;--mine:#e3fbd0;--button:#5d7a4dcc;--danger:#c0504dcc;--primary:#3d7fb8cc;--quote:#eaf3fa",
		"telegram dark":  "--page:#0e1621;--bubble:#182533;--ink:#f5f5f5;--faint:#6d7f8f;--link:#6ab3f3;--mine:#2b5278;--button:#2b3b4dcc;--danger:#8a3a3acc;--primary:#2f6ea5cc;--quote:#213245",
		"discord light":  "--page:#fff;--bubble:#f2f3f5;--ink:#313338;--faint:#5c5e66;--link:#006ce7;--mine:#eef0f3;--button:#dfe1e5;--buttonink:#313338;--quote:#e3e5e8;--moment:#e3e5e8",
		"discord dark":   "--page:#313338;--bubble:#2b2d31;--ink:#dbdee1;--faint:#949ba4;--link:#00a8fc;--mine:#3b3d44;--button:#4e5058;--buttonink:#fff;--quote:#4e5058;--moment:#3f4147",
	}

	faces := ""

	if l.fonts != "" {
		files, _ := filepath.Glob(filepath.Join(l.fonts, "*.ttf"))
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".ttf")
			faces += fmt.Sprintf(`@font-face{font-family:"%s";src:url("file://%s")}`, name, file)
		}
	}

	sheet := telegramStyle
	if l.platform == "discord" {
		sheet = discordStyle
	}

	return fmt.Sprintf(`<!doctype html><meta charset="utf-8"><style>%s:root{%s}body{--width:%dpx;margin:0;padding:%dpx;display:flex;gap:%[4]dpx;align-items:flex-start;background:var(--page);color:var(--ink)}%s%s</style>`,
		faces, colors[l.platform+" "+l.theme], l.width, gap, common, sheet)
}

const common = `
body{font:16px/1.35 "Liberation Sans",Arial,"DejaVu Sans",ipag,NotoColorEmoji,sans-serif}
.column{width:var(--width);flex:none;border:1px dashed #8886;box-sizing:border-box;padding:6px 8px;overflow:hidden}
.did{display:flex;justify-content:flex-end;margin:10px 0 6px}.did span{background:var(--mine);border-radius:14px;padding:6px 11px;max-width:80%;overflow-wrap:anywhere}
svg{display:block}a{color:var(--link);text-decoration:none}.cut{outline:3px solid red;outline-offset:-3px}
`

const telegramStyle = `
.bubble{background:var(--bubble);border-radius:14px;overflow:hidden;box-shadow:0 1px 1px #0003;width:fit-content;min-width:230px;max-width:min(88%,480px);margin-top:6px}
.bubble:has(.picture){width:min(88%,480px)}.picture svg{height:160px;width:100%}
.text{padding:7px 11px 7px;white-space:pre-wrap;unicode-bidi:plaintext;overflow-wrap:anywhere}.stamp{float:inline-end;color:var(--faint);font-size:12px;margin-top:5px;margin-inline-start:8px}
blockquote{margin:2px 0;padding:3px 8px;border-inline-start:3px solid var(--link);background:var(--quote);border-radius:4px}
blockquote[expandable]{display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden}
code,pre{font:14px "DejaVu Sans Mono",monospace;white-space:pre-wrap;margin:0;color:var(--link)}
.row{display:flex;gap:4px;margin-top:4px;width:min(88%,480px)}.button{flex:1 1 0;min-width:0;text-align:center;background:var(--button);color:#fff;border-radius:8px;padding:9px 5px;font-size:14px;font-weight:bold}
.button span{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.danger{background:var(--danger)}.primary{background:var(--primary)}
`

const discordStyle = `
.post{display:flex;gap:12px;margin-top:12px}.face{width:40px;height:40px;border-radius:50%;background:#c9a22755;flex:none;text-align:center;line-height:40px}.body{min-width:0;max-width:520px;flex:1}
.name{font-weight:bold}.app{background:#5865f2;color:#fff;font-size:10px;border-radius:3px;padding:1px 4px;margin:0 5px}.when{color:var(--faint);font-size:12px}
.words{overflow-wrap:anywhere}.embed{background:var(--bubble);border-inline-start:4px solid #c9a227;border-radius:4px;padding:10px 12px;margin-top:5px;overflow-wrap:anywhere;font-size:15px}
.title{font-weight:bold;margin-bottom:5px;color:var(--link)}.title.plain{color:var(--ink)}.thumb{float:inline-end;width:72px;height:72px;border-radius:4px;overflow:hidden;margin:0 0 6px 8px}.thumb svg{height:72px;width:72px}.gallery svg{height:150px;width:100%;border-radius:6px}
.field{margin-top:9px;font-size:14px}.footer{color:var(--faint);font-size:12px;margin-top:9px;clear:both}.moment{background:var(--moment);border-radius:3px;padding:0 2px}.role{background:#5865f233;color:var(--link);border-radius:3px;padding:0 2px}
small{display:block;color:var(--faint);font-size:12px}h3{margin:0;font-size:18px}.quote{border-inline-start:4px solid var(--quote);padding-inline-start:9px}hr{border:0;border-top:1px solid #8884}
code,pre{background:#8882;border-radius:3px;font:13px "DejaVu Sans Mono",monospace;white-space:pre-wrap;margin:0}
.row{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}.button{background:var(--button);color:var(--buttonink);border-radius:8px;padding:7px 12px;font-size:14px}.style4{background:#da373c;color:#fff}.style1{background:#5865f2;color:#fff}
.menu{background:#8882;border-radius:6px;padding:8px 12px;font-size:14px;flex:1}
`

// markCut outlines the buttons whose labels do not fit.
const markCut = `<script>for(const b of document.querySelectorAll('.row .button > span'))if(b.scrollWidth>b.clientWidth)b.parentElement.classList.add('cut')</script>`

// harbour stands for every picture.
const harbour = `<svg viewBox="0 0 400 190" preserveAspectRatio="xMidYMid slice"><rect width="400" height="190" fill="#c2a48e"/><rect y="135" width="400" height="55" fill="#44688c"/><path d="M0 105H400V114H0z" fill="#333f4f"/><path d="M40 135V60M40 60L0 105M40 60L130 105M200 135V60M200 60L110 105M200 60L290 105M360 135V60M360 60L270 105" stroke="#333f4f" stroke-width="5" fill="none"/><path d="M232 150h86l-12 16h-62z" fill="#b5442e"/></svg>`
