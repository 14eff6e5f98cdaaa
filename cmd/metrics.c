/* trae metrics: counts for Prometheus. */
#include <sys/resource.h>

#include "lib/agent/system.h"
#include "lib/base/meter.h"
#include "lib/model/counter.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct metrics_reply {
	const char *text;
};

static void add(struct buf *b, const char *name, const char *type, const char *help, double value)
{
	buf_addf(b, "# HELP trae_%s %s\n# TYPE trae_%s %s\ntrae_%s %.15g\n", name, help, name, type,
		name, value);
}

static double share(int64_t part, int64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void add_http(struct buf *b)
{
	int64_t requests = meter_get(METER_REQUESTS);

	add(b, "http_requests_total", "counter", "Requests answered", (double)requests);
	add(b, "http_refused_total", "counter", "Requests refused (status 4xx)",
		(double)meter_get(METER_REFUSED));
	add(b, "http_errors_total", "counter", "Requests that failed (status 5xx)",
		(double)meter_get(METER_ERRORS));
	add(b, "http_request_seconds_total", "counter", "Seconds spent on requests",
		(double)meter_get(METER_REQUEST_US) / 1e6);
	add(b, "response_time_seconds", "gauge", "Mean time of an answer since the start",
		share(meter_get(METER_REQUEST_US), requests) / 1e6);
	add(b, "error_frequency", "gauge", "Share of requests that failed since the start",
		share(meter_get(METER_ERRORS), requests));
	add(b, "write_transactions_total", "counter", "Transactions of the write lane",
		(double)meter_get(METER_GROUPS));
	add(b, "write_requests_total", "counter", "Requests in them", (double)meter_get(METER_GROUPED));
}

static void add_tasks(struct buf *b, const struct counters *n)
{
	int64_t failed = n->tasks_failed + n->tasks_dead_letter, ended = n->tasks_completed + failed;

	add(b, "tasks_waiting", "gauge", "Tasks on the queue that do not run yet",
		(double)(n->tasks_pending + n->tasks_scheduled + n->tasks_blocked +
			n->tasks_retrying + n->tasks_paused + n->tasks_approval_pending));
	add(b, "tasks_ready", "gauge", "Of them those that a free worker would take",
		(double)n->tasks_pending);
	add(b, "workers", "gauge", "Worker processes of this server", (double)meter_get(METER_WORKERS));
	add(b, "callbacks_pending", "gauge", "Callbacks that are still to be sent",
		(double)n->callbacks_pending);
	add(b, "tasks_running", "gauge", "Tasks that run", (double)n->tasks_running);
	add(b, "tasks_completed_total", "counter", "Tasks completed", (double)n->tasks_completed);
	add(b, "tasks_failed_total", "counter", "Tasks failed", (double)failed);
	add(b, "task_completion_rate", "gauge", "Share of ended tasks that completed",
		share(n->tasks_completed, ended));
	add(b, "files", "gauge", "Files recorded", (double)n->files);
	add(b, "file_bytes", "gauge", "Their bytes", (double)n->file_bytes);
}

/* Of the machine or of its control group. */
static enum fail add_resources(struct call *c, struct buf *b)
{
	struct health h;

	TRY(system_health(c, &h));
	buf_addf(b, "# HELP trae_resource_utilization_percent Share in use, at the last sample\n"
		"# TYPE trae_resource_utilization_percent gauge\n"
		"trae_resource_utilization_percent{resource=\"cpu\"} %.15g\n"
		"trae_resource_utilization_percent{resource=\"memory\"} %.15g\n"
		"trae_resource_utilization_percent{resource=\"disk\"} %.15g\n",
		h.cpu_percent, h.memory_percent, h.disk_percent);
	return FAIL_NONE;
}

static void add_process(struct buf *b)
{
	struct rusage use;

	if (getrusage(RUSAGE_SELF, &use))
		return;
	add(b, "process_cpu_seconds_total", "counter", "Processor time of this process",
		(double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec +
			(double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6);
	add(b, "process_peak_bytes", "gauge", "Most memory that it held", (double)use.ru_maxrss * 1024);
}

static enum fail run(struct call *c, const void *args)
{
	struct buf b = buf_in(&c->arena);
	struct metrics_reply reply;
	struct store_facts facts;
	struct counters counters;

	(void)args;
	TRY(store_open_read(c));
	TRY(counters_read(c, &counters));
	TRY(store_facts(c, &facts));
	add_http(&b);
	add_process(&b);
	TRY(add_resources(c, &b));
	add_tasks(&b, &counters);
	add(&b, "store_bytes", "gauge", "Size of the store", (double)facts.file_bytes);
	add(&b, "store_log_bytes", "gauge", "Size of its write-ahead log", (double)facts.log_bytes);
	reply.text = b.data;
	return op_emit(c, &reply);
}

const struct op op_metrics = {
	.name = "metrics",
	.route = "GET /api/v1/metrics",
	OP_ALIASES({"GET /metrics", .id = "metrics_text", .media_type = "text/plain; version=0.0.4; charset=utf-8"}),
	.effect = EFFECT_READ,
	.fresh_ms = 100,
	.flags = OP_QUICK | OP_NEAR,
	.summary = "Give counts for Prometheus",
	.about = "Completion rates, response times, error frequencies and resource use, from "
		"counters that are kept with every change; those of HTTP count since the server "
		"started.",
	.example = "trae metrics",
	.document = "text",
	OP_NO_ARGS,
	OP_REPLY(struct metrics_reply,
		FIELD(struct metrics_reply, text, "In the Prometheus text format", .required = true)),
	.run = run,
};
