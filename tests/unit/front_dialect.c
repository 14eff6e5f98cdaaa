/* In which words the callers of a guide learn what was wrong. */
#include "lib/front/http.h"
#include "tests/unit/unit.h"

static const struct op sends = {.name = "mail send",
	.args = (const struct field[]){{.name = "to", .help = "Whom it goes to"},
		{.name = "max_results", .help = "At most so many"}, {.name = NULL}}};

static const char *refusal(struct request *r, const char *method, enum fail f, int status)
{
	struct route route = {.op = &sends, .method = method, .dialect = DIALECT_DETAIL};
	struct refusal no;

	r->route = &route;
	no = dialect_refusal(r, f);
	CHECK(no.status == status);
	return no.text;
}

TEST(detail_of_what_does_not_fit)
{
	struct request r = {.id = "r"};

	r.call.why = "to is needed: Whom it goes to";
	CHECK_TEXT(refusal(&r, "POST", FAIL_USAGE, 422),
		"{\"detail\":[{\"loc\":[\"body\",\"to\"],\"msg\":\"to is needed: Whom it goes to\","
		"\"type\":\"missing\"}]}");
	r.call.why = "max_results: a whole number is needed, not \"x\"";
	CHECK_TEXT(refusal(&r, "GET", FAIL_USAGE, 422),
		"{\"detail\":[{\"loc\":[\"query\",\"max_results\"],\"msg\":\"max_results: a whole "
		"number is needed, not \\\"x\\\"\",\"type\":\"value_error\"}]}");
	r.call.why = "the body has to be a JSON object";
	CHECK_TEXT(refusal(&r, "POST", FAIL_INPUT, 422),
		"{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"the body has to be a JSON object\","
		"\"type\":\"value_error\"}]}");
	call_release(&r.call);
}

TEST(detail_of_everything_else)
{
	struct request r = {.id = "r"};

	r.call.why = "that key is not valid";
	CHECK_TEXT(refusal(&r, "GET", FAIL_AUTH, 401), "{\"detail\":\"Invalid API key\"}");
	r.call.why = "no message m1";
	CHECK_TEXT(refusal(&r, "GET", FAIL_MISSING, 404), "{\"detail\":\"no message m1\"}");
	call_release(&r.call);
}
