// SPDX-License-Identifier: GPL-2.0
/*
 * usage: loopback CONNECTIONS REPETITIONS
 *
 * Connections of ten segments over the loopback device, one after the other:
 * handshake, a question, its answer, each with an ACK of its own, and an
 * orderly close. Prints the nanoseconds per connection of each repetition, the
 * first one left out, which warms up. Where time is counted in instructions
 * these are instructions.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char words[100] = "hello";
static struct sockaddr_in address = { .sin_family = AF_INET };

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static int listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)) ||
	    listen(fd, 16) || getsockname(fd, (void *)&address, &size))
		err(1, "listen");
	return fd;
}

static void say(int from, int to)
{
	char heard[sizeof(words)];
	int on = 1;

	/* The answer would carry it, if that came soon enough. */
	if (setsockopt(to, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)))
		err(1, "TCP_QUICKACK");
	if (send(from, words, sizeof(words), 0) != sizeof(words) ||
	    recv(to, heard, sizeof(heard), MSG_WAITALL) != sizeof(heard))
		err(1, "data");
}

static void hear_end(int fd)
{
	char heard;

	if (recv(fd, &heard, 1, 0))
		err(1, "close");
	close(fd);
}

static void connection(int listening)
{
	int client = socket(AF_INET, SOCK_STREAM, 0), server;

	if (client < 0 ||
	    connect(client, (void *)&address, sizeof(address)))
		err(1, "connect");
	server = accept(listening, NULL, NULL);
	if (server < 0)
		err(1, "accept");
	say(client, server);
	say(server, client);
	shutdown(client, SHUT_WR);
	hear_end(server);
	hear_end(client);
}

int main(int argc, char **argv)
{
	int connections = argc == 3 ? atoi(argv[1]) : 0;
	int repetitions = argc == 3 ? atoi(argv[2]) : 0;
	int listening = listener();
	long long start;

	if (connections < 1 || repetitions < 1)
		errx(2, "usage: loopback CONNECTIONS REPETITIONS");
	for (int r = 0; r <= repetitions; r++) {
		start = now_ns();
		for (int c = 0; c < connections; c++)
			connection(listening);
		start = now_ns() - start;
		if (r)
			printf("%.1f\n", (double)start / connections);
	}
	return 0;
}
