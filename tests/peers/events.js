// A receiver of MCP Events that checks them with the npm package standardwebhooks: node events.js PLAN.
// PLAN is a JSON file, read anew for each request: {"secret": "whsec_...", "echo": true, "status": 200}.
// A challenge is given back when echo is true. Prints "ready PORT", then one line of JSON a request.
const http = require("node:http");
const { readFileSync: read } = require("node:fs");
const { Webhook } = require("standardwebhooks");

function fits(secret, body, headers) {
	try {
		new Webhook(secret).verify(body, headers);
		return true;
	} catch {
		return false;
	}
}

const server = http.createServer((request, response) => {
	const pieces = [];
	request.on("data", (piece) => pieces.push(piece));
	request.on("end", () => {
		const body = Buffer.concat(pieces).toString();
		const plan = JSON.parse(read(process.argv[2]));
		const event = JSON.parse(body);
		const challenge = event.type === "verification" ? event.challenge : undefined;
		console.log(JSON.stringify({ event, signed: fits(plan.secret, body, request.headers),
			id: request.headers["webhook-id"], subscription: request.headers["x-mcp-subscription-id"] }));
		response.statusCode = challenge ? 200 : plan.status;
		response.end(challenge && plan.echo ? JSON.stringify({ challenge }) : "{}");
	});
});

server.listen(0, "127.0.0.1", () => console.log(`ready ${server.address().port}`));
