// SPDX-License-Identifier: MIT
// How long a report takes to open, and its timeline to zoom. Usage:
// timeline.mjs FILE
import { pathToFileURL } from 'node:url';
import { browse, claim, views } from './session.mjs';

const STEPS = 40;

const drawn = () => new Promise((done) => {
	requestAnimationFrame(() => requestAnimationFrame(done));
});

// Milliseconds from a key to the picture that it asks for, each.
function zooms(steps) {
	const canvas = document.getElementById('canvas');
	const frame = () => new Promise(requestAnimationFrame);
	return (async () => {
		const took = [];
		for (let i = 0; i < steps; i++) {
			const begun = performance.now();
			canvas.dispatchEvent(new KeyboardEvent('keydown',
				{ key: i < steps / 2 ? '+' : '-' }));
			await frame();
			await frame();
			took.push(performance.now() - begun);
		}
		return took.sort((a, b) => a - b);
	})();
}

await browse(async (open) => {
	const begun = performance.now();
	const home = pathToFileURL(process.argv[2]).href;
	const { page, leave } = await open(views[0], home, 'timeline');
	await page.waitForSelector('#canvas', { state: 'visible' });
	await page.evaluate(drawn);
	const opened = performance.now() - begun;
	const count = await page.evaluate(() =>
		JSON.parse(document.getElementById('data').textContent).count);
	const took = await page.evaluate(zooms, STEPS);
	console.log(`timeline of ${count} operations: ` +
		`opens in ${Math.round(opened)} ms, zooms in ` +
		`${Math.round(took[STEPS / 2])} ms ` +
		`(${Math.round(took[STEPS - 1])} at worst)`);
	claim('there are operations', count > 0);
	await leave();
});
