/* What the module jwt offers to its room. */
#ifndef JWT_JWT_MODULE_H
#define JWT_JWT_MODULE_H

#include "lib/base/call.h"

struct jwt_header {
	const char *alg; /* "": absent */
	const char *kid; /* NULL: absent */
	bool crit;       /* something in it has to be understood */
};

struct jwt_module {
	enum fail (*header)(struct call *c, const char *text, struct jwt_header *out);
	/* The payload of TEXT, which the JSON Web Key KEY signed by the algorithm ALG. */
	enum fail (*verify)(struct call *c, const char *key, const char *alg, const char *text,
		const char **payload);
};

#endif
