// SPDX-License-Identifier: GPL-2.0
/*
 * Compares words. Errors on misspelt names, keys and commands use it for a
 * suggestion.
 */
#include "base/word.h"

#include <ctype.h>
#include <string.h>

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * The number of letters to add, remove, change or swap with their neighbour;
 * WORD_FAR if a word is too long.
 */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][65], i, j;
	size_t width = strlen(b);

	if (strlen(a) > 64 || width > 64)
		return WORD_FAR;
	for (j = 0; j <= width; j++)
		rows[0][j] = j;
	for (i = 1; a[i - 1]; i++) {
		const unsigned int *before = rows[(i + 1) % 3];
		const unsigned int *last = rows[(i + 2) % 3];
		unsigned int *row = rows[i % 3];

		row[0] = i;
		for (j = 1; j <= width; j++) {
			unsigned int best = last[j - 1] +
				!same_letter(a[i - 1], b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]) &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
	}

	return rows[(i - 1) % 3][width];
}

bool word_nearer(const char *name, const char *text, unsigned int *best)
{
	unsigned int apart = distance(name, text);

	if (apart >= *best || apart * 2 > strlen(name))
		return false;
	*best = apart;

	return true;
}

const char *word_like(const char *const *words, size_t nr, const char *text)
{
	const char *like = NULL;
	unsigned int best = WORD_FAR;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (word_nearer(words[i], text, &best))
			like = words[i];
	}

	return like;
}
