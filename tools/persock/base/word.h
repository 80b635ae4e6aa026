/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the word that was probably meant, by the letters in which words differ.
 * Errors on misspelt names, keys and commands use it for a suggestion.
 */
#ifndef _PERSOCK_BASE_WORD_H
#define _PERSOCK_BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>

/* Larger than the distance of any two words. */
#define WORD_FAR	64

/*
 * Is @word nearer to @text than @best? Then @best becomes its distance; the
 * first call passes WORD_FAR. At most half of the letters may differ.
 */
bool word_nearer(const char *word, const char *text, unsigned int *best);

/* The one of @nr words that is nearest to @text, or NULL. */
const char *word_like(const char *const *words, size_t nr, const char *text);

#endif
