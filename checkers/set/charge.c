/* SPDX-License-Identifier: MIT */
/* The stories of elements. */
#include "checkers/set/set.h"

/* So many updates of one element are shown. */
#define SHOWN_MAX 8

static const struct op *op_at(const struct account *account, uint32_t op)
{
	return &account->check->history->ops[op];
}

static bool is_sight(const struct account *account, uint32_t op)
{
	uint16_t f = op_at(account, op)->f;

	return f == VERB_READ || f == VERB_CONTAINS;
}

static const char *update_role(const struct account *account,
			       const struct update *update, const char *text)
{
	return arena_printf(account->check->arena, "%s %s%s",
			    update->adds ? "added" : "removed", text,
			    update->end == HISTORY_NONE ? ", perhaps" : "");
}

static void show_updates(const struct account *account, struct anomaly *anomaly,
			 const struct element *element, const char *text)
{
	for (size_t i = 0; i < element->update_count && i < SHOWN_MAX; i++)
		account_show(account, anomaly, element->updates[i].op, "%s",
			     update_role(account, &element->updates[i], text));
	account_show(account, anomaly, element->failed_add,
		     "failed to add %s, for good", text);
}

static struct anomaly *begin_charge(struct account *account, const char *text,
				    const struct fault *fault)
{
	const char *read = account_place(account, fault->sight.op);
	const char *before = fault->witness == HISTORY_NONE
				     ? ""
				     : account_place(account, fault->witness);
	bool was_seen = fault->witness != HISTORY_NONE &&
			is_sight(account, fault->witness);

	switch (fault->kind) {
	case FAULT_PHANTOM:
		return account_charge(account, "phantom-element",
				      "a read (%s) shows %s, which nobody can "
				      "have added by then",
				      read, text);
	case FAULT_LOST:
		return account_charge(
			account, "lost-element",
			"%s was %s (%s) and has vanished: a later "
			"read (%s) lacks it, and none shows it "
			"again",
			text, was_seen ? "seen" : "acknowledged", before, read);
	case FAULT_RESURRECTED:
		return account_charge(account, "resurrected-element",
				      "%s was %s (%s) and is back in a later "
				      "read (%s), though nobody added it again",
				      text, was_seen ? "gone" : "removed",
				      before, read);
	case FAULT_STALE:
		return account_charge(
			account, "stale-read",
			"a read (%s) %s %s, which had been %s "
			"before it began (%s)",
			read, fault->sight.present ? "still shows" : "lacks",
			text,
			fault->sight.present ? "removed"
			: was_seen	     ? "seen"
					     : "acknowledged",
			before);
	case FAULT_OTHER:
	case FAULT_NONE:
		break;
	}
	return account_charge(account, "non-linearizable",
			      "there is no order of what was done to %s and "
			      "seen of it, up to the operation %s",
			      text, read);
}

void set_charge(struct account *account, const struct element *element,
		const struct fault *fault)
{
	const char *text = account_value(account, element->value);
	struct anomaly *anomaly = begin_charge(account, text, fault);

	show_updates(account, anomaly, element, text);
	if (fault->witness != HISTORY_NONE && is_sight(account, fault->witness))
		account_show(account, anomaly, fault->witness, "%s %s",
			     fault->sight.present ? "lacked" : "showed", text);
	if (is_sight(account, fault->sight.op))
		account_show(account, anomaly, fault->sight.op, "%s %s",
			     fault->sight.present ? "shows" : "lacks", text);
	if (anomaly)
		figure_add_text(&anomaly->figures, account->check->arena,
				"element", text);
	account_tell(account, anomaly,
		     arena_printf(account->check->arena,
				  "What is known of the element %s:", text));
}

void set_charge_duplicate(struct account *account, struct value element,
			  uint32_t read, size_t times)
{
	const char *text = account_value(account, element);
	struct anomaly *anomaly = account_charge(
		account, "duplicate-element", "a read (%s) shows %s %zu times",
		account_place(account, read), text, times);

	account_show(account, anomaly, read, "shows %s %zu times", text, times);
	if (anomaly)
		figure_add_text(&anomaly->figures, account->check->arena,
				"element", text);
	account_tell(account, anomaly, "A set has each element once:");
}
