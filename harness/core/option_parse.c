/* SPDX-License-Identifier: MIT */
/* Numbers with units, as people write them. */
#include "harness/core/option.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit durations[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", UINT64_C(60) * 1000000000 },
	{ "h", UINT64_C(3600) * 1000000000 },
	{ "d", UINT64_C(86400) * 1000000000 },
	{ NULL, 0 },
};

static const struct unit sizes[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "k", 1000 },
	{ "K", 1000 },
	{ "kB", 1000 },
	{ "KB", 1000 },
	{ "M", 1000000 },
	{ "MB", 1000000 },
	{ "G", 1000000000 },
	{ "GB", 1000000000 },
	{ "T", UINT64_C(1000000000000) },
	{ "TB", UINT64_C(1000000000000) },
	{ "Ki", UINT64_C(1) << 10 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "Mi", UINT64_C(1) << 20 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "Gi", UINT64_C(1) << 30 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "Ti", UINT64_C(1) << 40 },
	{ "TiB", UINT64_C(1) << 40 },
	{ NULL, 0 },
};

static const struct unit counts[] = {
	{ "", 1 },	  { "k", 1000 },       { "K", 1000 },
	{ "M", 1000000 }, { "G", 1000000000 }, { NULL, 0 },
};

enum scan {
	SCAN_OK,
	SCAN_BAD,
	SCAN_TOO_LARGE,
};

static const struct unit *find_unit(const struct unit *units, const char *name,
				    size_t length)
{
	for (; units->name; units++) {
		if (strlen(units->name) == length &&
		    memcmp(units->name, name, length) == 0)
			return units;
	}
	return NULL;
}

/* Digits and at most one point: the whole part, and the part after it. */
static enum scan scan_decimal(const char **text, uint64_t *whole,
			      double *fraction)
{
	const char *p = *text;
	double place = 0.1;

	*whole = 0;
	*fraction = 0;
	if (!isdigit((unsigned char)*p))
		return SCAN_BAD;
	for (; isdigit((unsigned char)*p); p++) {
		if (__builtin_mul_overflow(*whole, 10, whole) ||
		    __builtin_add_overflow(*whole, *p - '0', whole))
			return SCAN_TOO_LARGE;
	}
	if (*p == '.') {
		p++;
		if (!isdigit((unsigned char)*p))
			return SCAN_BAD;
		for (; isdigit((unsigned char)*p); p++) {
			*fraction += place * (*p - '0');
			place /= 10;
		}
	}
	*text = p;
	return SCAN_OK;
}

/* One number with its unit. A fraction must come out whole, to within the
 * rounding of a double. */
static enum scan scan_amount(const char **text, const struct unit *units,
			     uint64_t *amount)
{
	const struct unit *unit;
	const char *name;
	uint64_t whole;
	double fraction;
	enum scan scan = scan_decimal(text, &whole, &fraction);
	double part;

	if (scan != SCAN_OK)
		return scan;
	name = *text;
	while (isalpha((unsigned char)**text))
		(*text)++;
	unit = find_unit(units, name, (size_t)(*text - name));
	if (!unit)
		return SCAN_BAD;
	part = round(fraction * (double)unit->factor);
	if (fabs(part - fraction * (double)unit->factor) > 1e-3)
		return SCAN_BAD;
	if (__builtin_mul_overflow(whole, unit->factor, amount) ||
	    __builtin_add_overflow(*amount, (uint64_t)part, amount))
		return SCAN_TOO_LARGE;
	return SCAN_OK;
}

int parse_duration_ns(const char *text, int64_t *duration_ns, struct error *err)
{
	const char *p = text;
	uint64_t total = 0;

	if (strcmp(text, "0") == 0) {
		*duration_ns = 0;
		return 0;
	}
	/* "1m30s" is one and a half minutes. */
	do {
		uint64_t amount;
		enum scan scan = scan_amount(&p, durations, &amount);

		if (scan == SCAN_BAD)
			return error_set(
				err,
				"\"%s\" is not a duration: write a number with "
				"its unit (ns, us, ms, s, m, h or d), such as "
				"10s or 250ms",
				text);
		if (scan == SCAN_TOO_LARGE ||
		    __builtin_add_overflow(total, amount, &total) ||
		    total > INT64_MAX)
			return error_set(err,
					 "the duration \"%s\" is too long "
					 "(at most 292 years)",
					 text);
	} while (*p);
	*duration_ns = (int64_t)total;
	return 0;
}

int parse_size(const char *text, uint64_t *bytes, struct error *err)
{
	const char *p = text;
	uint64_t amount = 0;
	enum scan scan = scan_amount(&p, sizes, &amount);

	if (scan == SCAN_TOO_LARGE)
		return error_set(err, "the size \"%s\" is too large", text);
	if (scan == SCAN_BAD || *p)
		return error_set(
			err,
			"\"%s\" is not a size: write a number of bytes "
			"or one with a unit, such as 100k, 64MB or "
			"4GiB",
			text);
	*bytes = amount;
	return 0;
}

int parse_int(const char *text, int64_t *number, struct error *err)
{
	const char *p = text;
	bool negative = *p == '-';
	uint64_t amount = 0;
	enum scan scan;

	if (negative)
		p++;
	scan = scan_amount(&p, counts, &amount);
	if (scan == SCAN_BAD || (scan == SCAN_OK && *p))
		return error_set(err,
				 "\"%s\" is not a whole number, such as 10, "
				 "10k or 1M",
				 text);
	if (scan == SCAN_TOO_LARGE || amount > INT64_MAX)
		return error_set(err, "the number \"%s\" is too large", text);
	*number = negative ? -(int64_t)amount : (int64_t)amount;
	return 0;
}

int parse_real(const char *text, double *number, struct error *err)
{
	const char *p = text;
	char *end;
	double parsed;

	if (*p == '-')
		p++;
	/* No "inf", "nan" or "0x10": strtod alone would take them. */
	if ((isdigit((unsigned char)*p) || *p == '.') && p[1] != 'x' &&
	    p[1] != 'X') {
		parsed = strtod(text, &end);
		if (end != text && *end == '%') {
			parsed /= 100;
			end++;
		}
		if (end != text && !*end && isfinite(parsed)) {
			*number = parsed;
			return 0;
		}
	}
	return error_set(err, "\"%s\" is not a number, such as 0.5 or 50%%",
			 text);
}
