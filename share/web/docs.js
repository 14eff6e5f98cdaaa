// The page /docs: all operations of openapi.json, to read and to try. No library, nothing kept.
'use strict';

const $ = id => document.getElementById(id);
let doc, operations = [], key = '', shown = null;

// An element: make('a.big', {href: '#'}, 'text', child, ...).
function make(what, attributes, ...children) {
	const [tag, ...classes] = what.split('.');
	const e = document.createElement(tag || 'div');
	if (classes.length) e.className = classes.join(' ');
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
		else if (value === true) e.setAttribute(name, '');
		else if (value !== false && value != null) e.setAttribute(name, value);
	}
	e.append(...children.flat(3).filter(c => c != null && c !== false));
	return e;
}

const show = (e, ...children) => e.replaceChildren(...children.flat(3).filter(c => c != null && c !== false));
const plural = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;

// --- The document ---

function resolve(o) {
	while (o && o.$ref)
		o = o.$ref.slice(2).split('/').reduce((at, name) => at[name], doc);
	return o || {};
}

// What was an argument once: path, query, header or body.
function argumentsOf(op) {
	const list = (op.parameters || []).map(p => ({...p, schema: resolve(p.schema)}));
	const media = op.requestBody?.content['application/json'];
	const body = resolve(media?.schema);
	for (const [name, schema] of Object.entries(body.properties || {}))
		list.push({name, in: 'body', schema, description: schema.description, example: media.example?.[name],
			required: (body.required || []).includes(name)});
	return list.sort((a, b) => (b.required || 0) - (a.required || 0));
}

function readTable(document_) {
	doc = document_;
	for (const [path, item] of Object.entries(doc.paths))
		for (const [method, op] of Object.entries(item)) {
			const own = op['x-trae'].command.replace(/[ -]/g, '_') === op.operationId;
			operations.push({...op, id: op.operationId, path, method, own, shell: op['x-trae'], tag: op.tags[0]});
		}
	for (const op of operations)
		op.routes = operations.filter(o => o.shell.command === op.shell.command);
	$('version').textContent = doc.info.version;
}

// --- Words for schemas ---

function typeOf(schema) {
	const types = [].concat(schema.type || 'any').filter(t => t !== 'null');
	if (types[0] === 'array') return typeOf(resolve(schema.items)) + '[]';
	return types.join(' or ');
}

function limitsOf(s) {
	const out = [];
	const code = text => make('code', null, String(text));
	if (s.default !== undefined) out.push('Default ', code(String(s.default)), '. ');
	const words = (s.enum || resolve(s.items).enum || []).filter(w => w !== null);
	if (words.length) out.push('One of ', ...words.flatMap((w, i) => [i ? ', ' : '', code(w)]), '. ');
	if (s.minimum !== undefined) out.push(`From ${s.minimum} to ${s.maximum}. `);
	if (s.maxLength) out.push(`Up to ${plural(s.maxLength, 'character')}. `);
	return out;
}

function rowsOf(properties, required, deep, out = []) {
	for (const [name, p] of Object.entries(properties || {})) {
		const s = resolve(p), inner = s.properties || resolve(s.items).properties;
		const more = limitsOf(s);
		out.push(make('tr.deep' + deep, null,
			make('td', null, name, required.includes(name) && make('span.must', null, 'required')),
			make('td.type', null, typeOf(s)),
			make('td', null, s.description || '', more.length > 0 && make('span.more', null, ...more))));
		if (inner && deep < 4) rowsOf(inner, required.length ? (s.properties ? s : resolve(s.items)).required || [] : [], deep + 1, out);
	}
	return out;
}

function table(rows, head) {
	return make('.card.table', null, make('table', null,
		make('thead', null, make('tr', null, head.map(h => make('th', {scope: 'col'}, h)))), make('tbody', null, rows)));
}

function argumentTable(list) {
	return table(list.flatMap(a => {
		const rows = rowsOf({[a.name]: {...a.schema, description: a.description}}, a.required ? [a.name] : [], 0);
		if (a.in !== 'body') rows[0].children[1].append(make('span.more', null, a.in));
		return rows;
	}), ['Argument', 'Type', 'What it is']);
}

function answerTables(op) {
	const out = [], others = [];
	for (const [status, response] of Object.entries(op.responses)) {
		const answer = resolve(response), [type, media] = Object.entries(answer.content || {})[0] || [];
		const schema = resolve(media?.schema);
		if (status >= '300') {
			others.push(make('tr', null, make('td', null, status), make('td', null, answer.description)));
			continue;
		}
		out.push(make('h3', null, `Answer ${status}`), answer.description !== 'Done' && make('p.quiet', null,
			answer.description, type && type !== 'application/json' ? ` (${type})` : ''));
		if (schema.properties) out.push(table(rowsOf(schema.properties, [], 0), ['Member', 'Type', 'What it is']));
		else if (schema.items) out.push(table(rowsOf(resolve(schema.items).properties, [], 0), ['Member of each', 'Type', 'What it is']));
	}
	if (others.length)
		out.push(make('h3', null, 'Failures'), table(others, ['Status', 'When']));
	return out;
}

// --- What was filled in, as a request and as commands ---

const quote = text => /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + String(text).replace(/'/g, "'\\''") + "'";

function readField(e) {
	const text = e.value, kind = e.dataset.kind;
	if (text === '') return undefined;
	if (kind === 'number') return Number(text);
	if (kind === 'boolean') return text === 'true';
	if (kind === 'list') return text.split(/[,\n]/).map(t => t.trim()).filter(Boolean);
	if (kind === 'json') return JSON.parse(text);
	return text;
}

function readForm(form) {
	const values = {};
	for (const e of form.elements)
		if (e.dataset.kind) {
			try {
				values[e.name] = readField(e);
				e.setCustomValidity('');
			} catch {
				e.setCustomValidity('This is not JSON');
			}
		}
	return values;
}

function requestOf(op, values) {
	const list = argumentsOf(op), query = new URLSearchParams(), headers = {}, body = {};
	let path = op.path;
	for (const a of list) {
		const v = values[a.name];
		if (a.in === 'path') path = path.replace(`{${a.name}}`, v === undefined ? `{${a.name}}` : encodeURIComponent(v));
		else if (v === undefined) continue;
		else if (a.in === 'query') query.append(a.name, [].concat(v).join(','));
		else if (a.in === 'header') headers[a.name] = v;
		else body[a.name] = v;
	}
	const has = Object.keys(body).length > 0;
	if (has) headers['Content-Type'] = 'application/json';
	const q = query.toString();
	return {url: path + (q ? '?' + q : ''), headers, body: has ? JSON.stringify(body) : undefined};
}

function asCurl(op, values) {
	const r = requestOf(op, values), base = doc.servers[0].url;
	const words = ['curl', ...(op.method === 'get' ? [] : ['-X', op.method.toUpperCase()]), quote(base + r.url)];
	let text = words.join(' ');
	if (!op.security) text += ' \\\n  -H "Authorization: Bearer $TRAE_KEY"';
	for (const [name, value] of Object.entries(r.headers)) text += ` \\\n  -H ${quote(`${name}: ${value}`)}`;
	if (r.body) text += ` \\\n  -d ${quote(r.body)}`;
	return text;
}

function flagText(flag, value, schema) {
	if (value === true) return [flag];
	if (value === false) return ['--no-' + flag.slice(2)];
	if (Array.isArray(value)) {
		// A flag that names one document is given once for each.
		const each = typeOf(schema) === 'string[]' && !flag.endsWith('s');
		if (typeOf(schema) !== 'string[]') return [flag, quote(JSON.stringify(value))];
		return each ? value.flatMap(v => [flag, quote(v)]) : [flag, quote(value.join(','))];
	}
	return [flag, quote(typeof value === 'object' ? JSON.stringify(value) : String(value))];
}

// What a guide calls otherwise, in the operation's own names.
function renamed(op, given) {
	const values = structuredClone(given);
	for (const {from, to, text, seconds, is, means} of op.shell.renames || []) {
		const names = from.split('.'), last = names.pop();
		const parent = names.reduce((at, name) => at?.[name], values);
		const v = parent?.[last];
		if (v === undefined || (text && /^(https?:\/\/|[0-9a-f-]{36}$)/.test(v))) continue;
		delete parent[last];
		if (to) values[to] = seconds ? `${v}s` : v === is ? means : v;
	}
	for (const [name, v] of Object.entries(values))
		if (v && typeof v === 'object' && !Array.isArray(v) && !Object.keys(v).length) delete values[name];
	return values;
}

function asShell(op, filled) {
	const {command, words: places, flags} = op.shell, schemas = {}, values = renamed(op, filled);
	for (const a of argumentsOf(op)) schemas[a.name] = a.schema;
	const known = name => places.includes(name) || name in flags;
	const given = Object.entries(values).filter(([, v]) => v !== undefined);
	const idempotent = values['Idempotency-Key'] ?? values.idempotency_key;
	const ofTask = given.filter(([n]) => !known(n) && n in schemas && !['wait', 'Idempotency-Key', 'idempotency_key'].includes(n));
	const long = '202' in op.responses && '200' in op.responses;
	let words = ['trae', ...command.split(' ')];
	if (long && ofTask.length) {
		// Members of the task that it becomes.
		const own = Object.fromEntries(given.filter(([n]) => known(n)));
		words = ['trae', 'task', 'submit', quote(command), '--parameters', quote(JSON.stringify(own))];
		for (const [name, value] of ofTask) words.push(...flagText('--' + name.replace(/_/g, '-'), value, schemas[name]));
	} else {
		for (const [name, value] of given)
			if (name in flags) words.push(...flagText(flags[name], value, schemas[name] || {}));
		if (long && values.wait === undefined) words.push('--queue');
	}
	if (idempotent !== undefined) words.push('--idempotency-key', quote(idempotent));
	if (!(long && ofTask.length)) {
		const plain = places.flatMap(name => values[name] === undefined ? [] : [].concat(values[name])).map(String);
		if (plain.some(w => w.startsWith('-'))) words.push('--');
		words.push(...plain.map(quote));
	}
	return words.join(' ');
}

// --- Trying ---

function fieldFor(a) {
	const s = a.schema, type = typeOf(s), id = 'f-' + a.name;
	const words = (s.enum || (type === 'boolean' ? ['true', 'false'] : [])).filter(w => w !== null);
	const common = {id, name: a.name, required: a.required};
	const example = a.example === undefined ? ''
		: typeof a.example === 'object' && type !== 'string[]' ? JSON.stringify(a.example) : String(a.example);
	const hint = s.default !== undefined ? String(s.default) : a.required ? '' : example;
	let input, long = false;
	if (words.length) {
		input = make('select', {...common, 'data-kind': type === 'boolean' ? 'boolean' : 'text'},
			make('option', {value: ''}, s.default !== undefined ? `default: ${hint}` : '–'), words.map(w => make('option', {value: w}, w)));
	} else if (type === 'integer' || type === 'number') {
		input = make('input', {...common, type: 'number', step: type === 'integer' ? 1 : 'any', min: s.minimum, max: s.maximum,
			placeholder: hint, 'data-kind': 'number'});
	} else if (type === 'string[]') {
		input = make('input', {...common, type: 'text', placeholder: hint || 'divided by commas', 'data-kind': 'list'});
	} else if (type !== 'string') {
		long = true;
		input = make('textarea', {...common, placeholder: 'JSON', 'data-kind': 'json', spellcheck: 'false'});
	} else if (s.maxLength > 1000) {
		long = true;
		input = make('textarea', {...common, 'data-kind': 'text'});
	} else {
		input = make('input', {...common, type: 'text', placeholder: hint, 'data-kind': 'text', spellcheck: 'false'});
	}
	if (example && a.required) input.value = example;
	return make('.field' + (long ? '.long' : ''), null, make('label', {for: id}, a.name, a.required && make('span.must', null, 'required')),
		input, make('small', null, a.description || ''));
}

// JSON with colours, as elements: nothing of an answer becomes markup.
function colored(text) {
	const pre = make('pre', {tabindex: '0'}), token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d[\d.eE+-]*/g;
	let at = 0;
	for (const m of text.matchAll(token)) {
		pre.append(text.slice(at, m.index), make('span.' + (m[2] ? 'k' : m[1] ? 's' : m[3] ? 'w' : 'n'), null, m[1] || m[0]), m[2] || '');
		at = m.index + m[0].length;
	}
	pre.append(text.slice(at));
	return pre;
}

async function showAnswer(reply, ms, box) {
	const type = reply.headers.get('content-type') || '', blob = await reply.blob();
	const line = make('.answer', null, make('b.' + (reply.ok ? 'good' : 'bad'), {id: 'status'}, `${reply.status}`),
		make('span.quiet', null, `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`),
		make('span.quiet', null, plural(blob.size, 'byte')), make('span.quiet', null, type.replace(/;.*/, '')));
	const headers = [...reply.headers].map(([n, v]) => `${n}: ${v}`).join('\n');
	let body;
	if (/json/.test(type)) {
		const text = await blob.text();
		try {
			body = colored(JSON.stringify(JSON.parse(text), null, 2));
		} catch {
			body = make('pre', {tabindex: '0'}, text);
		}
	} else if (/^text\//.test(type)) {
		body = make('pre', {tabindex: '0'}, await blob.text());
	} else {
		body = make('p', null, make('a', {href: URL.createObjectURL(blob), download: 'answer'}, 'Save the bytes'));
	}
	show(box, line, body, make('details', null, make('summary', null, 'Headers'), make('pre', null, headers)));
}

async function send(op, form, box) {
	const values = readForm(form), button = form.querySelector('.go');
	if (!form.reportValidity()) return;
	const r = requestOf(op, values), start = performance.now();
	if (key) r.headers.Authorization = `Bearer ${key}`;
	button.disabled = true;
	box.parentElement.hidden = false;
	try {
		const reply = await fetch('.' + r.url, {method: op.method.toUpperCase(), headers: r.headers, body: r.body, credentials: 'omit'});
		await showAnswer(reply, performance.now() - start, box);
	} catch (e) {
		box.replaceChildren(make('.answer', null, make('b.bad', {id: 'status'}, 'No answer'), make('span.quiet', null, e.message)));
	}
	button.disabled = false;
}

function commands(op, form) {
	const pre = make('pre', {id: 'command', tabindex: '0'});
	const tabs = {trae: asShell, curl: asCurl};
	let now = 'trae';
	const draw = () => { pre.textContent = tabs[now](op, readForm(form)); };
	const buttons = Object.keys(tabs).map(name => make('button', {type: 'button', role: 'tab', id: 'as-' + name,
		'aria-selected': String(name === now), onclick: e => {
			now = name;
			for (const b of buttons) b.setAttribute('aria-selected', String(b === e.currentTarget));
			draw();
		}}, name));
	const copy = make('button.copy', {type: 'button', id: 'copy', onclick: async () => {
		try {
			await navigator.clipboard.writeText(pre.textContent);
			copy.textContent = 'Copied';
		} catch {
			getSelection().selectAllChildren(pre);
			copy.textContent = 'Selected';
		}
		setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
	}}, 'Copy');
	form.addEventListener('input', draw);
	draw();
	return make('.card', null, make('h2', null, 'The same from a shell'),
		make('.tabs', {role: 'tablist'}, buttons, copy), pre);
}

function tryPanel(op) {
	const list = argumentsOf(op), shownFirst = a => a.required || a.example !== undefined;
	const must = list.filter(shownFirst), may = list.filter(a => !shownFirst(a));
	const box = make('', {'aria-live': 'polite'});
	const form = make('form', {novalidate: false, autocomplete: 'off', onsubmit: e => {
		e.preventDefault();
		send(op, form, box);
	}}, must.map(fieldFor), may.length > 0 && make('details', {open: !must.length && may.length < 5},
		make('summary', null, plural(may.length, 'optional argument')), may.map(fieldFor)),
	make('.send-row', null, make('button.go.' + op.shell.effect, {type: 'submit', id: 'send'}, 'Send'),
		make('span.quiet', null, op.security ? 'No key needed' : op.shell.effect === 'read' ? 'Only reads' : `Effect: ${op.shell.effect}`)));
	return make('.try', null, make('.card', null, make('h2', null, 'Try it'), form),
		make('.card', {hidden: true}, make('h2', null, 'Answer'), box), commands(op, form));
}

// --- Pages ---

const dot = effect => make('span.dot.' + effect, {title: effect});
const link = op => make('a', {href: '#' + op.id, 'data-id': op.id}, dot(op.shell.effect), make('span', null, op.shell.command));

function groups() {
	const all = new Map();
	for (const op of operations.filter(o => o.own)) all.set(op.tag, [...(all.get(op.tag) || []), op]);
	return all;
}

function showHome() {
	document.title = 'trae: operations';
	const way = (title, ...text) => make('li', null, make('b', null, title), ...text);
	show($('main'), make('h1', null, 'What this server can do'),
		make('p.lead', null, 'Every operation below is the same from a shell, over HTTP and for an assistant. ' +
			'Give a key above to try them here; it stays in the memory of this page.'),
		make('ul.ways', null,
			way('For programs', make('a', {href: 'openapi.json'}, 'openapi.json'), ', OpenAPI 3.1'),
			way('For assistants', 'MCP, by ', make('code', null, 'trae mcp'), ' or at ', make('code', null, '/mcp')),
			way('For a shell', make('code', null, 'trae help'), ', the same names')),
		make('.groups', null, [...groups()].map(([tag, list]) => make('.card', null, make('h2', null, tag),
			list.map(op => make('a', {href: '#' + op.id}, dot(op.shell.effect), make('span', null, op.summary)))))),
		make('.legend', null, ['read', 'write', 'send', 'act', 'spend', 'destroy'].map(e => make('span', null, dot(e), e))));
}

function showOperation(op) {
	document.title = `trae: ${op.shell.command}`;
	const list = argumentsOf(op);
	show($('main'), make('.badges', null,
		make('span.badge.' + op.shell.effect, null, dot(op.shell.effect), op.shell.effect),
		op.security && make('span.badge.plain', null, 'no key needed'),
		'202' in op.responses && '200' in op.responses && make('span.badge.plain', null, 'becomes a task')),
	make('h1', null, op.summary), make('p.lead', null, op.description),
	op.routes.map(r => make('.route', null, make('span.method.' + r.method, null, r.method.toUpperCase()),
		r.id === op.id ? make('span', null, r.path) : make('a', {href: '#' + r.id}, r.path))),
	make('.columns', null, make('div', null, make('h3', null, 'Arguments'),
		list.length ? argumentTable(list) : make('p.quiet', null, 'None.'), answerTables(op)), tryPanel(op)));
}

function drawList(filter = '') {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	const fits = op => words.every(w => [op.shell.command, op.summary, op.description,
		...op.routes.map(r => r.path)].join(' ').toLowerCase().includes(w));
	const out = [];
	for (const [tag, list] of groups()) {
		const left = list.filter(fits);
		if (left.length) out.push(make('h2', null, tag), left.map(link));
	}
	show($('list'), out.length ? out : make('p.quiet', null, 'Nothing is called so.'));
	mark();
}

function mark() {
	for (const a of $('list').querySelectorAll('a')) {
		const here = shown && a.dataset.id === shown.shell.command.replace(/[ -]/g, '_');
		a.toggleAttribute('aria-current', here);
		if (here) {
			a.setAttribute('aria-current', 'page');
			a.scrollIntoView({block: 'nearest'});
		}
	}
}

function go() {
	shown = operations.find(o => o.id === decodeURIComponent(location.hash.slice(1))) || null;
	openMenu(false);
	if (shown) showOperation(shown);
	else showHome();
	mark();
	scrollTo(0, 0);
}

function openMenu(open) {
	$('side').classList.toggle('open', open);
	$('menu').setAttribute('aria-expanded', String(open));
}

// --- Key, theme, keyboard ---

let asked;
async function checkKey() {
	key = $('key').value.trim();
	const who = $('who');
	who.className = '';
	who.textContent = key ? '…' : 'none';
	if (!key) return;
	const reply = await fetch('./api/v1/status', {headers: {Authorization: `Bearer ${key}`}, credentials: 'omit'});
	who.className = reply.ok ? 'good' : 'bad';
	who.textContent = reply.ok ? 'valid' : reply.status === 401 ? 'not valid' : String(reply.status);
}

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
}

document.addEventListener('keydown', e => {
	const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
	if (e.key === '/' && !typing) {
		e.preventDefault();
		openMenu(true);
		$('search').focus();
	} else if (e.key === 'Escape') {
		openMenu(false);
		document.activeElement.blur();
	} else if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && $('send')) {
		e.preventDefault();
		$('send').click();
	} else if ((e.key === 'ArrowDown' || e.key === 'ArrowUp') && $('side').contains(document.activeElement)) {
		const all = [...$('list').querySelectorAll('a')], at = all.indexOf(document.activeElement);
		e.preventDefault();
		(all[at + (e.key === 'ArrowDown' ? 1 : -1)] || $('search')).focus();
	}
});

async function start() {
	const dark = matchMedia('(prefers-color-scheme: dark)');
	setTheme(dark.matches ? 'dark' : 'light');
	dark.addEventListener('change', () => setTheme(dark.matches ? 'dark' : 'light'));
	$('theme').addEventListener('click', () => setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'));
	$('menu').addEventListener('click', () => openMenu(!$('side').classList.contains('open')));
	$('search').addEventListener('input', e => drawList(e.target.value));
	$('search').addEventListener('keydown', e => { if (e.key === 'Enter' && !e.ctrlKey && !e.metaKey) $('list').querySelector('a')?.click(); });
	$('key').addEventListener('input', () => { clearTimeout(asked); asked = setTimeout(checkKey, 250); });
	$('login').addEventListener('submit', e => { e.preventDefault(); checkKey(); });
	try {
		readTable(await (await fetch('openapi.json')).json());
	} catch (e) {
		$('main').replaceChildren(make('p', null, `openapi.json cannot be read: ${e.message}`));
		return;
	}
	addEventListener('hashchange', go);
	drawList();
	go();
}

start();
