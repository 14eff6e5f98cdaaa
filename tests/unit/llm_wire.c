/* Wire forms of language-model servers. */
#include "lib/net/llm_wire.h"

#include "tests/unit/unit.h"

static struct llm_answer answer_to(struct call *c, const char *name, const char *const *events)
{
	struct llm_answer a = llm_answer_in(&c->arena, "sk-secret");

	for (; *events; events++) {
		struct sse_event e = {.name = name, .data = *events, .len = strlen(*events)};

		CHECK_OK(llm_take_event(c, &a, &e));
	}
	return a;
}

#define ANSWER(...) answer_to(c, "", (const char *const[]){__VA_ARGS__, NULL})

TEST(chat_stream)
{
	struct llm_answer a = ANSWER("{\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}",
		"{\"choices\":[{\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}",
		"{\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}");

	CHECK_TEXT(a.text.data, "Hello");
	CHECK(!a.complete);
	a = ANSWER("{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
		"{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
		"{\"choices\":[],\"usage\":{\"total_tokens\":3}}");
	CHECK(a.complete && !a.cut);
	a = ANSWER("[DONE]");
	CHECK(a.complete);
	a = ANSWER("{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}");
	CHECK(a.complete);
	CHECK_TEXT(a.cut, "length");
	a = ANSWER("{\"choices\":[{\"delta\":{\"refusal\":\"I can\"}}]}",
		"{\"choices\":[{\"delta\":{\"refusal\":\"not\"}}]}");
	CHECK_TEXT(a.refusal.data, "I cannot");
}

TEST(chat_whole)
{
	struct llm_answer a = ANSWER("{\"object\":\"chat.completion\",\"choices\":[{\"message\":"
				     "{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}");

	CHECK_TEXT(a.text.data, "Hi");
	CHECK(a.complete);
	a = ANSWER("{\"choices\":[{\"message\":{\"content\":["
		   "{\"type\":\"thinking\",\"text\":\"no\"},"
		   "{\"type\":\"text\",\"text\":\"yes\"}]}}]}");
	CHECK_TEXT(a.text.data, "yes");
}

TEST(responses_stream)
{
	struct llm_answer a = ANSWER(
		"{\"type\":\"response.created\",\"response\":{\"error\":null}}",
		"{\"type\":\"response.output_text.delta\",\"delta\":\"Hel\"}",
		"{\"type\":\"response.output_text.delta\",\"delta\":\"lo\"}",
		"{\"type\":\"response.output_text.done\",\"text\":\"Hello\"}");

	CHECK_TEXT(a.text.data, "Hello");
	CHECK(!a.complete);
	a = ANSWER("{\"type\":\"response.output_text.delta\",\"delta\":\"A\"}",
		"{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\","
		"\"output\":[{\"type\":\"message\",\"content\":["
		"{\"type\":\"output_text\",\"text\":\"A\"}]}]}}");
	CHECK_TEXT(a.text.data, "A");
	CHECK(a.complete && !a.cut);
	a = ANSWER("{\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\","
		   "\"incomplete_details\":{\"reason\":\"max_output_tokens\"}}}");
	CHECK(a.complete);
	CHECK_TEXT(a.cut, "max_output_tokens");
	a = ANSWER("{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":"
		   "{\"code\":\"server_error\",\"message\":\"it broke\"}}}");
	CHECK(a.failed);
	CHECK_TEXT(a.error.message, "it broke");
	CHECK_TEXT(a.error.code, "server_error");
	a = ANSWER("{\"type\":\"response.refusal.delta\",\"delta\":\"No\"}");
	CHECK_TEXT(a.refusal.data, "No");
}

TEST(responses_by_event_name)
{
	const char *const events[] = {"{\"delta\":\"x\"}", NULL};
	struct llm_answer a = answer_to(c, "response.output_text.delta", events);

	CHECK_TEXT(a.text.data, "x");
}

TEST(responses_whole)
{
	struct llm_answer a = ANSWER("{\"object\":\"response\",\"error\":null,\"output\":["
		"{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\",\"content\":["
		"{\"type\":\"output_text\",\"text\":\"one \"},"
		"{\"type\":\"output_text\",\"text\":\"two\"}]}]}");

	CHECK_TEXT(a.text.data, "one two");
	CHECK(a.complete);
	a = ANSWER("{\"object\":\"response\",\"output\":[{\"type\":\"message\",\"content\":["
		   "{\"type\":\"refusal\",\"refusal\":\"No.\"}]}]}");
	CHECK_TEXT(a.refusal.data, "No.");
	CHECK_TEXT(a.text.data, "");
}

TEST(ollama)
{
	struct llm_answer a = ANSWER("{\"message\":{\"content\":\"a\"},\"done\":false}",
		"{\"message\":{\"content\":\"b\"},\"done\":true,\"done_reason\":\"length\"}");

	CHECK_TEXT(a.text.data, "ab");
	CHECK(a.complete);
	CHECK_TEXT(a.cut, "length");
}

TEST(errors_in_a_stream)
{
	struct llm_answer a = ANSWER("{\"error\":\"out of memory, key sk-secret\"}");

	CHECK(a.failed);
	CHECK_TEXT(a.error.message, "out of memory, key ***");
	a = ANSWER("{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}");
	CHECK(a.failed);
	CHECK_TEXT(a.error.code, "rate_limit_exceeded");
	CHECK_TEXT(a.error.message, "slow");
	a = ANSWER("{\"error\":{\"code\":503,\"message\":\"Loading model\"}}");
	CHECK_TEXT(a.error.code, "503");
}

TEST(unknown_events)
{
	struct llm_answer a = ANSWER("{}", "{\"type\":\"ping\"}",
		"{\"type\":\"response.new.thing\"}",
		"{\"choices\":{}}", "{\"choices\":[null]}", "{\"choices\":[7]}",
		"{\"type\":\"response.completed\"}");

	CHECK_TEXT(a.text.data, "");
	CHECK(!a.failed);
}

TEST(no_json)
{
	struct llm_answer a = llm_answer_in(&c->arena, NULL);
	struct sse_event e = {.name = "", .data = "{\"a\":", .len = 5};

	CHECK(llm_take_event(c, &a, &e) == FAIL_REMOTE);
	fail_forget(c);
	e.data = "[1]";
	e.len = 3;
	CHECK(llm_take_event(c, &a, &e) == FAIL_REMOTE);
}

static void check_error(struct call *c, const char *body, const char *message, const char *code,
	const char *type)
{
	struct llm_error e = llm_read_error(c, body, strlen(body), "sk-secret");

	CHECK_TEXT(e.message, message);
	CHECK_TEXT(e.code, code);
	CHECK_TEXT(e.type, type);
	CHECK(!c->why);
}

TEST(error_bodies)
{
	check_error(c, "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":null}}", "m", "",
		"t");
	check_error(c, "{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}", "m",
		"insufficient_quota", "");
	check_error(c, "{\"error\":{\"code\":503,\"message\":\"Loading model\"}}", "Loading model",
		"503", "");
	check_error(c, "{\"error\":\"model 'x' not found\"}", "model 'x' not found", "", "");
	check_error(c, "{\"code\":\"invalid_argument\",\"error\":\"bad\"}", "bad",
		"invalid_argument", "");
	check_error(c, "{\"detail\":\"Not Found\"}", "Not Found", "", "");
	check_error(c, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
		       "\"message\":\"Overloaded\"},\"request_id\":\"r\"}",
		"Overloaded", "", "overloaded_error");
	check_error(c, "\"just text\"", "just text", "", "");
	check_error(c, "<html>502</html>", "<html>502</html>", "", "");
	check_error(c, "", "", "", "");
	check_error(c, "[1,2]", "[1,2]", "", "");
	check_error(c, "null", "null", "", "");
	check_error(c, "{\"error\":{\"message\":\"bad key sk-secret: sk-secret\"}}",
		"bad key ***: ***", "", "");
	check_error(c, "{\"error\":{\"message\":\"a\\u001b[31mb\\u202ec\"}}", "a[31mbc", "", "");
}

TEST(long_error_body)
{
	struct buf b = buf_in(&c->arena);
	struct llm_error e;

	while (b.len < 5000)
		buf_adds(&b, "\xc3\xbc");
	e = llm_read_error(c, b.data, b.len, NULL);
	CHECK(strlen(e.message) == 400);
	buf_cut(&b, 0);
	while (b.len < 396)
		buf_addc(&b, 'x');
	buf_adds(&b, "sk-secret");
	e = llm_read_error(c, b.data, b.len, "sk-secret");
	CHECK(!strstr(e.message, "sk"));
}

TEST(models)
{
	static const char list[] = "{\"object\":\"list\",\"data\":["
				   "{\"id\":\"a\"},{\"id\":\"b\\u0007\"},{\"x\":1}]}";
	static const char ollama[] = "{\"models\":[{\"name\":\"c\"}]}";
	const char *const *names;

	CHECK_OK(llm_read_models(c, list, sizeof list - 1, &names));
	CHECK_TEXT(names[0], "a");
	CHECK_TEXT(names[1], "b");
	CHECK(!names[2]);
	CHECK_OK(llm_read_models(c, ollama, sizeof ollama - 1, &names));
	CHECK_TEXT(names[0], "c");
	CHECK(llm_read_models(c, "{}", 2, &names) == FAIL_REMOTE);
	fail_forget(c);
	CHECK(llm_read_models(c, "<x>", 3, &names) == FAIL_REMOTE);
}

TEST(questions)
{
	struct llm llm = {.model = "m", .api = "chat"};
	const char *path, *body;

	CHECK_OK(llm_question(c, &llm, "be \"brief\"", "why\n?", &path, &body));
	CHECK_TEXT(path, "/chat/completions");
	CHECK_TEXT(body, "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":"
			 "\"be \\\"brief\\\"\"},{\"role\":\"user\",\"content\":\"why\\n?\"}],"
			 "\"stream\":true}");
	llm.api = "responses";
	CHECK_OK(llm_question(c, &llm, "i", "p\xff", &path, &body));
	CHECK_TEXT(path, "/responses");
	CHECK_TEXT(body, "{\"model\":\"m\",\"instructions\":\"i\",\"input\":\"p\xef\xbf\xbd\","
			 "\"stream\":true,\"store\":false}");
	llm.api = "assistants";
	CHECK(llm_question(c, &llm, "i", "p", &path, &body) == FAIL_CONFIG);
}
