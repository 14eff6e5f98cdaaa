// A server that behaves badly on purpose, for the tests of lib/net.
// usage: node hostile.js [--port N] [--host ADDRESS]... [--dns] [--tls KEY CERT]
// Prints "ready PORT", then a line for every connection and request it gets.
'use strict';

const dgram = require('node:dgram');
const http = require('node:http');
const https = require('node:https');
const { readFileSync: read } = require('node:fs');
const zlib = require('node:zlib');

const options = { port: 0, hosts: [], dns: false, tls: null };
for (let args = process.argv.slice(2); args.length;) {
	const option = args.shift();
	if (option === '--port') options.port = Number(args.shift());
	else if (option === '--host') options.hosts.push(args.shift());
	else if (option === '--dns') options.dns = true;
	else if (option === '--tls')
		options.tls = { key: read(args.shift()), cert: read(args.shift()) };
	else throw new Error(`unknown option ${option}`);
}
if (!options.hosts.length) options.hosts.push('127.0.0.1');

// Writes piece after piece until the client has had enough.
function pour(res, piece, pause_ms = 0) {
	res.on('error', () => {});
	const next = () => {
		if (res.destroyed) return;
		if (pause_ms) {
			res.write(piece);
			setTimeout(next, pause_ms);
		} else if (res.write(piece)) {
			setImmediate(next);
		} else {
			res.once('drain', next);
		}
	};
	next();
}

function gzip_header() {
	return Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
}

const pages = {
	'/ok': (req, res) => res.end('fine\n'),
	'/echo': (req, res) => {
		res.end(`${JSON.stringify({ method: req.method, headers: req.headers })}\n`);
	},
	// 30 KB on the wire, 30 MB unpacked; both fit any limit on the wire.
	'/bomb': (req, res) => {
		res.writeHead(200, { 'Content-Encoding': 'gzip' });
		res.end(zlib.gzipSync(Buffer.alloc(30e6), { level: 9 }));
	},
	// The same size, as text compresses in earnest.
	'/text': (req, res) => {
		let text = '';
		for (let i = 0; i < 60000; i++) text += `line ${i} of ${(i * 7919) % 60013}\n`;
		res.writeHead(200, { 'Content-Encoding': 'gzip' });
		res.end(zlib.gzipSync(text));
	},
	// Stored blocks of no length: packed data that never unpacks to a byte.
	'/empty-blocks': (req, res) => {
		res.writeHead(200, { 'Content-Encoding': 'gzip' });
		res.write(gzip_header());
		pour(res, Buffer.alloc(5 * 2048, Buffer.from([0, 0, 0, 0xff, 0xff])));
	},
	'/endless': (req, res) => pour(res, Buffer.alloc(65536, 'x')),
	'/announced': (req, res) => {
		res.writeHead(200, { 'Content-Length': 1e12 });
		res.write('x');
	},
	'/drip': (req, res) => pour(res, 'x', 100),
	'/silent': (req, res) => res.write('x'),
	'/mute': () => {},
	'/break': (req, res) => {
		res.writeHead(200, { 'Content-Length': 100 });
		res.write('half', () => res.destroy());
	},
	// Ends the connection while the body of the request still comes.
	'/close': (req) => req.socket.destroy(),
	'/headers': (req, res) => {
		res.socket.write('HTTP/1.1 200 OK\r\n');
		pour(res.socket, 'X-Filler: yes\r\n');
	},
	'/garbage': (req, res) => res.socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
	'/loop': (req, res) => res.writeHead(302, { Location: '/loop' }).end(),
	'/redirect': (req, res, url) => {
		res.writeHead(302, { Location: url.searchParams.get('to') }).end('elsewhere\n');
	},
	'/missing': (req, res) => res.writeHead(404).end('no such page\n'),
};

const counts = {};
const data = (event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`;
const choice = (delta, finish) => ({ choices: [{ delta, finish_reason: finish ?? null }] });
const piece = (text, finish) => choice({ content: text }, finish);
const whole = [piece('one '), piece('two'), piece('', 'stop'), '[DONE]'];

// Starts a stream with EVENTS; the caller goes on.
function stream(res, ...events) {
	res.writeHead(200, { 'Content-Type': 'text/event-stream' });
	for (const event of events) res.write(data(event));
}
const streams = (...events) => (res) => { stream(res, ...events); res.end(); };
const says = (status, headers, body) => (res) => res.writeHead(status, headers).end(body);
const first = (answer) => (res, nth) => (nth === 1 ? answer : streams(...whole))(res);
function breaks(res) {
	stream(res, piece('half an '));
	setTimeout(() => res.destroy(), 20);
}

// What POST /v1/chat/completions does, by the name of the model; NTH counts its questions from 1.
const models = {
	whole: streams(...whole),
	'breaks-once': first(breaks),
	'breaks-always': breaks,
	'ends-early': streams(piece('half an ')),
	'asks-for-time': first(says(503, { 'Retry-After-Ms': '10', 'Retry-After': '3600' }, '{}')),
	'asks-for-an-hour': says(503, { 'Retry-After': '3600' }, '{"error":"loading"}'),
	'forbids-again': says(500, { 'X-Should-Retry': 'false' },
		'{"error":{"message":"broken","code":7}}'),
	'wants-again': first(says(400, { 'X-Should-Retry': 'true' }, '{}')),
	page: says(200, { 'Content-Type': 'text/html' }, '<html>hello</html>'),
	redirects: says(307, { Location: '/v1/other' }),
	'repeats-key': (res, nth, req) => {
		const error = { message: `bad key ${req.headers.authorization}` };
		res.writeHead(401).end(JSON.stringify({ error }));
	},
	'endless-event': (res) => {
		res.writeHead(200).write('data: ');
		pour(res, Buffer.alloc(65536, 'x'));
	},
	'endless-text': (res) => {
		stream(res);
		pour(res, data(piece('x'.repeat(8000))));
	},
	drips: (res) => {
		stream(res);
		pour(res, data(piece('x')), 50);
	},
	'error-event': streams(piece('half'), { error: { message: 'out of memory' } }),
	'says-nothing': streams(piece('', 'stop'), '[DONE]'),
	refuses: streams(choice({ refusal: 'I would rather not' }, 'stop')),
	cut: streams(piece('as far as it', 'length')),
	'no-stream': (res) => {
		const choices = [{ message: { content: 'in one' }, finish_reason: 'stop' }];
		res.end(JSON.stringify({ choices }, null, 2));
	},
};

function answer_model(req, res) {
	let body = '';
	req.on('data', (more) => { body += more; });
	req.on('end', () => {
		const { model } = JSON.parse(body);
		counts[model] = (counts[model] ?? 0) + 1;
		console.log(`model ${model}`);
		models[model](res, counts[model], req);
	});
}

function answer(req, res) {
	const url = new URL(req.url, 'http://here');
	const key = req.headers['x-key'] ?? req.headers.authorization ?? '';
	console.log(`request ${req.method} ${req.url} key=${key}`);
	if (url.pathname === '/v1/chat/completions') answer_model(req, res);
	else (pages[url.pathname] ?? pages['/missing'])(req, res, url);
}

// Names below .test: what the first and every later question gets.
const names = {
	'public.test': [['93.184.215.14']],
	'inside.test': [['127.0.0.1']],
	'private.test': [['10.0.0.1']],
	'metadata.test': [['169.254.169.254']],
	'mixed.test': [['127.0.0.1', '93.184.215.14']],
	'rebind.test': [['93.184.215.14'], ['127.0.0.1']],
};
const asked = {};

function answer_dns(socket, message, from) {
	const labels = [];
	let at = 12;
	while (message[at]) {
		labels.push(message.toString('latin1', at + 1, at + 1 + message[at]));
		at += message[at] + 1;
	}
	const name = labels.join('.').toLowerCase();
	const is_a = message.readUInt16BE(at + 1) === 1;
	const rows = names[name] ?? [[]];
	const addresses = is_a ? rows[Math.min(asked[name] ?? 0, rows.length - 1)] : [];
	if (is_a) asked[name] = (asked[name] ?? 0) + 1;
	const answers = addresses.map((address) => Buffer.from([
		0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]));
	const reply = Buffer.concat([message.subarray(0, at + 5), ...answers]);
	reply.writeUInt16BE(names[name] ? 0x8180 : 0x8183, 2);
	reply.writeUInt16BE(addresses.length, 6);
	reply.writeUInt32BE(0, 8);
	socket.send(reply, from.port, from.address);
}

async function listen(host) {
	const server = options.tls ? https.createServer(options.tls, answer)
		: http.createServer(answer);
	server.on('connection', (socket) => {
		socket.on('error', () => {});
		console.log(`connection ${socket.localAddress}`);
	});
	server.on('tlsClientError', () => {});
	await new Promise((done) => server.listen(options.port, host, done));
	return server.address().port;
}

(async () => {
	let port;
	if (options.dns) {
		const socket = dgram.createSocket('udp4');
		socket.on('message', (message, from) => answer_dns(socket, message, from));
		await new Promise((done) => socket.bind(53, '127.0.0.1', done));
	}
	for (const host of options.hosts) port = await listen(host);
	console.log(`ready ${port}`);
})();
