/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_vdso.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

static const char *const names[CLOCK_FUNCTIONS] = {
	[CLOCK_FN_GETTIME] = "__vdso_clock_gettime",
	[CLOCK_FN_GETTIMEOFDAY] = "__vdso_gettimeofday",
	[CLOCK_FN_TIME] = "__vdso_time",
};

static bool is_ours(const Elf64_Ehdr *elf)
{
	return memcmp(elf->e_ident, ELFMAG, SELFMAG) == 0 &&
	       elf->e_ident[EI_CLASS] == ELFCLASS64 &&
	       elf->e_phentsize == sizeof(Elf64_Phdr);
}

/* How much of it is loaded, and where its dynamic section is. */
static const Elf64_Dyn *find_dynamic(const unsigned char *image, size_t *size)
{
	Elf64_Ehdr elf;
	const Elf64_Dyn *dynamic = NULL;

	memcpy(&elf, image, sizeof(elf));
	if (!is_ours(&elf))
		return NULL;
	for (size_t i = 0; i < elf.e_phnum; i++) {
		Elf64_Phdr part;

		memcpy(&part, image + elf.e_phoff + i * sizeof(part),
		       sizeof(part));
		if (part.p_type == PT_LOAD && part.p_vaddr == 0)
			*size = part.p_memsz;
		if (part.p_type == PT_DYNAMIC)
			dynamic = (const void *)(image + part.p_vaddr);
	}
	return dynamic;
}

/* Symbols are those up to the strings: that is how linkers lay them out where
 * there is no DT_HASH to count them. */
static size_t count_symbols(const unsigned char *image, uint64_t hash,
			    uint64_t symbols, uint64_t strings)
{
	uint32_t counts[2];

	if (hash) {
		memcpy(counts, image + hash, sizeof(counts));
		return counts[1];
	}
	return strings > symbols ? (strings - symbols) / sizeof(Elf64_Sym) : 0;
}

static void find_functions(struct clock_vdso *vdso, const Elf64_Dyn *dynamic)
{
	uint64_t at[DT_SYMTAB + 1] = { 0 };
	size_t count;

	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag >= 0 && dynamic->d_tag <= DT_SYMTAB &&
		    dynamic->d_un.d_ptr < vdso->size)
			at[dynamic->d_tag] = dynamic->d_un.d_ptr;
	}
	if (!at[DT_SYMTAB] || !at[DT_STRTAB])
		return;
	count = count_symbols(vdso->image, at[DT_HASH], at[DT_SYMTAB],
			      at[DT_STRTAB]);
	for (size_t i = 0; i < count; i++) {
		Elf64_Sym symbol;
		const char *name;

		memcpy(&symbol,
		       vdso->image + at[DT_SYMTAB] + i * sizeof(symbol),
		       sizeof(symbol));
		name = (const char *)vdso->image + at[DT_STRTAB] +
		       symbol.st_name;
		for (size_t j = 0; j < CLOCK_FUNCTIONS; j++) {
			if (symbol.st_value &&
			    symbol.st_value + CLOCK_PATCH <= vdso->size &&
			    strcmp(name, names[j]) == 0)
				vdso->entries[j] = symbol.st_value;
		}
	}
}

/* The table of sections is mapped as well, beyond what is loaded, where the
 * last page has room for it; else all of it may be code. */
static void find_text(struct clock_vdso *vdso)
{
	size_t mapped = (vdso->size + CLOCK_PAGE - 1) / CLOCK_PAGE * CLOCK_PAGE;
	Elf64_Ehdr elf;

	vdso->text = sizeof(elf);
	vdso->text_end = vdso->size;
	memcpy(&elf, vdso->image, sizeof(elf));
	if (elf.e_shentsize != sizeof(Elf64_Shdr) || elf.e_shoff > mapped ||
	    elf.e_shoff + elf.e_shnum * sizeof(Elf64_Shdr) > mapped)
		return;
	for (size_t i = 0; i < elf.e_shnum; i++) {
		Elf64_Shdr part;

		memcpy(&part, vdso->image + elf.e_shoff + i * sizeof(part),
		       sizeof(part));
		if (vdso->entries[CLOCK_FN_GETTIME] >= part.sh_addr &&
		    vdso->entries[CLOCK_FN_GETTIME] <
			    part.sh_addr + part.sh_size) {
			vdso->text = part.sh_addr;
			vdso->text_end = part.sh_addr + part.sh_size;
		}
	}
}

bool clock_vdso_parse(struct clock_vdso *vdso, const unsigned char *image)
{
	const Elf64_Dyn *dynamic;

	*vdso = (struct clock_vdso){ .image = image };
	dynamic = find_dynamic(image, &vdso->size);
	if (!dynamic)
		return false;
	find_functions(vdso, dynamic);
	find_text(vdso);
	for (size_t i = vdso->entries[CLOCK_FN_GETTIME];
	     i + 1 < vdso->size && !vdso->syscall; i++) {
		if (image[i] == 0x0f && image[i + 1] == 0x05)
			vdso->syscall = i;
	}
	return vdso->entries[CLOCK_FN_GETTIME] && vdso->syscall;
}

bool clock_vdso_find(struct clock_vdso *vdso)
{
	const unsigned char *image =
		(const unsigned char *)getauxval(AT_SYSINFO_EHDR);

	*vdso = (struct clock_vdso){ 0 };
	return image && clock_vdso_parse(vdso, image);
}
