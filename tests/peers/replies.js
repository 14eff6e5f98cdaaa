// Asks a server all that its OpenAPI document says can be asked without changing anything, and holds
// each answer to the schema of its status. replies.js URL KEY KNOWN [DOCUMENT]: KNOWN is a JSON object
// with values for what stands in paths, DOCUMENT a file in the place of what the server says. Prints one line an operation; ends with 1 when an answer does not fit.
'use strict';
const { readFileSync } = require('node:fs');
const Ajv = require('ajv/dist/2020').default;
const formats = require('ajv-formats').default;

const [url, key, known] = [process.argv[2], process.argv[3], JSON.parse(process.argv[4])];
let failed = false;

// What a schema does not name is a fault too.
function close(schema) {
	if (!schema || typeof schema !== 'object') return;
	if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
	Object.values(schema).forEach(close);
}

function report(good, name, text) {
	failed ||= !good;
	console.log(`${good ? 'ok' : 'not ok'} ${name} ${text}`);
}

async function ask(ajv, document, path, name, operation, headers) {
	let query = [], place = path;
	for (const p of operation.parameters || []) {
		const value = known[name]?.[p.name] ?? known[p.name] ?? (p.in === 'query' && !p.required ? undefined : p.example);
		if (p.in === 'path') place = place.replace(`{${p.name}}`, encodeURIComponent(value));
		else if (p.in === 'query' && value !== undefined) query.push(`${p.name}=${encodeURIComponent(value)}`);
		else if (p.required) return report(false, name, `needs ${p.name}`);
	}
	const reply = await fetch(url + place + (query.length ? '?' + query.join('&') : ''), {headers});
	const type = (reply.headers.get('content-type') || '').replace(/;.*/, '');
	let answer = operation.responses[reply.status];
	if (answer?.$ref) answer = document.components.responses[answer.$ref.split('/').pop()];
	const content = Object.entries(answer?.content || {})
		.find(([t]) => t === '*/*' || t.replace(/;.*/, '') === type)?.[1];
	const text = await reply.text();
	if (!content) return report(false, name, `${reply.status} ${type} is not described: ${text.slice(0, 200)}`);
	if (type !== 'application/json') return report(true, name, `${reply.status} ${type}`);
	const valid = ajv.compile({...content.schema, components: document.components});
	report(valid(JSON.parse(text)), name,
		`${reply.status} ${ajv.errorsText(valid.errors)} ${valid.errors ? text.slice(0, 400) : ''}`);
}

(async () => {
	const headers = {Authorization: `Bearer ${key}`};
	const document = process.argv[5] ? JSON.parse(readFileSync(process.argv[5]))
		: await (await fetch(url + '/openapi.json')).json();
	close(document.components);
	const ajv = new Ajv({strict: false, allErrors: true});
	formats(ajv);
	for (const [path, item] of Object.entries(document.paths))
		for (const [method, operation] of Object.entries(item)) {
			if (method !== 'get') continue;
			await ask(ajv, document, path, operation.operationId, operation, headers);
			if (!operation.security)
				await ask(ajv, document, path, operation.operationId, operation, {});
		}
	process.exit(failed ? 1 : 0);
})();
