// SPDX-License-Identifier: MIT
// Whether the browser starts and shows a page; says why not.
import { launch } from './session.mjs';

try {
	const browser = await launch();
	const page = await browser.newPage();
	await page.setContent('<p>well</p>');
	await browser.close();
} catch (error) {
	console.log(String(error.message));
	process.exit(1);
}
