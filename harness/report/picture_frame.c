/* SPDX-License-Identifier: MIT */
#include "harness/report/picture_frame.h"

#include <stdbool.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/report/palette.h"
#include "harness/report/text.h"

#define TITLE_POINTS 60
#define CAPTION_POINTS 70

struct colour {
	const char *name;
	const char *light;
	const char *dark;
};

#define COLOUR(name, light, dark) { #name, light, dark },
static const struct colour colours[] = { PALETTE(COLOUR) };

/* clang-format off */
/* "$name" is a colour. */
static const char colour_rules[] =
	"text{fill:$ink}.dim,.x,.y,.legend,.caption,.n{fill:$dim}"
	".paper{fill:$panel;stroke:$rule}.grid{stroke:$rule}"
	".phase,.edge{stroke:$dim}.leader{stroke:$ink}"
	".node{fill:$panel;stroke:$ink}"
	"marker path{fill:$dim}.edge-label{stroke:$panel}"
	".p50,.p95,.p99{color:$ink}.ok,.o0{color:$ok}"
	".info,.open,.o1{color:$info}.fail,.o3{color:$fail}"
	".o2,.l0{color:$good}.o4,.f3{color:$f3}.o5{color:$dim}.f0{color:$f0}"
	".f1{color:$f1}.f2{color:$f2}.f4{color:$f4}.f5{color:$f5}"
	".stuck,.stuck-span,.l4{color:$bad}.l1{color:#a9b83c}.l2{color:#dba428}"
	".l3{color:#df6f2b}";

static const char shape_rules[] =
	"text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,"
	"'Helvetica Neue','DejaVu Sans',sans-serif}"
	".title{font-size:18px;font-weight:600}.y{text-anchor:end}"
	".x,.edge-label,.name.mid{text-anchor:middle}"
	".caption{text-anchor:end}.sign,.bn,.stuck{fill:currentColor}"
	".bn{font-size:11px}.b{stroke:currentColor;stroke-width:3}"
	".b.absent,.b.unknown{stroke-dasharray:2 3}"
	".grid,.phase,.line,.dots,.edge{fill:none}"
	".phase{stroke-dasharray:3 3}.n{font-size:11px}"
	".leader{fill:none;stroke-opacity:.6;stroke-dasharray:1 3}"
	".band{fill:currentColor;fill-opacity:.11}"
	".area{fill:currentColor;fill-opacity:.75}"
	".line{stroke:currentColor;stroke-width:1.6;stroke-linecap:round;"
	"stroke-linejoin:round}.line.p95{stroke-dasharray:5 3}"
	".line.p99{stroke-dasharray:1.5 3}"
	".dots{stroke:currentColor;stroke-width:2.2;stroke-linecap:round;"
	"stroke-opacity:.55}.dots.few{stroke-width:5;stroke-opacity:.75}"
	".level{fill:currentColor}.bar{fill:currentColor;fill-opacity:.8}"
	".bar.open,.bar.info{fill-opacity:.35;stroke:currentColor;"
	"stroke-dasharray:4 3}.bar.stuck{fill-opacity:1}"
	".stuck-span{fill:currentColor;fill-opacity:.09}"
	".node,.edge{stroke-width:2}.name{font-weight:600}"
	".edge-label{font-weight:600;font-size:14px;paint-order:stroke;"
	"stroke-width:5px}.key{font-weight:400}";
/* clang-format on */

static const struct colour *find_colour(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++) {
		if (strlen(colours[i].name) == length &&
		    memcmp(colours[i].name, name, length) == 0)
			return &colours[i];
	}
	return &colours[0];
}

static void write_colours(FILE *out, bool is_dark)
{
	const char *at = colour_rules;
	const char *next = strchr(at, '$');

	for (; next; next = strchr(at, '$')) {
		size_t length = strcspn(next + 1, ";}");
		const struct colour *colour = find_colour(next + 1, length);

		fprintf(out, "%.*s%s", (int)(next - at), at,
			is_dark ? colour->dark : colour->light);
		at = next + 1 + length;
	}
	fputs(at, out);
}

void picture_open(FILE *out, const char *title, const char *caption, int height)
{
	struct arena arena = { 0 };

	title = text_cut(&arena, text_shown(&arena, title, false),
			 TITLE_POINTS);
	title = text_xml(&arena, title);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
		"width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">"
		"<title>%s</title>\n<style>",
		PICTURE_WIDTH, height, PICTURE_WIDTH, height, title);
	fputs(shape_rules, out);
	write_colours(out, false);
	fputs("\n@media (prefers-color-scheme:dark){", out);
	write_colours(out, true);
	fprintf(out,
		"}</style>\n<rect class=\"paper\" x=\".5\" y=\".5\" "
		"width=\"%d\" height=\"%d\" rx=\"6\"/>\n"
		"<text class=\"title\" x=\"%d\" y=\"30\">%s</text>\n",
		PICTURE_WIDTH - 1, height - 1, PICTURE_MARGIN, title);
	if (caption)
		fprintf(out,
			"<text class=\"caption\" x=\"%d\" y=\"30\">%s</text>\n",
			PICTURE_WIDTH - PICTURE_MARGIN,
			text_xml(&arena,
				 text_cut(&arena,
					  text_shown(&arena, caption, false),
					  CAPTION_POINTS)));
	arena_release(&arena);
}
