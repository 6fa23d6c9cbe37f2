// SPDX-License-Identifier: MIT
// Report pages. Usage: reports.mjs NAME=VERDICT=FILE ...; a name that begins
// with "big" is opened once, and how long that took is printed.
import { openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browse, claim, views } from './session.mjs';

const settled = () => new Promise((done) => {
	requestAnimationFrame(() => requestAnimationFrame(done));
});

// Whether anything but one colour was drawn.
function isDrawn() {
	const canvas = document.getElementById('canvas');
	const { data } = canvas
		.getContext('2d')
		.getImageData(0, 0, canvas.width, canvas.height);
	const pixels = new Set(new Uint32Array(data.buffer));
	return pixels.size > 1;
}

// The first operation found, as the page tells it; '' where there is none.
async function search(page, what, words) {
	await page.fill('#words', '');
	await page.press('#words', 'Enter');
	await page.selectOption('#what', what);
	await page.fill('#words', words);
	await page.press('#words', 'Enter');
	await page.waitForFunction(() =>
		/^[0-9]+ found$/.test(
			document.getElementById('found').textContent));
	if ((await page.textContent('#found')) === '0 found') return '';
	await page.click('#next');
	return page.textContent('#detail');
}

// An operation that was answered, has a key and a value, and says which, as
// the record beside the report has it.
function anOperation(file) {
	const head = Buffer.alloc(1 << 20);
	const from = openSync(join(dirname(file), 'history.jsonl'));
	const length = readSync(from, head);
	const lines = head
		.toString('utf8', 0, length)
		.split('\n')
		.slice(0, -1)
		.map((line) => JSON.parse(line));
	for (const op of lines) {
		if (op.type !== 'ok') continue;
		const actions = op.f === 'txn' ? op.value : [[op.f, op.key, op.value]];
		const [, key, value] =
			actions.find(([, , value]) => typeof value === 'number') || [];
		if (value !== undefined)
			return { process: op.process, index: op.index, key, value };
	}
	return undefined;
}

// By what a reader may know of an operation: each leads to one that has it.
async function searches(page, title, file) {
	const op = anOperation(file);
	claim(`${title}: an operation has a key and a value`, op);
	for (const [what, pattern] of [
		['process', `process ${op.process}\\b`],
		['index', `^index (\\d+ to )?${op.index}:`],
		['value', `, (txn )?\\w+ .*${op.value}.*, (ok|fail|info|open),`],
		['key', `, (txn (.*, )?)?\\w+ ${op.key}\\b`],
	]) {
		const told = await search(page, what, String(op[what]));
		claim(`${title}: a search by ${what} leads to it`,
			new RegExp(pattern).test(told),
			`${what} ${op[what]}: ${told}`);
	}
	const none = await search(page, 'value', 'of no operation');
	claim(`${title}: what is not there is not found`, none === '', none);
	await search(page, 'process', String(op.process));
	await page.click('#all');
	await page.evaluate(settled);
	claim(`${title}: the timeline is drawn`, await page.evaluate(isDrawn));
}

// From an anomaly to its operation in the timeline, and back.
async function follows(page, title) {
	const anomaly = page
		.locator('.anomaly', { has: page.locator('a[data-index]') })
		.first();
	if ((await anomaly.getAttribute('open')) === null)
		await anomaly.locator('> summary').click();
	const closed = anomaly.locator('details:not([open]) > summary');
	while (await closed.count()) await closed.first().click();
	const link = anomaly.locator('a[data-index]').first();
	const index = await link.getAttribute('data-index');
	await link.click();
	const told = await page.textContent('#detail');
	claim(`${title}: an anomaly leads to its operation`,
		new RegExp(`(index|to) ${index}\\b`).test(told), told);
	const back = page.locator('#detail a');
	const id = (await back.getAttribute('href')).slice(1);
	await back.click();
	claim(`${title}: and back`,
		await page.evaluate((id) => location.hash === `#${id}` &&
			document.getElementById(id).matches('.anomaly'), id));
}

async function reads(open, view, [name, verdict, file]) {
	const home = pathToFileURL(file).href;
	const { page, title, fits, leave } = await open(view, home, name);
	const first = page.locator('header').first();
	const words = await first.textContent();
	claim(`${title}: the verdict comes first`,
		words.includes(verdict) && (await first.boundingBox()).y < 200,
		words);
	await first.click();
	await fits('report');
	if (verdict === 'invalid') await follows(page, title);
	if (await page.locator('#canvas').isVisible()) {
		if (!name.startsWith('brief')) await searches(page, title, file);
		await page.locator('#timeline').scrollIntoViewIfNeeded();
		await fits('timeline');
	} else {
		claim(`${title}: no operations, no timeline`,
			name.startsWith('empty'));
	}
	await leave();
}

async function opensBig(open, [name, verdict, file]) {
	const begun = performance.now();
	const home = pathToFileURL(file).href;
	const { page, title, leave } = await open(views[0], home, name);
	await page.waitForSelector('#canvas', { state: 'visible' });
	await page.evaluate(settled);
	const took = Math.round(performance.now() - begun);
	const count = await page.evaluate(() =>
		JSON.parse(document.getElementById('data').textContent).count);
	console.log(`# ${count} operations opened in ${took} ms`);
	claim(`${title}: it is drawn`, await page.evaluate(isDrawn));
	claim(`${title}: its verdict is there`,
		(await page.textContent('header')).includes(verdict));
	await searches(page, title, file);
	await leave();
}

await browse(async (open) => {
	for (const argument of process.argv.slice(2)) {
		const report = argument.split('=');
		if (report[0].startsWith('big')) await opensBig(open, report);
		else for (const view of views) await reads(open, view, report);
	}
});
