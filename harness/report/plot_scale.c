/* SPDX-License-Identifier: MIT */
/* Round numbers, their names, and windows of time. */
#include <math.h>

#include "harness/report/plot.h"

double plot_nice(double value)
{
	double decade;

	if (!isfinite(value) || value <= 0)
		return 1;
	decade = pow(10, floor(log10(value)));
	if (value <= decade)
		return decade;
	if (value <= 2 * decade)
		return 2 * decade;
	return value <= 5 * decade ? 5 * decade : 10 * decade;
}

const char *plot_duration(struct arena *arena, double ns)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "\u00b5s" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (fabs(ns) >= units[i].ns * 0.9995)
			return arena_printf(arena, "%.*g %s",
					    fabs(ns) >= units[i].ns * 1000 ? 7
									   : 3,
					    ns / units[i].ns, units[i].name);
	}
	return arena_printf(arena, "%.3g ns", ns);
}

const char *plot_amount(struct arena *arena, double amount)
{
	if (amount >= 999.5e3)
		return arena_printf(arena, "%.3gM", amount / 1e6);
	if (amount >= 9995)
		return arena_printf(arena, "%.3gk", amount / 1e3);
	return arena_printf(arena, "%.4g", amount);
}

void windows_init(struct windows *windows, const struct chronicle *chronicle,
		  size_t wanted)
{
	double length = (double)(chronicle->end_ns - chronicle->start_ns);

	windows->start_ns = chronicle->start_ns;
	windows->length_ns =
		(int64_t)fmax(plot_nice(length / (double)wanted), 1);
	windows->count = (size_t)(length / (double)windows->length_ns) + 1;
}

size_t windows_at(const struct windows *windows, int64_t time_ns)
{
	int64_t at = (time_ns - windows->start_ns) / windows->length_ns;

	return (size_t)at < windows->count ? (size_t)at : windows->count - 1;
}
