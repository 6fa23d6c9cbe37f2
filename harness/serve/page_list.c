/* SPDX-License-Identifier: MIT */
/* The list of runs. */
#include "harness/serve/site_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/json.h"

#define ROWS 100
#define ROWS_MAX 10000
#define ANOMALIES_SHOWN 4

/* A choice of the filter. */
struct choice {
	const char *name; /* in the query */
	const char *all;
	enum run_facet_kind kind;
};

static const struct choice choices[] = {
	{ "target", "any target", FACET_TARGET },
	{ "workload", "any workload", FACET_WORKLOAD },
	{ "fault", "any fault", FACET_FAULT },
	{ "verdict", "any verdict", FACET_STATE },
	{ "anomaly", "any anomaly", FACET_ANOMALY },
};

#define CHOICE_COUNT (sizeof(choices) / sizeof(*choices))

struct listing {
	const struct runs *runs;
	struct run_filter filter;
	size_t limit;
	size_t page;
	size_t matching;
	const struct run_summary **rows; /* of this page */
	size_t row_count;
};

static size_t number_of(const struct request *request, const char *name,
			size_t fallback, size_t max)
{
	const char *text = request_query(request, name);
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || number == 0)
		return fallback;
	return number < max ? number : max;
}

static void listing_make(struct listing *listing, const struct runs *runs,
			 const struct request *request)
{
	size_t first;

	*listing = (struct listing){
		.runs = runs,
		.filter = {
			.target = request_query(request, "target"),
			.workload = request_query(request, "workload"),
			.fault = request_query(request, "fault"),
			.state = request_query(request, "verdict"),
			.anomaly = request_query(request, "anomaly"),
			.text = request_query(request, "q"),
		},
		.limit = number_of(request, "limit", ROWS, ROWS_MAX),
		.page = number_of(request, "page", 1, 1000000),
	};
	first = (listing->page - 1) * listing->limit;
	listing->rows = arena_array(request->arena, listing->limit,
				    sizeof(*listing->rows));
	for (size_t i = 0; i < runs->count; i++) {
		if (!run_matches(&runs->items[i], &listing->filter))
			continue;
		if (listing->matching++ >= first &&
		    listing->row_count < listing->limit)
			listing->rows[listing->row_count++] = &runs->items[i];
	}
}

static void write_choice(struct sheet *sheet, const struct runs *runs,
			 const struct choice *choice, const char *chosen)
{
	size_t count;
	const struct run_facet *facets =
		runs_facets(runs, choice->kind, &count, sheet->arena);

	fprintf(sheet->out,
		"<select name=\"%s\" id=\"filter-%s\" aria-label=\"%s\">"
		"<option value=\"\">%s</option>",
		choice->name, choice->name, choice->name, choice->all);
	for (size_t i = 0; i < count; i++) {
		fputs("<option value=\"", sheet->out);
		sheet_text(sheet, facets[i].value);
		fprintf(sheet->out, "\"%s>",
			strcmp(facets[i].value, chosen) == 0 ? " selected=\"\""
							     : "");
		sheet_cut(sheet, facets[i].value, 40);
		fprintf(sheet->out, " (%zu)</option>", facets[i].count);
	}
	fputs("</select>\n", sheet->out);
}

static void write_filter(struct sheet *sheet, const struct listing *listing,
			 const struct request *request)
{
	fputs("<form id=\"filter\" class=\"controls\" action=\"/\" "
	      "role=\"search\">\n",
	      sheet->out);
	for (size_t i = 0; i < CHOICE_COUNT; i++)
		write_choice(sheet, listing->runs, &choices[i],
			     request_query(request, choices[i].name));
	fputs("<input type=\"search\" name=\"q\" id=\"filter-q\" "
	      "placeholder=\"text\" aria-label=\"text\" value=\"",
	      sheet->out);
	sheet_text(sheet, request_query(request, "q"));
	fputs("\"/>\n<button id=\"filter-go\">filter</button>\n"
	      "<a id=\"filter-reset\" href=\"/\">reset</a>\n</form>\n",
	      sheet->out);
}

/* A link to a page of the same list. */
static void write_page_link(struct sheet *sheet, const struct request *request,
			    const char *id, size_t page, const char *text)
{
	fprintf(sheet->out, "<a id=\"%s\" href=\"/?page=%zu", id, page);
	for (const struct query *q = request->first; q; q = q->next) {
		if (*q->value == '\0' || strcmp(q->name, "page") == 0)
			continue;
		fprintf(sheet->out, "&amp;%s=%s",
			url_value(sheet->arena, q->name),
			url_value(sheet->arena, q->value));
	}
	fprintf(sheet->out, "\">%s</a> ", text);
}

static void write_anomalies(struct sheet *sheet, const struct run_summary *run)
{
	for (size_t i = 0; i < run->anomaly_count && i < ANOMALIES_SHOWN; i++) {
		fputs("<b class=\"tag bad\">", sheet->out);
		sheet_cut(sheet, run->anomalies[i].name, 40);
		if (run->anomalies[i].count > 1)
			fprintf(sheet->out, " ×%zu", run->anomalies[i].count);
		fputs("</b> ", sheet->out);
	}
	if (run->anomaly_count > ANOMALIES_SHOWN)
		fprintf(sheet->out, "<span class=\"dim\">and %zu more</span> ",
			run->anomaly_count - ANOMALIES_SHOWN);
}

static void write_faults(struct sheet *sheet, const struct run_summary *run)
{
	if (run->fault_count == 0)
		fputs("<span class=\"dim\">no faults</span>", sheet->out);
	for (size_t i = 0; i < run->fault_count; i++) {
		fputs("<span class=\"tag\">", sheet->out);
		sheet_cut(sheet, run->faults[i], 30);
		fputs("</span> ", sheet->out);
	}
}

static void write_subject(struct sheet *sheet, const struct run_summary *run)
{
	if (*run->workload == '\0' && *run->target == '\0') {
		sheet_cut(sheet, run->path, 60);
		return;
	}
	sheet_cut(sheet, run->workload, 40);
	fputs(" <span class=\"dim\">on</span> ", sheet->out);
	sheet_cut(sheet, run->target, 40);
}

static void write_figures(struct sheet *sheet, const struct run_summary *run)
{
	struct arena *arena = sheet->arena;

	fputs("<td class=\"n ops\">", sheet->out);
	if (run->ops > 0)
		fprintf(sheet->out, "%s<span class=\"unit\"> ops</span>",
			shown_count(arena, run->ops));
	fputs("</td><td class=\"n rate\">", sheet->out);
	if (run->rate > 0)
		fprintf(sheet->out, "%s/s",
			shown_count(arena, (uint64_t)(run->rate + 0.5)));
	fputs("</td><td class=\"n share\">", sheet->out);
	if (run->availability >= 0)
		fprintf(sheet->out, "%.1f %%", 100 * run->availability);
	fputs("</td>", sheet->out);
}

static void write_row(struct sheet *sheet, const struct run_summary *run)
{
	const char *state = run_state_name(run->state);

	fprintf(sheet->out,
		"<tr class=\"run-row\" data-verdict=\"%s\" "
		"data-run=\"",
		state);
	sheet_text(sheet, run->path);
	fputs("\"><td class=\"pick\"><input type=\"checkbox\" name=\"run\" "
	      "aria-label=\"compare\" value=\"",
	      sheet->out);
	sheet_text(sheet, run->path);
	fputs("\"/></td><td class=\"state\">", sheet->out);
	sheet_chip(sheet, state);
	fprintf(sheet->out,
		"</td><td class=\"when\"><a class=\"run-link\" "
		"href=\"/runs/%s/\">",
		url_path(sheet->arena, run->path));
	sheet_cut(sheet, shown_time(sheet->arena, run->time), 60);
	fputs("</a></td><td class=\"what\">", sheet->out);
	write_subject(sheet, run);
	fputs("</td><td class=\"faults\">", sheet->out);
	write_faults(sheet, run);
	fputs("</td><td class=\"text why\">", sheet->out);
	write_anomalies(sheet, run);
	sheet_cut(sheet, run->reason, 140);
	fputs("</td>", sheet->out);
	write_figures(sheet, run);
	fputs("</tr>\n", sheet->out);
}

static void write_pages(struct sheet *sheet, const struct listing *listing,
			const struct request *request)
{
	size_t pages =
		(listing->matching + listing->limit - 1) / listing->limit;

	fputs("<p class=\"pages\">", sheet->out);
	if (listing->page > 1)
		write_page_link(sheet, request, "newer", listing->page - 1,
				"newer");
	if (pages > 1)
		fprintf(sheet->out, "<span id=\"page\">page %zu of %zu</span> ",
			listing->page, pages);
	if (listing->page < pages)
		write_page_link(sheet, request, "older", listing->page + 1,
				"older");
	fputs("</p>\n", sheet->out);
}

static void write_table(struct sheet *sheet, const struct listing *listing,
			const struct request *request)
{
	fputs("<form id=\"compare\" action=\"/compare\">\n"
	      "<div class=\"wide\"><table id=\"runs\"><thead><tr>"
	      "<th></th><th>verdict</th><th>begun (UTC)</th><th>what</th>"
	      "<th>faults</th><th>anomalies, reason</th><th>operations</th>"
	      "<th>rate</th><th>answered</th></tr></thead><tbody>\n",
	      sheet->out);
	for (size_t i = 0; i < listing->row_count; i++)
		write_row(sheet, listing->rows[i]);
	fputs("</tbody></table></div>\n", sheet->out);
	write_pages(sheet, listing, request);
	fputs("<p class=\"bar\"><button id=\"compare-go\">compare the two "
	      "chosen</button> <span id=\"compare-hint\" class=\"dim\">choose "
	      "two runs</span></p></form>\n",
	      sheet->out);
}

void page_list(struct site *site, const struct request *request,
	       struct reply *reply)
{
	const struct runs *runs = runs_take(site->index);
	struct listing listing;
	struct sheet sheet;

	listing_make(&listing, runs, request);
	sheet_open(&sheet, reply, request->arena, "Ordeal: runs");
	fprintf(sheet.out,
		"<h1 class=\"plain\">Runs</h1>\n<p id=\"count\">"
		"<b id=\"matching\">%s</b> of <span id=\"total\">%s</span> "
		"runs</p>\n",
		shown_count(sheet.arena, listing.matching),
		shown_count(sheet.arena, runs->count));
	write_filter(&sheet, &listing, request);
	if (runs->count == 0)
		fputs("<p id=\"none\">There are no runs in this store yet: "
		      "<code>ordeal run --target memory</code> makes one."
		      "</p>\n",
		      sheet.out);
	else if (listing.row_count == 0)
		fputs("<p id=\"none\">No run is like that.</p>\n", sheet.out);
	else
		write_table(&sheet, &listing, request);
	sheet_close(&sheet);
	runs_give_back(site->index, runs);
}

static json_t *run_json(const struct run_summary *run)
{
	json_t *object = json_object();
	json_t *faults = json_array();
	json_t *anomalies = json_object();

	json_object_set_new(object, "run", json_text(run->path));
	json_object_set_new(object, "verdict",
			    json_string(run_state_name(run->state)));
	json_object_set_new(object, "target", json_text(run->target));
	json_object_set_new(object, "workload", json_text(run->workload));
	json_object_set_new(object, "seed", json_text(run->seed));
	json_object_set_new(object, "reason", json_text(run->reason));
	for (size_t i = 0; i < run->fault_count; i++)
		json_array_append_new(faults, json_text(run->faults[i]));
	for (size_t i = 0; i < run->anomaly_count; i++)
		json_object_set_new(
			anomalies, run->anomalies[i].name,
			json_integer((json_int_t)run->anomalies[i].count));
	json_object_set_new(object, "faults", faults);
	json_object_set_new(object, "anomalies", anomalies);
	json_object_set_new(object, "operations",
			    json_integer((json_int_t)run->ops));
	json_object_set_new(object, "rate", json_number(run->rate));
	if (run->availability >= 0)
		json_object_set_new(object, "availability",
				    json_number(run->availability));
	return object;
}

void answer_list_json(struct site *site, const struct request *request,
		      struct reply *reply)
{
	const struct runs *runs = runs_take(site->index);
	json_t *list = json_array();
	json_t *document = json_object();
	struct listing listing;

	listing_make(&listing, runs, request);
	for (size_t i = 0; i < listing.row_count; i++)
		json_array_append_new(list, run_json(listing.rows[i]));
	json_object_set_new(document, "total",
			    json_integer((json_int_t)runs->count));
	json_object_set_new(document, "matching",
			    json_integer((json_int_t)listing.matching));
	json_object_set_new(document, "runs", list);
	runs_give_back(site->index, runs);
	reply->status = 200;
	reply->type = "application/json";
	reply->text = json_pretty(document);
	reply->length = strlen(reply->text);
	json_decref(document);
}
