// A client of MCP that nobody here wrote, put through what assistants do: node mcp.js PACKAGE ERA AT...
// PACKAGE is sdk (the clients of most hosts) or client (of both eras), ERA legacy or auto, AT a URL (the
// key comes in KEY) or the words of a command. Ends with status 1 at the first thing that is not so.
const assert = require("node:assert");

const [which, era, ...at] = process.argv.slice(2);
const old = which === "sdk";
const { Client, ...main } = old ? require("@modelcontextprotocol/sdk/client/index.js")
	: require("@modelcontextprotocol/client");
const { StdioClientTransport } = old ? require("@modelcontextprotocol/sdk/client/stdio.js")
	: require("@modelcontextprotocol/client/stdio");
const { StreamableHTTPClientTransport } = old
	? require("@modelcontextprotocol/sdk/client/streamableHttp.js") : main;

let agree; // what the user says to a question
let asked = 0;

function transport() {
	if (!at[0].startsWith("http"))
		return new StdioClientTransport({ command: at[0], args: at.slice(1), env: process.env });
	return new StreamableHTTPClientTransport(new URL(at[0]),
		{ requestInit: { headers: { Authorization: `Bearer ${process.env.KEY}` } } });
}

function answer(request) {
	asked++;
	assert.strictEqual(request.params.requestedSchema.required[0], "confirm");
	return agree ? { action: "accept", content: { confirm: true } } : { action: "decline" };
}

async function connect() {
	const options = { capabilities: { elicitation: {} } };
	if (!old)
		options.versionNegotiation = { mode: era };
	const client = new Client({ name: "trae-test", version: "1" }, options);
	client.setRequestHandler(old ? require("@modelcontextprotocol/sdk/types.js").ElicitRequestSchema
		: "elicitation/create", async (request) => answer(request));
	await client.connect(transport());
	return client;
}

function call(client, name, args, options) {
	const params = { name, arguments: args };
	return old ? client.callTool(params, undefined, options) : client.callTool(params, options);
}

// Each tool that only looks and needs no argument: the client itself holds what comes against the
// tool's output schema, and throws when it does not fit.
async function look(client, tools) {
	for (const tool of tools) {
		if (!tool.annotations.readOnlyHint || (tool.inputSchema.required ?? []).length)
			continue;
		const result = await call(client, tool.name, {});
		assert(result.isError || result.structuredContent, tool.name);
		if (!result.isError)
			assert.deepStrictEqual(JSON.parse(result.content[0].text), result.structuredContent);
	}
}

async function render(client) {
	const seen = [];
	const result = await call(client, "video_render", { text: "# Tea\n\nTea is warm.", size: "320x180",
		quality: "draft" }, { onprogress: (p) => seen.push(p.progress), timeout: 120000 });
	assert(!result.isError, JSON.stringify(result));
	assert.strictEqual(result.structuredContent.status, "completed");
	assert(result.structuredContent.duration_s > 0);
	assert(seen.length > 0 && seen.every((p, i) => !i || p > seen[i - 1]), `progress ${seen}`);
	const link = result.content.find((c) => c.type === "resource_link");
	assert(link.uri.startsWith("trae://file/"));
	const listed = await client.listResources();
	assert(listed.resources.some((r) => r.uri === link.uri));
	const task = await client.readResource({ uri: `trae://task/${result.structuredContent.task_id}` });
	assert.strictEqual(JSON.parse(task.contents[0].text).state, "completed");
}

// What the client gives up is cancelled here, too.
async function cancel(client) {
	const stop = new AbortController();
	const text = "# Long\n\n" + "This goes on for a while. ".repeat(600);
	await assert.rejects(call(client, "video_render", { text, size: "1280x720" },
		{ signal: stop.signal, timeout: 120000, onprogress: () => stop.abort("enough") }));
	for (;;) {
		const list = await call(client, "task_list", { limit: 1 });
		if (list.structuredContent.tasks[0].state === "cancelled")
			return;
		await new Promise((done) => setTimeout(done, 100));
	}
}

async function confirm(client) {
	const there = async () => (await call(client, "schedule_list", {})).structuredContent.schedules.length;
	const added = await call(client, "schedule_add", { name: "daily", every: "daily",
		task_type: "status" });
	assert(!added.isError, JSON.stringify(added));
	agree = false;
	const kept = await call(client, "schedule_remove", { name: "daily" });
	assert(kept.isError && (await there()) === 1, JSON.stringify(kept));
	agree = true;
	const removed = await call(client, "schedule_remove", { name: "daily" });
	assert(!removed.isError && (await there()) === 0, JSON.stringify(removed));
	assert.strictEqual(asked, 2);
}

async function run() {
	const client = await connect();
	const { tools } = await client.listTools();
	assert(tools.length > 40);
	await look(client, tools);
	await render(client);
	await cancel(client);
	await confirm(client);
	assert.deepStrictEqual((await client.listPrompts()).prompts, []);
	assert((await client.listResourceTemplates()).resourceTemplates.length >= 2);
	await assert.rejects(client.readResource({ uri: "trae://file/none" }));
	await client.close();
	console.log("all of it");
}

run().catch((error) => {
	console.error(error);
	process.exit(1);
});
