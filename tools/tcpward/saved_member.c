// SPDX-License-Identifier: GPL-2.0
/* Members of the objects in a saved file, by name and range. */
#include "saved.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

bool saved_say(struct saved_fault *fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	return false;
}

static bool is_name(const char *key, const char *const *names)
{
	for (; names && *names; names++)
		if (!strcmp(*names, key))
			return true;
	return false;
}

static bool is_field(const char *key, const struct tcpw_field *fields)
{
	for (; fields && fields->name; fields++)
		if (!strcmp(fields->name, key))
			return true;
	return false;
}

static bool say_unknown(const json_t *json, const char *what,
			const struct tcpw_field *fields,
			const char *const *names, struct saved_fault *fault)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)json, key, value)
		if (!is_name(key, names) && !is_field(key, fields))
			break;
	return saved_say(fault, "%s has an unknown member '%s'", what, key);
}

/* All must be there: so what there is more of them is unknown. */
static bool only(const json_t *json, const char *what,
		 const struct tcpw_field *fields, const char *const *names,
		 struct saved_fault *fault)
{
	size_t known = 0;

	if (!json_is_object(json))
		return saved_say(fault, "%s is no object", what);
	for (unsigned int i = 0; fields && fields[i].name; i++)
		known++;
	for (unsigned int i = 0; names && names[i]; i++)
		known++;
	if (json_object_size(json) > known)
		return say_unknown(json, what, fields, names, fault);
	for (; names && *names; names++)
		if (!json_object_get(json, *names))
			return saved_say(fault, "%s lacks '%s'", what, *names);
	return true;
}

bool saved_members(const json_t *json, const char *what,
		   const char *const *names, struct saved_fault *fault)
{
	return only(json, what, NULL, names, fault);
}

bool saved_number(const json_t *json, const char *name, uint64_t max,
		  uint64_t *value, struct saved_fault *fault)
{
	const json_t *member = json_object_get(json, name);

	if (!json_is_integer(member) || json_integer_value(member) < 0 ||
	    (uint64_t)json_integer_value(member) > max)
		return saved_say(fault, "'%s' is no number from 0 to %" PRIu64,
				 name, max);
	*value = json_integer_value(member);
	return true;
}

static int word_index(const struct tcpw_field *field, const char *word)
{
	for (unsigned int i = 0; field->word(i); i++)
		if (!strcmp(field->word(i), word))
			return i;
	return -1;
}

static bool parse_bits(const struct tcpw_field *field, const json_t *json,
		       uint64_t *value, struct saved_fault *fault)
{
	json_t *element;
	size_t i;
	int bit;

	if (!json_is_array(json))
		return saved_say(fault, "'%s' is no list of words",
				 field->name);
	*value = 0;
	json_array_foreach((json_t *)json, i, element) {
		if (!json_is_string(element))
			return saved_say(fault, "'%s' is no list of words",
					 field->name);
		bit = word_index(field, json_string_value(element));
		if (bit < 0 || *value & 1ull << bit)
			return saved_say(fault,
					 "'%s' has an unknown or repeated '%s'",
					 field->name,
					 json_string_value(element));
		*value |= 1ull << bit;
	}
	return true;
}

static bool parse_word(const struct tcpw_field *field, const json_t *json,
		       uint64_t *value, struct saved_fault *fault)
{
	int index = json_is_string(json) ?
		    word_index(field, json_string_value(json)) : -1;

	if (index < 0)
		return saved_say(fault, "'%s' has no value of its kind",
				 field->name);
	*value = index;
	return true;
}

/* JSON's own integers end at 2^63. */
static uint64_t field_max(const struct tcpw_field *field)
{
	return field->size == 8 ? INT64_MAX : (1ull << 8 * field->size) - 1;
}

static bool parse_field(const struct tcpw_field *field, const json_t *json,
			void *base, struct saved_fault *fault)
{
	const json_t *member = json_object_get(json, field->name);
	uint64_t value = 0;
	bool good;

	if (!field->word)
		good = saved_number(json, field->name, field_max(field),
				    &value, fault);
	else if (field->bits)
		good = parse_bits(field, member, &value, fault);
	else
		good = parse_word(field, member, &value, fault);
	if (good)
		tcpw_field_set(field, base, value);
	return good;
}

bool saved_structure(const json_t *json, const char *what,
		     const struct tcpw_field *fields,
		     const char *const *others, void *base,
		     struct saved_fault *fault)
{
	if (!only(json, what, fields, others, fault))
		return false;
	for (; fields->name; fields++) {
		if (!json_object_get(json, fields->name))
			return saved_say(fault, "%s lacks '%s'", what,
					 fields->name);
		if (!parse_field(fields, json, base, fault))
			return false;
	}
	return true;
}

static json_t *bits_json(const struct tcpw_field *field, uint64_t value)
{
	json_t *words = json_array();

	for (unsigned int i = 0; field->word(i); i++)
		if (value & 1ull << i)
			json_array_append_new(words,
					      json_string(field->word(i)));
	return words;
}

void saved_structure_json(json_t *json, const struct tcpw_field *fields,
			  const void *base)
{
	uint64_t value;
	json_t *member;

	for (; fields->name; fields++) {
		value = tcpw_field_get(fields, base);
		if (!fields->word)
			member = json_integer(value);
		else if (fields->bits)
			member = bits_json(fields, value);
		else
			member = json_string(fields->word(value));
		json_object_set_new(json, fields->name, member);
	}
}
