/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A network namespace between two TUN devices, which forwards what comes in
 * at the one to the other: the ground of the backends that play against a
 * kernel.
 */
#ifndef SEGPLAY_BACKEND_TUN_H
#define SEGPLAY_BACKEND_TUN_H

#include "segplay.h"

/* False after a message on stderr. The process is in the namespace then. */
bool tun_open(void);

/* Write @value to the file @name below /proc/sys; false after a message. */
bool tun_sysctl(const char *name, const char *value);

/* Run @command with @input as its standard input; false after a message. */
bool tun_command(const char *command, const char *input);

/* Why @packet cannot be sent through these devices, or NULL. */
const char *tun_beyond(const struct packet *packet);

/* A kernel takes in what is sent to a group only as one of its members. */
void tun_join(const struct packet *packet);

/*
 * Send @packet from the side of its sender. Returns whether it has come out
 * on the other side; *fault is set when the namespace itself went wrong.
 */
bool tun_pass(const struct packet *packet, const char **fault);

#endif
