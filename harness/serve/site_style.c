/* SPDX-License-Identifier: MIT */
/* The look of the site: that of the reports, and what lists need. */
#include "harness/serve/site_private.h"

#include <stdlib.h>

#include "harness/report/html_private.h"

/* clang-format off */
static const char style[] =
	"nav{display:flex;gap:6px 18px;flex-wrap:wrap;align-items:baseline;"
	"padding:10px 16px;border-bottom:1px solid var(--rule);"
	"background:var(--panel)}"
	"nav a{color:var(--dim);text-decoration:none}"
	"nav a:hover{color:var(--ink)}"
	"nav .brand{font-weight:700;color:var(--ink)}\n"
	"main{max-width:1400px}"
	"main a{color:var(--ok);text-decoration:none}"
	"main a:hover{text-decoration:underline}"
	"h1.plain{text-transform:none;font-size:1.7em;margin:.2em 0}"
	"#trail{color:var(--dim);overflow-wrap:anywhere}\n"
	".chip.unjudged{color:var(--dim);border-color:var(--dim)}"
	".chip.running{color:var(--ok);border-color:var(--ok)}"
	"header.running{border-left-color:var(--ok)}"
	"header.running h1{color:var(--ok)}"
	"header.unjudged{border-left-color:var(--dim)}"
	"header.unjudged h1{color:var(--dim)}\n"
	".tag{display:inline-block;padding:0 7px;border-radius:4px;"
	"font-size:.85em;font-weight:400;background:var(--bg);"
	"border:1px solid var(--rule);margin:0 2px 2px 0}"
	".tag.bad{color:var(--bad);border-color:var(--bad)}\n"
	"#runs{width:100%;background:var(--panel);"
	"border:1px solid var(--rule);border-radius:8px;"
	"border-collapse:separate;border-spacing:0}"
	"#runs th,#runs td{padding:7px 10px}"
	"#runs tbody tr:last-child td{border-bottom:0}"
	"#runs tbody tr:hover{background:var(--bg)}"
	"#runs .pick{padding-right:0;width:30px}"
	"#runs .pick input{min-height:0;width:17px;height:17px;margin:2px}"
	"#runs .faults{white-space:normal;min-width:90px}"
	"#runs .why{min-width:18em}#runs .unit{display:none}"
	"#runs .when,#runs .n{font-variant-numeric:tabular-nums}\n"
	"a.button{display:inline-block;border:1px solid var(--rule);"
	"border-radius:6px;background:var(--panel);padding:6px 14px;"
	"margin:0 6px 6px 0}.links{margin:1em 0}"
	"button{cursor:pointer}select{max-width:16em}"
	"details[open] .short{display:none}"
	"#live-operations th:not(:first-child),#runs th:nth-child(n+7)"
	"{text-align:right}"
	".bar{position:sticky;bottom:0;background:var(--bg);padding:8px 0}"
	".pages{font-variant-numeric:tabular-nums}"
	"code{font-size:.92em}\n"
	".diff{width:100%;table-layout:fixed}"
	".diff th:first-child{width:24%}.diff th:last-child{width:11%}"
	".diff td{white-space:normal;overflow-wrap:anywhere}"
	".diff .same td{color:var(--dim)}"
	".diff .differs .name{font-weight:600}"
	".diff .side{white-space:normal;overflow-wrap:anywhere}"
	".diff td.text{min-width:0}"
	"h2 small{font-weight:400;font-size:.75em}"
	".halves{display:grid;grid-template-columns:1fr 1fr;gap:0 24px}"
	".half{min-width:0}.half h3{overflow-wrap:anywhere}\n"
	"#live{background:var(--panel);border:1px solid var(--rule);"
	"border-radius:8px;padding:0 18px 12px;margin:1em 0}"
	"#live h2{margin-top:.8em}#live canvas{height:170px;cursor:default}"
	"#live-faults .tag{font-size:1em;color:var(--bad);"
	"border-color:var(--bad)}"
	"#live-log{max-height:14em;overflow:auto}"
	".legend .ok i,.legend .fail i,.legend .info i{display:inline-block;"
	"width:10px;height:10px;border-radius:2px;margin-right:5px;"
	"background:var(--c)}\n";

static const char matrix_and_phone[] =
	".matrix{border-collapse:separate;border-spacing:3px;min-width:0}"
	".matrix th{border:0;padding:2px 8px;vertical-align:middle}"
	".matrix td{border:0;padding:0;vertical-align:top}"
	".cell{display:block;min-width:52px;min-height:34px;padding:6px 8px;"
	"border-radius:5px;border:2px solid var(--c,var(--rule));"
	"font-size:.85em;text-align:center;color:var(--c,var(--dim));"
	"background:var(--panel);white-space:nowrap}"
	".cell.valid{--c:var(--good)}.cell.invalid{--c:var(--bad)}"
	".cell.unknown,.cell.trouble,.cell.interrupted{--c:var(--odd)}"
	".cell.running{--c:var(--ok);border-style:dashed}"
	".cell.done{background:color-mix(in srgb,var(--c) 14%,var(--panel))}"
	".cell.unexpected{border-width:4px;font-weight:700}"
	"main a.cell:hover{text-decoration:none;filter:brightness(1.1)}\n"
	"@media(max-width:700px){"
	"#runs,#runs tbody{display:block;border:0;background:none}"
	"#runs thead{display:none}"
	"#runs tr{display:grid;grid-template-columns:auto auto 1fr auto;"
	"gap:2px 10px;background:var(--panel);border:1px solid var(--rule);"
	"border-radius:8px;padding:8px 10px;margin:0 0 8px}"
	"#runs tbody td{padding:0;border:0;white-space:normal}"
	"#runs .when{grid-column:3/5;text-align:right}"
	"#runs .what{grid-column:1/5;font-weight:600}"
	"#runs .faults,#runs .why{grid-column:1/5;min-width:0}"
	"#runs .ops{grid-column:1/4;text-align:left;color:var(--dim)}"
	"#runs .unit{display:inline}#runs .share{display:none}"
	"#runs .rate{color:var(--dim)}"
	"#runs td:empty{display:none}"
	"#filter select,#filter input{flex:1 1 40%;min-width:0;max-width:none}"
	"#compare input[list]{width:100%}"
	"#campaigns td{white-space:normal}"
	".halves{grid-template-columns:1fr}"
	".matrix th[scope=row]{white-space:normal;min-width:96px;"
	"padding:2px 4px}.cell{white-space:normal;min-width:78px}"
	".diff{font-size:.9em}.diff th:first-child{width:30%}"
	".diff th:last-child{width:16%}}\n";
/* clang-format on */

void answer_style(struct reply *reply)
{
	FILE *out = open_memstream(&reply->text, &reply->length);

	if (!out)
		abort();
	for (size_t i = 0; html_style[i]; i++)
		fputs(html_style[i], out);
	fputs(style, out);
	fputs(matrix_and_phone, out);
	if (fclose(out) != 0)
		abort();
	reply->status = 200;
	reply->type = "text/css; charset=utf-8";
}
