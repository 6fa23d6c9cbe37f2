// SPDX-License-Identifier: MIT
// A browser, the views a reader may have, and what every page must hold: a
// silent console, no request that leaves it, nothing over the side of a phone.
//
// NPM_FOLDER: where playwright-core is installed. BROWSER: the program.
// BROWSER_SHOTS: a folder for pictures of the pages, if wanted.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.NPM_FOLDER, 'x.js'));
const { chromium } = require('playwright-core');

export const deadline = 60000;

export const views = [];
for (const [size, width, height] of [
	['desktop', 1280, 800],
	['phone', 390, 844],
]) {
	for (const colorScheme of ['light', 'dark']) {
		const name = `${size} ${colorScheme}`;
		views.push({ name, width, height, colorScheme });
	}
}

let claims = 0;
let failed = 0;

// Says whether it holds; why is shown where it does not.
export function claim(text, holds, why = '') {
	claims++;
	if (!holds) failed++;
	console.log(`${holds ? 'ok' : 'not ok'} - ${text}`);
	if (!holds && why) console.log(`    ${why}`);
	return holds;
}

// What the page may ask for: a file only itself, a site only its own origin.
function isWithin(url, home) {
	if (url.startsWith('data:') || url.startsWith('blob:')) return true;
	if (home.startsWith('file:')) return url.split('#')[0] === home;
	return new URL(url).origin === new URL(home).origin;
}

export function watch(page, home) {
	const seen = [];
	page.on('console', (message) => {
		if (message.type() === 'error')
			seen.push(`console: ${message.text()}`);
	});
	page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
	page.on('request', (request) => {
		if (!isWithin(request.url(), home))
			seen.push(`request: ${request.url()}`);
	});
	return seen;
}

// What sticks out of the page at its side, or ''.
export async function overflow(page) {
	const [wide, room, widest] = await page.evaluate(() => {
		const root = document.documentElement;
		const room = root.clientWidth;
		const out = [...document.querySelectorAll('body *')]
			.filter((e) => e.getBoundingClientRect().right > room)
			.map((e) => e.outerHTML.slice(0, 120));
		return [root.scrollWidth, room, out.slice(-3)];
	});
	return wide <= room
		? ''
		: [`${wide} pixels in ${room}`, ...widest].join('\n    ');
}

// A visit to home as this view has it: the page, and leave(), which makes the
// claims that go for all pages.
async function visit(browser, view, home, name) {
	const context = await browser.newContext({
		viewport: { width: view.width, height: view.height },
		colorScheme: view.colorScheme,
		serviceWorkers: 'block',
	});
	const page = await context.newPage();
	page.setDefaultTimeout(deadline);
	const seen = watch(page, home);
	await page.goto(home, { waitUntil: 'load' });
	const title = `${name}, ${view.name}`;
	// To be called for each page a reader comes to.
	async function fits(what) {
		const trouble = await overflow(page);
		claim(`${title}: ${what} fits its width`, !trouble, trouble);
		if (process.env.BROWSER_SHOTS) {
			const file = `${title} ${what}`.replace(/\W+/g, '-');
			await page.screenshot({
				path: join(process.env.BROWSER_SHOTS, `${file}.png`),
			});
		}
	}
	async function leave() {
		claim(`${title}: no console error, no request elsewhere`,
			seen.length === 0, seen.join('\n    '));
		await context.close();
	}
	return { page, title, fits, leave };
}

export const launch = () => chromium.launch({
	executablePath: process.env.BROWSER,
	args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
	timeout: deadline,
});

// Calls with(open), where open(view, home, name) is a visit; ends the process
// with what came of it.
export async function browse(body) {
	const browser = await launch();
	try {
		await body((view, home, name) => visit(browser, view, home, name));
	} catch (error) {
		claim('no step failed', false, String(error.stack));
	} finally {
		await browser.close();
	}
	console.log(`${claims} claims in the browser, ${failed} failed`);
	process.exit(failed || !claims ? 1 : 0);
}
