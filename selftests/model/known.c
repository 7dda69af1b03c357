// SPDX-License-Identifier: GPL-2.0
/*
 * The list of findings that are known: one a line, SCENARIO WORD, and why.
 * WORD is the reason of the last verdict, or "states" where no segment was
 * refused. They are shown, but do not fail.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KNOWN 64

static struct {
	char scenario[32];
	char word[64];
} known[MAX_KNOWN];
static unsigned int count;

void known_load(const char *file)
{
	char line[512];
	FILE *in = fopen(file, "r");

	if (!in) {
		fprintf(stderr, "model: cannot open '%s'\n", file);
		exit(2);
	}
	while (count < MAX_KNOWN && fgets(line, sizeof(line), in))
		if (*line != '#' &&
		    sscanf(line, "%31s %63s", known[count].scenario,
			   known[count].word) == 2)
			count++;
	fclose(in);
}

const char *finding_word(const struct finding *finding)
{
	return finding->reason ? tcpw_reasons[finding->reason].name :
				 "states";
}

bool known_finding(const struct scenario *sc, const struct finding *finding)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcmp(known[i].scenario, sc->name) &&
		    !strcmp(known[i].word, finding_word(finding)))
			return true;
	return false;
}
