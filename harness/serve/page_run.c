/* SPDX-License-Identifier: MIT */
/* A run: what came of it, and what is to be had of it. */
#include "harness/serve/site_private.h"

#include <string.h>
#include <unistd.h>

#include "harness/report/beneath.h"

#define ANOMALIES_SHOWN 50
#define RESULTS_BYTES_MAX ((size_t)64 << 20)

static void write_fact(struct sheet *sheet, const char *value, const char *what)
{
	if (*value == '\0')
		return;
	fputs("<li><b>", sheet->out);
	sheet_cut(sheet, value, 60);
	fprintf(sheet->out, "</b> %s</li>", what);
}

static void write_facts(struct sheet *sheet, const struct run_summary *run)
{
	struct arena *arena = sheet->arena;

	fputs("<ul class=\"facts\">", sheet->out);
	if (run->ops > 0)
		write_fact(sheet, shown_count(arena, run->ops), "operations");
	if (run->rate > 0)
		write_fact(sheet,
			   shown_count(arena, (uint64_t)(run->rate + 0.5)),
			   "a second");
	if (run->availability >= 0)
		write_fact(
			sheet,
			arena_printf(arena, "%.2f %%", 100 * run->availability),
			"answered");
	write_fact(sheet, shown_seconds(arena, run->seconds), "main phase");
	for (size_t i = 0; i < run->fault_count; i++)
		write_fact(sheet, run->faults[i], "");
	if (*run->seed)
		write_fact(sheet, arena_printf(arena, "seed %s", run->seed),
			   "");
	fputs("</ul>\n", sheet->out);
}

static void write_head(struct sheet *sheet, const struct run_summary *run)
{
	const char *state = run_state_name(run->state);

	fprintf(sheet->out,
		"<header id=\"verdict\" class=\"%s\" data-verdict=\"%s\">\n"
		"<p class=\"subject\">",
		state, state);
	sheet_cut(sheet, run->workload, 60);
	fputs(*run->workload && *run->target ? " on " : "", sheet->out);
	sheet_cut(sheet, run->target, 60);
	fputs(" <span class=\"run\">", sheet->out);
	sheet_cut(sheet, run->path, 200);
	fprintf(sheet->out, "</span></p>\n<h1>%s</h1>\n<p class=\"reason\">",
		state);
	if (run->state == RUN_UNJUDGED)
		fputs("This run has left no verdict. <code>ordeal check</code> "
		      "judges what it recorded.",
		      sheet->out);
	sheet_cut(sheet, run->reason, 1000);
	fputs("</p>\n", sheet->out);
	write_facts(sheet, run);
	fputs("</header>\n", sheet->out);
}

static bool is_there(const struct site *site, struct arena *arena,
		     const char *run, const char *name)
{
	struct stat status;
	int fd = beneath_open(site->root_fd,
			      arena_printf(arena, "%s/%s", run, name), &status);

	if (fd >= 0)
		close(fd);
	return fd >= 0 && S_ISREG(status.st_mode);
}

static void write_links(struct sheet *sheet, const struct site *site,
			const char *path)
{
	const char *url = url_path(sheet->arena, path);

	fputs("<p class=\"links\">", sheet->out);
	if (is_there(site, sheet->arena, path, "report.html"))
		fprintf(sheet->out,
			"<a class=\"button\" id=\"report\" "
			"href=\"/runs/%s/report.html\">report</a> ",
			url);
	fprintf(sheet->out,
		"<a class=\"button\" id=\"archive\" download=\"\" "
		"href=\"/archive/%s.tar.gz\">download all (tar.gz)</a> ",
		url);
	fprintf(sheet->out,
		"<a class=\"button\" id=\"compare-with\" "
		"href=\"/compare?a=%s\">compare with ...</a></p>\n",
		url_value(sheet->arena, path));
}

static void write_anomaly(struct sheet *sheet, const char *checker,
			  const json_t *anomaly, size_t number)
{
	const char *const texts[] = {
		json_string_value(json_object_get(anomaly, "name")),
		json_string_value(json_object_get(anomaly, "text")),
		json_string_value(json_object_get(anomaly, "story")),
	};

	fprintf(sheet->out, "<details class=\"anomaly\"%s><summary><b>",
		number == 0 ? " open=\"\"" : "");
	sheet_cut(sheet, texts[0] ? texts[0] : "anomaly", 100);
	fputs("</b> <span class=\"dim\">", sheet->out);
	sheet_cut(sheet, checker, 60);
	fputs("</span> <span class=\"short\">", sheet->out);
	sheet_cut(sheet, texts[1] ? texts[1] : "", 110);
	fputs("</span></summary>\n<p>", sheet->out);
	sheet_cut(sheet, texts[1] ? texts[1] : "", 1000);
	fputs("</p>", sheet->out);
	if (texts[2]) {
		fputs("<pre>", sheet->out);
		sheet_cut(sheet, texts[2], 4000);
		fputs("</pre>", sheet->out);
	}
	fputs("</details>\n", sheet->out);
}

static void write_anomalies(struct sheet *sheet, json_t *checkers)
{
	const char *name;
	json_t *checker, *anomaly;
	size_t count = 0, i;

	json_object_foreach(checkers, name, checker)
	{
		json_array_foreach(json_object_get(checker, "anomalies"), i,
				   anomaly)
		{
			if (count == 0)
				fputs("<section id=\"anomalies\">"
				      "<h2>Anomalies</h2>\n",
				      sheet->out);
			if (count < ANOMALIES_SHOWN)
				write_anomaly(sheet, name, anomaly, count);
			count++;
		}
	}
	if (count > ANOMALIES_SHOWN)
		fprintf(sheet->out, "<p class=\"dim\">%zu more</p>\n",
			count - ANOMALIES_SHOWN);
	if (count > 0)
		fputs("</section>\n", sheet->out);
}

static const char *verdict_of(const json_t *checker)
{
	const json_t *valid = json_object_get(checker, "valid");

	if (json_is_true(valid))
		return "valid";
	return json_is_false(valid) ? "invalid" : "unknown";
}

static void write_checkers(struct sheet *sheet, json_t *checkers)
{
	const char *name;
	json_t *checker;

	if (json_object_size(checkers) == 0)
		return;
	fputs("<section id=\"checkers\"><h2>Checkers</h2>\n<div class=\"wide\">"
	      "<table>\n",
	      sheet->out);
	json_object_foreach(checkers, name, checker)
	{
		const char *reason =
			json_string_value(json_object_get(checker, "reason"));

		fputs("<tr><td>", sheet->out);
		sheet_cut(sheet, name, 60);
		fputs("</td><td>", sheet->out);
		sheet_chip(sheet, verdict_of(checker));
		fputs("</td><td class=\"text\">", sheet->out);
		sheet_cut(sheet, reason ? reason : "", 600);
		fputs("</td></tr>\n", sheet->out);
	}
	fputs("</table></div></section>\n", sheet->out);
}

static void write_run(struct sheet *sheet, struct site *site,
		      const struct run_summary *run, int fd)
{
	json_t *results = beneath_json(fd, "results.json", RESULTS_BYTES_MAX);
	json_t *checkers = json_object_get(results, "checkers");

	sheet_trail(sheet, run->path);
	write_head(sheet, run);
	write_links(sheet, site, run->path);
	if (run->state == RUN_GOING)
		sheet_live(sheet, run->path);
	write_anomalies(sheet, checkers);
	write_checkers(sheet, checkers);
	sheet_files(sheet, run->path, fd);
	json_decref(results);
}

void page_run(struct site *site, const struct request *request,
	      const char *path, struct reply *reply)
{
	const struct runs *runs = runs_take(site->index);
	const struct run_summary *run = runs_find(runs, path);
	struct stat status;
	int fd = run ? beneath_open(site->root_fd, path, &status) : -1;
	struct sheet sheet;

	if (fd < 0) {
		page_folder(site, request,
			    arena_printf(request->arena, "%s/", path), reply);
	} else {
		sheet_open(&sheet, reply, request->arena,
			   arena_printf(request->arena, "%s: %s",
					run_state_name(run->state), path));
		write_run(&sheet, site, run, fd);
		sheet_close(&sheet);
		close(fd);
	}
	runs_give_back(site->index, runs);
}
