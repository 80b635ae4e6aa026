/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The word that was probably meant, by the letters in which two words differ.
 * Complaints about misspelt names, keys and commands call it for a suggestion.
 */
#ifndef _PERSOCK_BASE_WORD_H
#define _PERSOCK_BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>

/* No word is as far from another one. */
#define WORD_FAR	64

/*
 * Is @word nearer to @text than @best, which begins as WORD_FAR and follows?
 * Half of the letters may differ, else it is another word.
 */
bool word_nearer(const char *word, const char *text, unsigned int *best);

/* The one of @nr words that looks most like @text, or NULL when none does. */
const char *word_like(const char *const *words, size_t nr, const char *text);

#endif
