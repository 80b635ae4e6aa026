// SPDX-License-Identifier: GPL-2.0
/*
 * Shows the table of persock top by ncurses. top.c calls it.
 */
#include "command/top_screen.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/fold.h"
#include "command/top_table.h"

/* Lines that are not rows: above and, for the help, below. */
#define ABOVE	TOP_TABLE_ROWS
#define BELOW	1

static const char help[] =
	"q quit   sort by: d denials, v verdicts, s sockets, c cgroup   arrows scroll";

static SCREEN *screen;
static size_t first;	/* row of the table that is shown first */

int top_screen_open(void)
{
	const char *term = getenv("TERM");

	setlocale(LC_ALL, "");
	screen = newterm(NULL, fold_sink(stdout), stdin);
	if (!screen)
		return report_error("the terminal \"%s\" is not known: \"persock top --batch\" prints text",
				    term ? term : "");
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);

	return 0;
}

void top_screen_close(void)
{
	endwin();
	delscreen(screen);
}

/* The line is cut at the edge: the last cell of a screen cannot be written. */
static void put_line(int row, const char *text, bool reverse)
{
	move(row, 0);
	clrtoeol();
	if (reverse)
		attron(A_REVERSE);
	addnstr(text, -1);
	if (reverse)
		attroff(A_REVERSE);
}

void top_screen_draw(struct top_sample *sample, enum top_order order)
{
	size_t rows = LINES > ABOVE + BELOW ? LINES - ABOVE - BELOW : 0, i;
	struct top_table table;

	top_sample_sort(sample, order);
	top_table_make(&table, sample, COLS - 1);
	if (first + rows > table.nr - ABOVE)
		first = table.nr - ABOVE > rows ? table.nr - ABOVE - rows : 0;
	erase();
	for (i = 0; i < ABOVE && (int)i < LINES; i++)
		put_line(i, table.lines[i], i == ABOVE - 1);
	for (i = 0; i < rows && ABOVE + first + i < table.nr; i++)
		put_line(ABOVE + i, table.lines[ABOVE + first + i], false);
	if (rows) {
		move(LINES - 1, 0);
		addnstr(help, COLS - 1);
	}
	refresh();
	top_table_free(&table);
}

static void scroll_by(int rows)
{
	if (rows < 0 && first < (size_t)-rows)
		first = 0;
	else
		first += rows;
}

enum top_key top_screen_key(enum top_order *order)
{
	enum top_key answer = TOP_KEY_NONE;
	int key;

	while ((key = getch()) != ERR) {
		switch (key) {
		case 'q':
		case 'Q':
			return TOP_KEY_QUIT;
		case 'd':
			*order = TOP_DENIALS;
			break;
		case 'v':
			*order = TOP_VERDICTS;
			break;
		case 's':
			*order = TOP_SOCKETS;
			break;
		case 'c':
			*order = TOP_CGROUP;
			break;
		case KEY_UP:
			scroll_by(-1);
			break;
		case KEY_DOWN:
			scroll_by(1);
			break;
		case KEY_PPAGE:
			scroll_by(-(LINES / 2));
			break;
		case KEY_NPAGE:
			scroll_by(LINES / 2);
			break;
		case KEY_RESIZE:
			break;
		default:
			continue;
		}
		answer = TOP_KEY_DRAW;
	}

	return answer;
}
