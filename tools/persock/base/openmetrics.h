/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes metrics as OpenMetrics text (https://openmetrics.io). Prometheus and
 * node-exporter's textfile collector read it. The command metrics calls it.
 */
#ifndef _PERSOCK_BASE_OPENMETRICS_H
#define _PERSOCK_BASE_OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

/**
 * struct metric - a family of samples
 * @name: its name, without "_total"; it ends with @unit
 * @counter: a counter, not a gauge
 * @unit: the unit, or NULL
 * @help: a sentence
 */
struct metric {
	const char *name;
	int counter;
	const char *unit;
	const char *help;
};

/* The lines before the samples of @metric. */
void openmetrics_family(FILE *stream, const struct metric *metric);

/*
 * A sample. Then follow pairs of const char *, the name and the value of each
 * label, and a NULL.
 */
void openmetrics_sample(FILE *stream, const struct metric *metric,
			uint64_t value, ...) __attribute__((sentinel));

void openmetrics_end(FILE *stream);

#endif
