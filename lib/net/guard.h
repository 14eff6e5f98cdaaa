/* Guard: which URLs and which addresses a request may go to. Pure decisions, no I/O. */
#ifndef NET_GUARD_H
#define NET_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/call.h"

struct guard_url {
	bool https;
	const char *host; /* lower case, without the brackets of an IPv6 address */
	uint16_t port;    /* 80 or 443 when the URL names none */
	/* Scheme, host and port as text, equal for URLs of one origin. Safe to print: what may be
	 * secret in a URL lies behind it. */
	const char *origin;
};

/* Splits URL. FAIL_INPUT for what is not http:// or https://, holds control bytes, spaces,
 * backslashes or invisible characters, is not UTF-8, names a user or a password, or is longer than
 * 8 KiB. The grammar is narrower than
 * RFC 3986 so that libcurl cannot read another host out of the same text. */
enum fail guard_url(struct call *c, const char *url, struct guard_url *out);

/* True for an address that is globally reachable by the registries of RFC 6890 (IANA IPv4 and IPv6
 * Special-Purpose Address Registries), multicast excluded. IPv6 forms that carry an IPv4 address
 * (mapped, NAT64, 6to4, Teredo) never are: where they end is not seen from their prefix. */
bool guard_global(const struct sockaddr *address, socklen_t len);

/* True for 127.0.0.0/8 and ::1. */
bool guard_loopback(const struct sockaddr *address, socklen_t len);

/* Port of an IPv4 or IPv6 address, else 0. */
uint16_t guard_port(const struct sockaddr *address, socklen_t len);

/* FAIL_INPUT when NAME is no token of RFC 9110 or VALUE could end its header line early. */
enum fail guard_header(struct call *c, const char *name, const char *value);

/* True for headers that carry a credential by their name alone. */
bool guard_header_secret(const char *name);

#endif
