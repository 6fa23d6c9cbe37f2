/* SPDX-License-Identifier: MIT */
/* The phases: main, healing, final. */
#include <inttypes.h>

#include "harness/core/clock.h"
#include "harness/engine/run_private.h"

/* Stamps the start of a phase into the history. */
static void note_phase(struct run *run, const char *phase)
{
	struct figure name = { .kind = FIGURE_TEXT, .text = phase };
	struct error err;

	run->phase = phase;
	if (nemesis_note(run->recorder, "phase", &name, NULL, &err))
		console_say(run->console, "%s", err.text);
}

void run_note_trouble(struct run *run, const struct error *err)
{
	struct error lost;

	console_say(run->console, "trouble: %s", err->text);
	if (run->recorder)
		nemesis_note(run->recorder, "harness-error", NULL, err->text,
			     &lost);
}

static bool show_progress(void *state)
{
	struct run *run = state;
	const char *fault = nemesis_in_force(run->nemesis);
	struct recorder_counts counts;
	int64_t now = clock_now_ns();
	int64_t left = (run->phase_end_ns - now) / NS_PER_S;
	double rate;

	if (!console_wants_progress(run->console))
		return false;
	recorder_counts(run->recorder, &counts);
	rate = (double)(counts.of_type[OP_OK] - run->ok_before) *
	       (double)NS_PER_S / (double)(now - run->counted_ns + 1);
	run->ok_before = counts.of_type[OP_OK];
	run->counted_ns = now;
	console_progress(run->console,
			 "%s: %" PRId64 " s left, %.0f ok/s; %" PRIu64
			 " ok, %" PRIu64 " fail, %" PRIu64 " info%s%s",
			 run->phase, left > 0 ? left : 0, rate,
			 counts.of_type[OP_OK], counts.of_type[OP_FAIL],
			 counts.of_type[OP_INFO], fault ? "; in force: " : "",
			 fault ? fault : "");
	return false;
}

static bool tick_main(void *state)
{
	return show_progress(state) || run_look_live(state);
}

static struct phase make_phase(struct run *run, struct generator *generator)
{
	const struct run_config *config = run->config;

	return (struct phase){
		.target = config->target,
		.state = run->target,
		.generator = generator,
		.recorder = run->recorder,
		.threads = config->threads,
		.nodes = config->node_count,
		.processes = run->processes,
		.op_timeout_ns =
			options_duration_ns(config->options, "op-timeout"),
		.node_names = run->node_names,
		.trace = run->is_traced ? &run->trace : NULL,
		.stop = run->stop,
		.tick = show_progress,
		.tick_state = run,
	};
}

static void play(struct run *run, struct phase *phase)
{
	bool abandoned = false;
	struct error err;

	run->counted_ns = clock_now_ns();
	run->console->progress_ns = run->counted_ns;
	run->phase_end_ns = phase->deadline_ns;
	if (phase_run(phase, &abandoned, &err)) {
		run->result->has_failed = true;
		run_note_trouble(run, &err);
	}
	run->was_abandoned = run->was_abandoned || abandoned;
}

/* The clients' operations at the wanted rate, and the planned faults. */
static struct generator *main_generator(struct run *run, struct error *err)
{
	const struct run_config *config = run->config;
	struct arena *arena = run->arena;
	double rate = options_real(config->options, "rate");
	struct workload_setup setup = config_workload_setup(config, arena);
	struct generator *both[2];
	struct rng rng;

	setup.memory = &run->workload_memory;
	both[0] = config->workload->main_phase(&setup, err);
	if (!both[0])
		return NULL;
	rng_init(&rng, config->seed, "main", 0);
	if (rate > 0)
		both[0] = gen_stagger(arena, &rng,
				      (int64_t)((double)NS_PER_S / rate),
				      both[0]);
	both[0] = gen_clients(arena, gen_time_limit(
		arena, options_duration_ns(config->options, "time-limit"),
		both[0]));
	if (!config->fault_count)
		return both[0];
	both[1] = schedule_generator(run->schedule, arena);
	return gen_any(arena, &rng, both, 2);
}

static int play_main(struct run *run, struct error *err)
{
	struct generator *generator = main_generator(run, err);
	struct phase phase;

	if (!generator)
		return error_wrap(err, "workload %s",
				  run->config->workload->name);
	phase = make_phase(run, generator);
	phase.deadline_ns = run_deadline(run, "time-limit");
	phase.tick = tick_main;
	if (run->config->fault_count) {
		phase.nemesis = nemesis_act;
		phase.nemesis_state = run->nemesis;
	}
	note_phase(run, "main");
	play(run, &phase);
	return 0;
}

static void play_healing(struct run *run)
{
	struct error err;

	note_phase(run, "healing");
	if (run->config->fault_count)
		console_say(run->console, "healing");
	if (run->nemesis && nemesis_heal_all(run->nemesis, &err))
		run_note_trouble(run, &err);
	if (agent_watch_stop(run->watch, &err))
		run_note_trouble(run, &err);
	run->watch = NULL;
	if (run_await_ready(run, &err)) {
		error_wrap(&err, "await %s after healing",
			   run->config->target->name);
		run_note_trouble(run, &err);
	}
	if (run->config->fault_count && !run_is_stopped(run))
		clock_sleep_until(run_deadline(run, "settle"));
}

/* The closing reads: also after Ctrl-C, for without them there is often no
 * verdict; a second Ctrl-C is patient no more. */
static int play_final(struct run *run, struct error *err)
{
	const struct workload *workload = run->config->workload;
	struct workload_setup setup =
		config_workload_setup(run->config, run->arena);
	struct generator *generator;
	struct phase phase;

	if (!workload->final_phase)
		return 0;
	setup.memory = &run->workload_memory;
	generator = workload->final_phase(&setup, err);
	if (!generator)
		return error_wrap(err, "workload %s: final phase",
				  workload->name);
	phase = make_phase(run, gen_clients(run->arena, generator));
	phase.deadline_ns = run_deadline(run, "final-timeout");
	phase.stop = NULL;
	note_phase(run, "final");
	play(run, &phase);
	return 0;
}

static struct leaders *ask_for_leaders(struct run *run)
{
	const struct leaders_setup setup = {
		.target = run->config->target,
		.state = run->target,
		.names = run->node_names,
		.count = run->config->node_count,
		.recorder = run->recorder,
	};
	struct error err = { "" };
	struct leaders *leaders = leaders_start(&setup, &err);

	if (!leaders && err.text[0])
		run_note_trouble(run, &err);
	if (run->nemesis)
		nemesis_set_leaders(run->nemesis, leaders);
	return leaders;
}

void run_phases(struct run *run)
{
	struct leaders *leaders = ask_for_leaders(run);
	struct error err;

	if (play_main(run, &err)) {
		run->result->has_failed = true;
		run_note_trouble(run, &err);
	}
	play_healing(run);
	if (!run->was_abandoned && play_final(run, &err)) {
		run->result->has_failed = true;
		run_note_trouble(run, &err);
	}
	if (run->nemesis)
		nemesis_set_leaders(run->nemesis, NULL);
	leaders_stop(leaders);
}
