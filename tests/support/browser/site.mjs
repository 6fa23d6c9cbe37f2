// SPDX-License-Identifier: MIT
// The pages of `ordeal serve`. Usage: site.mjs URL RUN PID: a run in
// progress and its process, interrupted when its live view was seen.
import { browse, claim, deadline, views } from './session.mjs';

const [home, run, pid] = process.argv.slice(2);

async function filters({ page, title, fits }) {
	await fits('list');
	const all = await page.locator('.run-row').count();
	await page.selectOption('#filter-verdict', 'invalid');
	await page.waitForURL(/verdict=invalid/);
	const rows = page.locator('.run-row');
	const wrong = page.locator('.run-row:not([data-verdict="invalid"])');
	const left = await rows.count();
	claim(`${title}: a filter narrows`,
		left > 0 && left < all && (await wrong.count()) === 0,
		`${left} of ${all}`);
	await page.click('#filter-reset');
	await page.waitForFunction((n) =>
		document.querySelectorAll('.run-row').length === n, all);
}

async function compares({ page, title, fits }) {
	for (const verdict of ['valid', 'invalid'])
		await page
			.locator(`.run-row[data-verdict="${verdict}"] .pick input`)
			.first()
			.check();
	await page.click('#compare-go');
	await page.waitForURL(/\/compare\?/);
	await page.waitForSelector('[id^="diff-"]');
	const differing = await page.textContent('#differing');
	claim(`${title}: two runs are compared`, Number(differing) > 0);
	claim(`${title}: with the plots of both`,
		(await page.locator('#plots-a svg, #plots-a img').count()) > 0 &&
		(await page.locator('#plots-b svg, #plots-b img').count()) > 0);
	await fits('comparison');
}

async function campaign({ page, title, fits }) {
	await page.goto(new URL('campaigns', home).href);
	await fits('campaigns');
	await page.locator('#campaigns a').first().click();
	await page.waitForSelector('#matrix .cell');
	await fits('matrix');
	for (const verdict of ['valid', 'invalid'])
		claim(`${title}: a cell is ${verdict}`, (await page
			.locator(`.cell[data-number][data-verdict="${verdict}"]`)
			.count()) > 0);
}

// In all views at once: it is one run.
async function live(open) {
	const address = new URL(`runs/${run}/`, home).href;
	const visits = [];
	for (const view of views) {
		const visit = await open(view, address, 'live');
		await visit.page.waitForSelector('#live[data-state="open"]');
		await visit.page.waitForSelector('#live-facts li');
		await visit.fits('progress');
		visits.push(visit);
	}
	process.kill(Number(pid), 'SIGINT');
	for (const visit of visits) {
		await visit.page.waitForSelector('#verdict[data-verdict="valid"]',
			{ timeout: deadline });
		claim(`${visit.title}: ends with the verdict`, true);
		await visit.fits('run');
		await visit.leave();
	}
}

await browse(async (open) => {
	await live(open);
	for (const view of views) {
		const visit = await open(view, home, 'site');
		await filters(visit);
		await compares(visit);
		await campaign(visit);
		await visit.leave();
	}
});
