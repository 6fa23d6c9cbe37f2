/* SPDX-License-Identifier: MIT */
/* Is a page of HTML well formed, as XML would have it? */
#ifndef ORDEAL_TESTS_SUPPORT_MARKUP_H
#define ORDEAL_TESTS_SUPPORT_MARKUP_H

/*
 * Fails the test when tags are not balanced, an attribute is not quoted,
 * a bare < or & or a control character stands in text. What is
 * between <style> or <script> and their ends is skipped.
 */
void markup_assert(const char *page);

/* 0, or -1 with what is wrong, and where, in `wrong` of `size` bytes. */
int markup_check(const char *page, char *wrong, unsigned long size);

#endif
