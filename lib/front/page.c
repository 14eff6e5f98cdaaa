/* Pages: the answers that a browser shows, and what it may do with them. */
#include <string.h>
#include <strings.h>

#include "lib/base/embed.h"
#include "lib/front/http.h"
#include "lib/policy/token.h"
#include "lib/text/fill.h"

EMBED(page_refusal, "share/web/refusal.html");

const char *page_of_refusal(struct request *r, enum fail f, const char *why)
{
	struct call *c = &r->call;
	const struct fill values[] = {{"why", json_string_value(json_keep(c, json_lossy(c, why)))},
		{NULL, NULL}};

	(void)f;
	return html_fill(&c->arena, page_refusal, values);
}

/* The page's own <style> by its digest, forms to this server and to FORM_ACTION, nothing else: no
 * script, no picture, no frame around it. */
const char *page_rules(struct call *c, const char *html, const char *form_action)
{
	const char *style = strstr(html, "<style>"), *end = style ? strstr(style, "</style>") : NULL;

	style = end ? style + sizeof "<style>" - 1 : "";
	return arena_printf(&c->arena, "default-src 'none'; style-src 'sha256-%s'; form-action 'self'%s%s;"
		" frame-ancestors 'none'; base-uri 'none'",
		sha256_base64(c, style, end ? (size_t)(end - style) : 0, false),
		*form_action ? " " : "", form_action);
}

/* Pages elsewhere may ask for much, but a form that the owner filled in is one of ours. */
enum fail page_came_from_here(struct request *r)
{
	const char *origin = web_header(r->x, "Origin"), *site = web_header(r->x, "Sec-Fetch-Site");
	const char *host = web_header(r->x, "Host");
	const char *authority = origin ? strstr(origin, "://") : NULL;
	bool own = !origin || !strcasecmp(origin, r->call.public_url) ||
		(authority && host && !strcasecmp(authority + 3, host));

	if (!own || (site && strcmp(site, "same-origin") && strcmp(site, "none")))
		return fail(&r->call, FAIL_DENIED, "this form comes from another site: open the page "
			"at %s", r->call.public_url);
	return FAIL_NONE;
}
