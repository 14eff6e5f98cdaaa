/* The table that the module net exports as trae_module. */
#ifndef NET_NET_MODULE_H
#define NET_NET_MODULE_H

#include "lib/net/net.h"

struct net_module {
	/* Does what net_request() promises; URL, headers and limits of REQUEST are checked and
	 * filled in already. */
	enum fail (*request)(struct call *c, const struct net_request *request,
		struct net_reply *out);
};

#endif
