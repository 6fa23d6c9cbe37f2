// SPDX-License-Identifier: MIT
// What session.mjs claims of every page can fail. Usage: broken.mjs FILE: a
// page that is too wide, loads an image from elsewhere, and complains.
import { pathToFileURL } from 'node:url';
import { launch, overflow, views, watch } from './session.mjs';

const home = pathToFileURL(process.argv[2]).href;
const browser = await launch();
let missed = 0;
for (const view of views) {
	const page = await browser.newPage({
		viewport: { width: view.width, height: view.height },
	});
	const seen = watch(page, home);
	await page.goto(home, { waitUntil: 'load' });
	seen.push(`wide: ${await overflow(page)}`);
	for (const kind of [/^wide: 3\d{3} pixels/, /^console: loud/,
		/^error: nobody/, /^request: http:\/\/127\.0\.0\.1:9\//])
		if (!seen.some((text) => kind.test(text))) {
			missed++;
			console.log(`not seen: ${kind}, ${view.name}: ${seen}`);
		}
	await page.close();
}
await browser.close();
process.exit(missed ? 1 : 0);
