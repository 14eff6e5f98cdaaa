// Uses the page /docs as a person would, in headless Chromium. docs.js CHROMIUM URL KEY: prints one JSON
// object a line; what was copied goes to the files NAME.trae and NAME.curl, the answers to NAME.json.
'use strict';
const { chromium } = require('playwright-core');
const { writeFileSync } = require('node:fs');

const [chrome, url, key] = process.argv.slice(2);
const say = o => console.log(JSON.stringify(o));

// Fields that are filled, by operation.
const calls = {
	status: {},
	task_list: {limit: '3', status: 'completed'},
	task_submit: {task_type: 'system_query', run_at: '10h', unique_key: "it's \"so\" $HOME `x` \\ ä", metadata: '{"a": ["b c"]}',
		depends_on: '', priority: 'low'},
	task_show: {task_id: '-none-'},
	voice_list: {},
	video_create: {script: "Words, and it's said.", voice: 'none', size: '360p', quality: 'draft', effects: 'transitions,text_overlays',
		captions: 'false'},
	content_generate: {topic: 'A topic', sources: 'https://example.org/a.md,https://example.org/b.md', length: '1 minute',
		priority: 'high'},
};

async function fill(page, fields) {
	await page.evaluate(() => document.querySelectorAll('main details').forEach(d => { d.open = true; }));
	for (const [name, value] of Object.entries(fields)) {
		const e = page.locator(`main form [name="${name}"]`);
		if (await e.evaluate(x => x.tagName) === 'SELECT') await e.selectOption(value);
		else await e.fill(value);
	}
}

async function copied(page, as) {
	await page.click('#as-' + as);
	await page.click('#copy');
	return page.evaluate(() => navigator.clipboard.readText());
}

(async () => {
	const browser = await chromium.launch({executablePath: chrome, args: ['--no-sandbox']});
	const context = await browser.newContext({viewport: {width: 1440, height: 900}, permissions: ['clipboard-read', 'clipboard-write']});
	const page = await context.newPage(), faults = [], elsewhere = [];
	page.on('console', m => { if (m.type() === 'error' && !/status of (4|5)/.test(m.text())) faults.push(m.text()); });
	page.on('pageerror', e => faults.push(e.message));
	page.on('request', r => { if (!r.url().startsWith(url) && !r.url().startsWith('data:')) elsewhere.push(r.url()); });

	await page.goto(url + '/docs');
	await page.waitForSelector('.groups');
	say({listed: await page.locator('#list a').allInnerTexts()});

	// Keyboard: search, the first hit, back.
	await page.keyboard.press('/');
	await page.keyboard.type('submit');
	say({found: await page.locator('#list a').allInnerTexts()});
	await page.keyboard.press('Enter');
	await page.waitForSelector('#send');
	say({opened: await page.locator('h1').innerText(), hash: await page.evaluate(() => location.hash)});
	await page.fill('#search', '');

	// Without a key nothing is told; with a wrong one neither.
	await page.goto(url + '/docs#status');
	await page.waitForSelector('#send');
	await page.click('#send');
	await page.waitForSelector('#status');
	say({without: await page.innerText('#status')});
	await page.fill('#key', 'trae_live_wrong');
	await page.waitForFunction(() => document.getElementById('who').textContent === 'not valid');
	await page.fill('#key', key);
	await page.waitForFunction(() => document.getElementById('who').textContent === 'valid');

	for (const [name, fields] of Object.entries(calls)) {
		await page.goto(`${url}/docs#${name}`);
		await page.waitForFunction(n => document.getElementById('command') && location.hash === '#' + n, name);
		await fill(page, fields);
		writeFileSync(name + '.trae', await copied(page, 'trae') + '\n');
		writeFileSync(name + '.curl', await copied(page, 'curl') + '\n');
		const answer = page.waitForResponse(r => r.url().includes('/api/v1/'));
		await page.focus('#search');
		await page.keyboard.press('Control+Enter');
		const reply = await answer;
		await page.waitForFunction(s => document.getElementById('status')?.textContent === s, String(reply.status()));
		writeFileSync(name + '.json', await page.innerText('main .answer + pre'));
		say({call: name, status: reply.status(), told: await page.innerText('main .answer')});
	}

	say({kept: await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie.length])});
	const narrow = await context.newPage();
	await narrow.setViewportSize({width: 360, height: 780});
	const wide = [];
	for (const name of ['', 'task_submit', 'system_status', 'video_render']) {
		await narrow.goto(`${url}/docs#${name}`);
		await narrow.waitForSelector(name ? '#send' : '.groups');
		if (await narrow.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wide.push(name);
	}
	await narrow.click('#menu');
	say({wide, menu: await narrow.isVisible('#search')});
	for (const colorScheme of ['dark', 'light']) {
		await narrow.emulateMedia({colorScheme});
		await narrow.reload();
		await narrow.waitForSelector('#send');
		say({theme: colorScheme, background: await narrow.evaluate(() => getComputedStyle(document.body).backgroundColor)});
	}
	say({faults, elsewhere});
	await browser.close();
})();
