// SPDX-License-Identifier: GPL-2.0
/*
 * usage: half-close ADDRESS PORT PATH
 *
 * An HTTP client that closes its side right behind its request: "I have
 * nothing more to say, go on". Reads what the server still sends, then closes.
 */
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct timespec start;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void say(const char *what)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%5.1f s  %s\n", now.tv_sec - start.tv_sec +
	       (now.tv_nsec - start.tv_nsec) / 1e9, what);
	fflush(stdout);
}

static int open_connection(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *to;
	int fd;

	if (getaddrinfo(host, port, &hints, &to)) {
		fprintf(stderr, "half-close: unknown address %s %s\n",
			host, port);
		exit(2);
	}
	fd = socket(to->ai_family, to->ai_socktype, to->ai_protocol);
	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen))
		die("connect");
	freeaddrinfo(to);
	return fd;
}

static void send_request(int fd, const char *host, const char *path)
{
	char request[512];
	int length = snprintf(request, sizeof(request),
			      "GET %s HTTP/1.1\r\nHost: %s\r\n"
			      "Connection: close\r\n\r\n", path, host);

	if (length >= (int)sizeof(request) ||
	    write(fd, request, length) != length)
		die("write");
}

int main(int argc, char **argv)
{
	size_t total = 0;
	char buf[16384], text[80];
	ssize_t n;
	int fd;

	if (argc != 4) {
		fputs("usage: half-close ADDRESS PORT PATH\n", stderr);
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	fd = open_connection(argv[1], argv[2]);
	say("connected");
	send_request(fd, argv[1], argv[3]);
	if (shutdown(fd, SHUT_WR))
		die("shutdown");
	say("request sent, my side closed: shutdown(SHUT_WR)");
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		total += n;
	if (n < 0)
		die("read");
	snprintf(text, sizeof(text),
		 "%zu bytes came nevertheless, then the server closed", total);
	say(text);
	close(fd);
	return 0;
}
