/* SPDX-License-Identifier: MIT */
/* The look of a page: the reader's theme, any width, paper. */
#include "harness/report/html_private.h"
#include "harness/report/palette.h"

#define PALETTE_LIGHT(name, light, dark) "--" #name ":" light ";"
#define PALETTE_DARK(name, light, dark) "--" #name ":" dark ";"

/* clang-format off */
#define LIGHT PALETTE(PALETTE_LIGHT) "--shade:.1;"
#define DARK PALETTE(PALETTE_DARK) "--shade:.14;"

#define TEXT_RULES                                                           \
	"*{box-sizing:border-box}"                                           \
	"body{margin:0;background:var(--bg);color:var(--ink);"               \
	"font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,"         \
	"\"Helvetica Neue\",\"DejaVu Sans\",sans-serif;"                     \
	"-webkit-text-size-adjust:100%}\n"                                   \
	"main{max-width:1080px;margin:0 auto;padding:16px}"                  \
	"h1{font-size:2.4em;line-height:1.1;margin:0 0 .2em;"                \
	"text-transform:uppercase;letter-spacing:.02em}"                     \
	"h2{font-size:1.25em;margin:2em 0 .6em;border-bottom:1px solid "     \
	"var(--rule);padding-bottom:.25em}"                                  \
	"h3{font-size:1.05em;margin:1.4em 0 .4em}"                           \
	"h3 small,.dim{color:var(--dim);fill:var(--dim);font-weight:400}\n"   \
	"p{margin:.4em 0}"                                                   \
	"pre{font:12.5px/1.5 ui-monospace,\"SF Mono\",Menlo,Consolas,"       \
	"\"DejaVu Sans Mono\",monospace;background:var(--bg);"               \
	"border:1px solid var(--rule);border-radius:6px;padding:10px 12px;"  \
	"overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}"       \
	"summary{cursor:pointer;color:var(--dim);padding:4px 0}"             \
	".meaning{white-space:pre-line}"                                     \
	"footer{margin:3em 0 1em;color:var(--dim);font-size:.85em}\n"

#define VERDICT_RULES                                                        \
	"header{background:var(--panel);border:1px solid var(--rule);"       \
	"border-left:8px solid var(--odd);border-radius:8px;"                \
	"padding:16px 20px}"                                                 \
	"header.valid{border-left-color:var(--good)}"                        \
	"header.invalid{border-left-color:var(--bad)}"                       \
	"header h1{color:var(--odd)}"                                        \
	"header.valid h1{color:var(--good)}"                                 \
	"header.invalid h1{color:var(--bad)}\n"                              \
	".subject{font-weight:600;margin:0 0 .5em}"                          \
	".run{color:var(--dim);font-weight:400;font-size:.85em;"             \
	"overflow-wrap:anywhere}"                                            \
	".reason{font-size:1.1em;overflow-wrap:anywhere}"                    \
	".facts{list-style:none;display:flex;flex-wrap:wrap;gap:4px 22px;"   \
	"margin:.8em 0 0;padding:0;color:var(--dim)}"                        \
	".facts b{color:var(--ink)}\n"                                       \
	".chip{display:inline-block;padding:0 8px;border-radius:10px;"       \
	"font-size:.85em;font-weight:600;border:1px solid var(--odd);"       \
	"color:var(--odd)}"                                                  \
	".chip.valid{color:var(--good);border-color:var(--good)}"            \
	".chip.invalid{color:var(--bad);border-color:var(--bad)}\n"

#define TABLE_RULES                                                          \
	".wide{overflow-x:auto}"                                             \
	"table{border-collapse:collapse;min-width:min(100%,420px)}"          \
	"th,td{text-align:left;padding:4px 14px 4px 0;vertical-align:top;"   \
	"border-bottom:1px solid var(--rule);white-space:nowrap}"            \
	"th{color:var(--dim);font-weight:500;font-size:.85em}"               \
	"td.text{white-space:normal;overflow-wrap:anywhere;"                 \
	"min-width:14em}\n"                                                  \
	"td.n{font-variant-numeric:tabular-nums;text-align:right}"           \
	"td i,.legend i{display:inline-block;width:10px;height:10px;"        \
	"border-radius:2px;margin-right:6px;background:var(--c,var(--dim))}" \
	".meter{display:inline-block;width:64px;height:8px;margin-left:8px;" \
	"background:var(--rule);border-radius:4px;overflow:hidden}"          \
	".meter i{display:block;height:8px;margin:0;border-radius:0;"        \
	"background:var(--ok)}\n"                                            \
	".anomaly{background:var(--panel);border:1px solid var(--rule);"     \
	"border-radius:8px;padding:2px 18px 6px;margin:0 0 12px;"           \
	"overflow-wrap:anywhere}"                                            \
	".anomaly>summary{color:var(--ink);padding:8px 0}"                   \
	".anomaly>summary b{color:var(--bad);font-size:1.05em}"              \
	"a.op{color:var(--ok)}\n"

#define COLOUR_RULES                                                         \
	".ok{--c:var(--ok)}.info,.open{--c:var(--info)}"                     \
	".fail{--c:var(--fail)}"                                             \
	".f0{--c:var(--f0)}.f1{--c:var(--f1)}.f2{--c:var(--f2)}"             \
	".f3{--c:var(--f3)}.f4{--c:var(--f4)}.f5{--c:var(--f5)}"             \
	".o0{--c:var(--ok)}.o1{--c:var(--info)}.o2{--c:var(--good)}"         \
	".o3{--c:var(--fail)}.o4{--c:var(--f3)}.o5{--c:var(--dim)}"          \
	".l0{--c:var(--good)}.l1{--c:#a9b83c}.l2{--c:#dba428}"               \
	".l3{--c:#df6f2b}.l4{--c:var(--bad)}"                                \
	".p50,.p95,.p99{--c:var(--ink)}\n"

#define PLOT_RULES                                                           \
	"figure{margin:1em 0}"                                               \
	"figcaption{color:var(--dim);font-size:.9em}"                        \
	".plot figcaption b{color:var(--ink);margin-right:14px}"             \
	".legend{display:inline-flex;flex-wrap:wrap;gap:0 12px}"             \
	".legend .p95,.legend .p99,.legend .p50{height:0;border-radius:0;"   \
	"background:none;border-top:2px solid var(--ink);width:16px;"        \
	"vertical-align:middle}"                                             \
	".legend .p95{border-top-style:dashed}"                              \
	".legend .p99{border-top-style:dotted}\n"                            \
	".frame{position:relative;margin:24px 6px 26px 62px}"                \
	".frame svg{position:absolute;inset:0;width:100%;height:100%;"       \
	"overflow:visible}"                                                  \
	".frame span{position:absolute;font-size:11.5px;line-height:14px;"   \
	"color:var(--dim);white-space:nowrap}"                               \
	".frame .y{right:100%;padding-right:7px;transform:translateY(50%)}"  \
	".frame .row{max-width:62px;overflow:hidden;text-overflow:ellipsis}" \
	".frame .x{top:100%;padding-top:4px;transform:translateX(-50%)}"     \
	".frame .x.end{transform:"                                           \
	"translateX(min(-50%,calc(-100% + 14px)))}\n"                        \
	".frame .n{top:0;padding-left:3px;font-size:10.5px}"                 \
	".frame .n.end{transform:translateX(-100%);padding-right:3px}\n"     \
	".leader{fill:none;stroke:var(--ink);stroke-width:1;"                \
	"stroke-opacity:.6;stroke-dasharray:1 3}"                            \
	".frame .b{bottom:100%;overflow:hidden;color:var(--c);"              \
	"border-bottom:3px solid var(--c);padding-bottom:1px;"               \
	"text-overflow:clip;font-size:10.5px}"                               \
	".frame .b:is(.absent,.unknown,.skipped){border-bottom-style:dotted}"\
	"svg path,svg rect,svg line{vector-effect:non-scaling-stroke}"       \
	".grid{fill:none;stroke:var(--rule);stroke-width:1}"                 \
	".phase{fill:none;stroke:var(--dim);stroke-width:1;"                 \
	"stroke-dasharray:3 3}"                                              \
	".band{fill:var(--c);fill-opacity:var(--shade)}\n"                   \
	".area{fill:var(--c);fill-opacity:.75}"                              \
	".line{fill:none;stroke:var(--c);stroke-width:1.6;"                  \
	"stroke-linecap:round;stroke-linejoin:round}"                        \
	".line.p95{stroke-dasharray:5 3}.line.p99{stroke-dasharray:1.5 3}"   \
	".dots{fill:none;stroke:var(--c);stroke-width:2.2;"                  \
	"stroke-linecap:round;stroke-opacity:.55}"                           \
	".dots.few{stroke-width:5;stroke-opacity:.75}"                       \
	".level{fill:var(--c)}\n"

#define DRAWING_RULES                                                        \
	".excerpt{display:grid;grid-template-columns:auto 1fr;gap:0 10px}"   \
	".excerpt figcaption{grid-column:1/3}"                               \
	".rows{font-size:11.5px;line-height:1.35;color:var(--dim);"          \
	"white-space:nowrap}"                                                \
	".rows div{overflow:hidden}"                                         \
	".excerpt svg{overflow:visible;min-width:0}"                         \
	"svg text{font-size:12.5px;fill:var(--ink)}\n"                       \
	".bar{fill:var(--c);fill-opacity:.8}"                                \
	".bar.open,.bar.info{fill-opacity:.35;stroke:var(--c);"              \
	"stroke-dasharray:4 3}"                                              \
	".bar.stuck{fill:var(--bad);fill-opacity:1}"                         \
	".stuck-span{fill:var(--bad);fill-opacity:.09}"                      \
	".stuck{color:var(--bad)}svg .stuck{fill:var(--bad)}\n"              \
	".cycle svg{width:100%;max-width:520px;height:auto;display:block}"   \
	".node{fill:var(--panel);stroke:var(--ink);stroke-width:2}"          \
	"svg .name{font-weight:600}.cycle .name{font-size:15px}"             \
	".edge{fill:none;stroke:var(--dim);stroke-width:2}"                  \
	"marker path{fill:var(--dim)}"                                       \
	"svg .edge-label{font-weight:600;font-size:14px;"                    \
	"paint-order:stroke;stroke:var(--panel);stroke-width:5px}"           \
	"svg .key{font-weight:400}"                                          \
	"svg text.dim{fill:var(--dim)}\n"

#define TIMELINE_RULES                                                       \
	".controls{display:flex;flex-wrap:wrap;gap:6px;align-items:center;"  \
	"margin:.4em 0}.gap{flex:1}"                                         \
	"button,select,input{font:inherit;color:var(--ink);"                 \
	"background:var(--panel);border:1px solid var(--rule);"              \
	"border-radius:5px;padding:3px 10px;min-height:32px}\n"              \
	"canvas{display:block;width:100%;background:var(--panel);"           \
	"border:1px solid var(--rule);border-radius:6px;"                    \
	"touch-action:pan-y;cursor:grab}"                                    \
	"#detail{overflow-wrap:anywhere;min-height:3em;color:var(--dim)}"    \
	"#detail a{color:var(--ok)}\n"

#define PAPER_RULES                                                          \
	"@media(max-width:600px){body{font-size:14px}main{padding:10px}"     \
	"h1{font-size:1.8em}header{padding:12px 14px}"                       \
	".anomaly{padding:2px 12px 10px}.frame{margin-left:52px}"            \
	"th,td{padding-right:10px}svg text{font-size:11px}}\n"               \
	"@media print{body{background:#fff;font-size:11px}"                  \
	"main{max-width:none;padding:0}"                                     \
	".wide{overflow:visible}figure,tr{break-inside:avoid}"       \
	".screen{display:none}*{print-color-adjust:exact;"                   \
	"-webkit-print-color-adjust:exact}}\n"

/* clang-format on */

const char *const html_style[] = {
	":root{color-scheme:light dark;" LIGHT "}\n",
	"@media screen and (prefers-color-scheme:dark){:root{" DARK "}}\n",
	TEXT_RULES,
	VERDICT_RULES,
	TABLE_RULES,
	COLOUR_RULES,
	PLOT_RULES,
	DRAWING_RULES,
	TIMELINE_RULES,
	PAPER_RULES,
	NULL,
};
