/* SPDX-License-Identifier: MIT */
#include "tests/support/history_seed.h"

#include <string.h>

#define JSON(rest) "{\"index\":0,\"time\":5,\"process\":0," rest "}\n"
#define EDN(rest) "{:index 1, :time 5, :process 0, " rest "}\n"

static const char *const seeds[] = {
	JSON("\"type\":\"invoke\",\"f\":\"read\",\"key\":3,\"value\":"
	     "null") "{\"process\":0,\"type\":\"ok\",\"f\":\"read\","
		     "\"key\":3,"
		     "\"value\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}\n"
		     "{\"process\":0,\"type\":\"invoke\",\"f\":"
		     "\"read\",\"key\":3}\n"
		     "{\"process\":0,\"type\":\"ok\",\"f\":\"read\","
		     "\"key\":3,"
		     "\"value\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]}"
		     "\n",
	JSON("\"type\":\"invoke\",\"f\":\"cas\",\"value\":[17,18]") "{"
								    "\""
								    "pr"
								    "oc"
								    "es"
								    "s"
								    "\""
								    ":"
								    "\""
								    "ne"
								    "me"
								    "si"
								    "s"
								    "\""
								    ","
								    "\""
								    "ty"
								    "pe"
								    "\""
								    ":"
								    "\""
								    "in"
								    "fo"
								    "\""
								    ","
								    "\""
								    "f"
								    "\""
								    ":"
								    "\""
								    "pa"
								    "rt"
								    "it"
								    "io"
								    "n"
								    "\""
								    ","
								    "\""
								    "va"
								    "lu"
								    "e"
								    "\""
								    ":{"
								    "\""
								    "n1"
								    "\""
								    ":["
								    "\""
								    "n2"
								    "\""
								    ","
								    "\""
								    "n3"
								    "\""
								    "],"
								    "\""
								    "\\"
								    "u0"
								    "0e"
								    "4"
								    "\""
								    ":-"
								    "1."
								    "5e"
								    "3}"
								    "}"
								    "\n"
								    "{"
								    "\""
								    "pr"
								    "oc"
								    "es"
								    "s"
								    "\""
								    ":0"
								    ","
								    "\""
								    "ty"
								    "pe"
								    "\""
								    ":"
								    "\""
								    "in"
								    "fo"
								    "\""
								    ","
								    "\""
								    "f"
								    "\""
								    ":"
								    "\""
								    "ca"
								    "s"
								    "\""
								    ","
								    "\""
								    "va"
								    "lu"
								    "e"
								    "\""
								    ":["
								    "17"
								    ",1"
								    "8]"
								    ","
								    "\""
								    "er"
								    "ro"
								    "r"
								    "\""
								    ":"
								    "\""
								    "ti"
								    "me"
								    "ou"
								    "t"
								    "\""
								    ","
								    "\""
								    "no"
								    "de"
								    "\""
								    ":"
								    "\""
								    "n2"
								    "\""
								    ","
								    "\""
								    "x"
								    "\""
								    ":{"
								    "\""
								    "y"
								    "\""
								    ":["
								    "tr"
								    "ue"
								    "]}"
								    "}"
								    "\n",
	JSON("\"value\":[[\"append\",1,5],[\"r\",2,null]],\"f\":"
	     "\"txn\","
	     "\"type\":\"invoke\"") "{\"process\":0,\"type\":\"ok\","
				    "\"f\":\"txn\","
				    "\"value\":[[\"append\",1,5],["
				    "\"r\",2,[1,\"\\ud83d\\ude00\"]]]}"
				    "\n",
	"[" JSON("\"type\":\"invoke\",\"f\":\"get\"") ",\n" JSON(
		"\"type\":\"ok\",\"f\":\"get\",\"value\":\"a\\n\"") "]"
								    "\n",
	EDN(":type :invoke, :f :read, :value [3 nil]") "{:process 0 "
						       ":type :ok :f "
						       ":read :value "
						       "[3 #{1 2N "
						       "\\a}]}\n"
						       "{:process "
						       ":nemesis, "
						       ":type :info, "
						       ":f :start, "
						       ":value \"a "
						       "\\u00e4\"}\n",
	"[" EDN(":type :invoke, :f :txn, :value [[:r :x nil] [:append "
		"1 2]]") "#a.B" EDN(":type :fail, :f :txn :error [:oops #_ 3 "
				    "1/2] :value "
				    "nil") "; c\n]",
	EDN(":type :invoke, :f :cas, :value [\"k\" [1 2.5]]")
		EDN(":type :info, :f :cas, :value #a.Tuple{:key \"k\" "
		    ":value [1 2.5]}"),
	"INFO  jepsen.util - 0\t:invoke\t:cas\t[1 4]\n"
	"INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
	"INFO  jepsen.util - 0\t:info\t:cas\t:timed-out\n",
	"w 1 2\nr 3 0\n-----\nr 4 0\n=====\nw 4 0\n",
	"w(3,41,1,0)\nr(3,41,0,7)\nw(3,5,0,-1)\n",
	"[x:=1 y:=2] [y==2 z==?]!\n---\n[x==1]\n",
	"{\"params\":{},\"data\":[[{\"events\":[{\"Write\":{"
	"\"variable\":1,"
	"\"version\":1}},{\"Read\":{\"variable\":2,\"version\":null}}],"
	"\"committed\":true}]]}",
};

/* Copies, drops, repeats and overwrites pieces. */
static size_t mutate(struct rng *rng, char *text, size_t size, size_t room)
{
	static const char spice[] = "{}[]()\",:\\u0tfn-9e. \n=#_;\x00\x7f\xc3"
				    "\xa4w";
	size_t times = rng_below(rng, 6);

	while (times--) {
		size_t at = size ? rng_below(rng, size) : 0;
		size_t most = size - at < 40 ? size - at : 40;
		size_t length = most ? rng_below(rng, most) : 0;

		switch (rng_below(rng, 8)) {
		case 0: /* cut */
			memmove(text + at, text + at + length,
				size - at - length);
			size -= length;
			break;
		case 1: /* repeat */
			if (size + length > room)
				break;
			memmove(text + at + length, text + at, size - at);
			size += length;
			break;
		case 2: /* end early */
			if (rng_chance(rng, 0.2))
				size = at;
			break;
		default: /* overwrite */
			if (size)
				text[at] = spice[rng_below(rng, sizeof(spice))];
			break;
		}
	}
	return size;
}

size_t history_seed(struct rng *rng, char *text, size_t room)
{
	const char *seed =
		seeds[rng_below(rng, sizeof(seeds) / sizeof(*seeds))];
	size_t size = strlen(seed) < room ? strlen(seed) : room;

	memcpy(text, seed, size);
	return mutate(rng, text, size, room);
}
