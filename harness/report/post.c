/* SPDX-License-Identifier: MIT */
#include "harness/report/post.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"
#include "harness/report/text.h"

#define ANSWER_MAX (64u << 10)
#define TRIES 4
#define TIMEOUT_S 30L
#define SAID_POINTS 200

struct poster {
	CURL *curl;
	struct curl_slist *headers;
	int tries;
	char *url;
	char *answer; /* with a NUL */
	size_t length;
	char trouble[CURL_ERROR_SIZE];
};

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
	struct poster *poster = context;
	size_t room = ANSWER_MAX - poster->length;
	size_t taken = size * count < room ? size * count : room;

	memcpy(poster->answer + poster->length, bytes, taken);
	poster->length += taken;
	poster->answer[poster->length] = '\0';
	return size * count; /* what is too much is of no interest */
}

struct poster *poster_open(const char *url, struct error *err)
{
	struct poster *poster = heap_zeroed(1, sizeof(*poster));
	CURL *curl = curl_easy_init();

	if (!curl) {
		error_set(err, "%s: libcurl does not start", url);
		free(poster);
		return NULL;
	}
	poster->curl = curl;
	poster->tries = TRIES;
	poster->url = strdup(url);
	poster->answer = heap_zeroed(1, ANSWER_MAX + 1);
	poster->headers =
		curl_slist_append(NULL, "Content-Type: application/json");
	/* Not to wait for a "100 Continue". */
	poster->headers = curl_slist_append(poster->headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, poster->headers);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, poster->trouble);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, poster);
	return poster;
}

void poster_close(struct poster *poster)
{
	if (!poster)
		return;
	curl_slist_free_all(poster->headers);
	curl_easy_cleanup(poster->curl);
	free(poster->answer);
	free(poster->url);
	free(poster);
}

void poster_hurry(struct poster *poster, long seconds)
{
	poster->tries = 1;
	curl_easy_setopt(poster->curl, CURLOPT_TIMEOUT, seconds);
}

static bool asks_again(long status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

/* One try. 0, or -1 with *may_retry. */
static int try_once(struct poster *poster, bool *may_retry, struct error *err)
{
	struct arena arena = { 0 };
	long status = 0;
	CURLcode code;

	poster->length = 0;
	poster->answer[0] = '\0';
	poster->trouble[0] = '\0';
	code = curl_easy_perform(poster->curl);
	curl_easy_getinfo(poster->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK) {
		*may_retry = code == CURLE_COULDNT_CONNECT ||
			     code == CURLE_GOT_NOTHING ||
			     code == CURLE_SEND_ERROR ||
			     code == CURLE_RECV_ERROR;
		return error_set(err, "%s: %s", poster->url,
				 poster->trouble[0] ? poster->trouble
						    : curl_easy_strerror(code));
	}
	if (status >= 200 && status <= 299)
		return 0;
	*may_retry = asks_again(status);
	error_set(err, "%s: answered %ld: %s", poster->url, status,
		  text_cut(&arena, text_shown(&arena, poster->answer, false),
			   SAID_POINTS));
	arena_release(&arena);
	return -1;
}

int poster_send(struct poster *poster, const char *text, size_t length,
		const char **answer, struct error *err)
{
	curl_easy_setopt(poster->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(poster->curl, CURLOPT_POSTFIELDS, text);
	curl_easy_setopt(poster->curl, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)length);
	for (int tries = 1;; tries++) {
		bool may_retry = false;
		struct error own;

		if (try_once(poster, &may_retry, &own) == 0) {
			*answer = poster->answer;
			return 0;
		}
		if (!may_retry || tries == poster->tries) {
			*err = own;
			return -1;
		}
		clock_sleep_until(clock_now_ns() + (100 * NS_PER_MS << tries));
	}
}
