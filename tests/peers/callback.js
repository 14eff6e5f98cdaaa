// A receiver of callbacks that checks them with the npm package standardwebhooks.
// usage: node callback.js PLAN [--port N] [--host ADDRESS] [--tls KEY CERT]
// PLAN is a JSON file: {"secrets": ["whsec_..."], "trae": "whsec_...", "next": "whsec_...",
// "answers": [500, 200, ...]}, read anew for each request. The n-th request gets the n-th answer,
// the last one again and again; an answer is a status, or an object {status, headers, wait_ms}.
// Prints "ready PORT", then one line of JSON for every request.
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const https = require('node:https');
const { readFileSync: read } = require('node:fs');
const { Webhook } = require(process.env.STANDARDWEBHOOKS ?? 'standardwebhooks');

const plan_file = process.argv[2];
const options = { port: 0, host: '127.0.0.1', tls: null };
for (let args = process.argv.slice(3); args.length;) {
	const option = args.shift();
	if (option === '--port') options.port = Number(args.shift());
	else if (option === '--host') options.host = args.shift();
	else if (option === '--tls')
		options.tls = { key: read(args.shift()), cert: read(args.shift()) };
	else throw new Error(`unknown option ${option}`);
}

function verifies(secret, body, headers) {
	try {
		new Webhook(secret).verify(body, headers);
		return true;
	} catch {
		return false;
	}
}

// What the guide's receivers do: one comparison, by the text of the secret as it is written.
function fits(secret, body, given) {
	if (!secret) return null;
	return `sha256=${crypto.createHmac('sha256', secret).update(body).digest('hex')}` === given;
}

// A flipped bit in each part that is signed; the verifier has to refuse them all.
function tampered(secret, body, headers) {
	const id = { ...headers, 'webhook-id': `${headers['webhook-id']}0` };
	const time = { ...headers, 'webhook-timestamp': `${+headers['webhook-timestamp'] - 1}` };
	const old = { ...headers, 'webhook-timestamp': `${+headers['webhook-timestamp'] - 301}` };
	const other = Buffer.from(body);
	other[other.length >> 1] ^= 1;
	return [[body, id], [body, time], [body, old], [other.toString(), headers]]
		.filter(([b, h]) => verifies(secret, b, h)).length;
}

let count = 0;

function receive(req, res) {
	const pieces = [];
	req.on('data', (piece) => pieces.push(piece));
	req.on('end', () => {
		const body = Buffer.concat(pieces);
		const plan = JSON.parse(read(plan_file));
		const answers = plan.answers ?? [200];
		const entry = answers[Math.min(count, answers.length - 1)];
		const answer = typeof entry === 'number' ? { status: entry } : entry;
		count++;
		console.log(JSON.stringify({
			url: req.url,
			headers: req.headers,
			verified: (plan.secrets ?? []).map((s) => verifies(s, body, req.headers)),
			tampered: (plan.secrets ?? []).map((s) => tampered(s, body, req.headers)),
			trae: fits(plan.trae, body, req.headers['x-trae-signature']),
			next: fits(plan.next, body, req.headers['x-trae-signature-next']),
			status: answer.status,
			body: JSON.parse(body),
		}));
		setTimeout(() => {
			res.writeHead(answer.status, answer.headers ?? {});
			res.end(answer.body ?? '{"status":"received"}\n');
		}, answer.wait_ms ?? 0);
	});
}

const server = options.tls ? https.createServer(options.tls, receive) : http.createServer(receive);
server.listen(options.port, options.host, () => console.log(`ready ${server.address().port}`));
