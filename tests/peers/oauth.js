// A client of MCP that nobody here wrote comes by access as it would at a stranger's: node oauth.js PACKAGE
// URL CHROMIUM PAIRING-CODE. PACKAGE is sdk or client. The owner is played by a browser. Ends with status
// 1 at the first thing that is not so.
const assert = require("node:assert");
const http = require("node:http");
const { chromium } = require("playwright-core");

const [which, url, chrome, code] = process.argv.slice(2);
const old = which === "sdk";
const main = old ? require("@modelcontextprotocol/sdk/client/index.js") : require("@modelcontextprotocol/client");
const { StreamableHTTPClientTransport } = old
	? require("@modelcontextprotocol/sdk/client/streamableHttp.js") : main;

const kept = {};
let asked, port;

const provider = {
	get redirectUrl() { return `http://127.0.0.1:${port}/callback`; },
	get clientMetadata() {
		return { client_name: "A client's tests", redirect_uris: [this.redirectUrl],
			grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
			token_endpoint_auth_method: "none" };
	},
	state: () => "state-of-the-client",
	clientInformation: () => kept.client,
	saveClientInformation: (client) => { kept.client = client; },
	tokens: () => kept.tokens,
	saveTokens: (tokens) => { kept.tokens = tokens; },
	redirectToAuthorization: (to) => { asked = to; },
	saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
	codeVerifier: () => kept.verifier,
	discoveryState: () => kept.discovery,
	saveDiscoveryState: (state) => { kept.discovery = state; },
};

function client() {
	return new main.Client({ name: "trae-test", version: "1" },
		old ? {} : { versionNegotiation: { mode: "auto" } });
}

function transport() {
	return new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
}

// What the browser does between the client's question and its answer, and what it is sent back with.
async function owner(page, back) {
	const broken = [];

	page.on("console", (message) => { broken.push(message.text()); });
	await page.goto(asked.href);
	assert.match(await page.innerText("h1"), /A client's tests/);
	assert.match(await page.innerText("main"), /127\.0\.0\.1/);
	assert.strictEqual(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
	await page.fill("#proof", "AAAA-AAAA");
	await page.click("button[value=allow]");
	assert.match(await page.innerText("[role=alert]"), /pairing code/);
	await page.check("input[value=viewer]");
	await page.fill("#proof", code);
	await page.click("button[value=allow]");
	const params = await back;
	assert.deepStrictEqual(broken.filter((text) => !/403|404/.test(text)), []);
	return params;
}

async function run() {
	let arrived;
	const back = new Promise((resolve) => { arrived = resolve; });
	const server = http.createServer((request, response) => {
		const at = new URL(request.url, "http://127.0.0.1");
		response.end("You may close this page.");
		if (at.pathname === "/callback")
			arrived(at.searchParams);
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	port = server.address().port;

	await assert.rejects(client().connect(transport()));
	assert(kept.client.client_id && asked.searchParams.get("code_challenge_method") === "S256");
	assert.strictEqual(asked.searchParams.get("resource"), url);

	const browser = await chromium.launch({ executablePath: chrome, args: ["--no-sandbox"] });
	const page = await browser.newPage({ viewport: { width: 360, height: 640 }, javaScriptEnabled: true });
	const params = await owner(page, back);
	await browser.close();
	server.close();
	assert.strictEqual(params.get("state"), "state-of-the-client");
	assert.strictEqual(params.get("iss"), new URL(url).origin);

	await transport().finishAuth(old ? params.get("code") : params);
	const first = kept.tokens;
	assert.strictEqual(first.scope, "viewer");
	const one = client();
	await one.connect(transport());
	assert((await one.listTools()).tools.length > 10);
	await one.close();

	// A token that is refused makes the client come for the next one by itself.
	kept.tokens = { ...first, access_token: "trae_access_expired" };
	const two = client();
	await two.connect(transport());
	assert((await two.listTools()).tools.some((tool) => tool.name === "task_list"));
	assert.notStrictEqual(kept.tokens.refresh_token, first.refresh_token);
	await two.close();
	console.log("all is so");
}

run().then(() => process.exit(0), (error) => {
	console.error(error);
	process.exit(1);
});
