/* SPDX-License-Identifier: MIT */
/* The colours of pages and pictures, by name: on white, and on dark. */
#ifndef ORDEAL_REPORT_PALETTE_H
#define ORDEAL_REPORT_PALETTE_H

/* clang-format off */
#define PALETTE(X)                    \
	X(bg, "#fbfbfa", "#14171c")   \
	X(panel, "#fff", "#1b1f26")   \
	X(ink, "#1d2127", "#e4e7eb")  \
	X(dim, "#667080", "#98a2b0")  \
	X(rule, "#dfe2e7", "#323943") \
	X(good, "#147a4a", "#4ac083") \
	X(bad, "#c0262d", "#ff6b70")  \
	X(odd, "#9a6200", "#e3ad48")  \
	X(ok, "#2f7ed8", "#5aa5f5")   \
	X(info, "#e08a00", "#f0a830") \
	X(fail, "#d6336c", "#f5679b") \
	X(f0, "#8250df", "#b392f0")   \
	X(f1, "#d1242f", "#ff7b72")   \
	X(f2, "#bf8700", "#e3b341")   \
	X(f3, "#0a7d8c", "#39c5cf")   \
	X(f4, "#2da44e", "#56d364")   \
	X(f5, "#6e7781", "#9aa4af")
/* clang-format on */

#endif
