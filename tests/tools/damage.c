/* SPDX-License-Identifier: GPL-2.0-or-later */
/* damage: program headers of an ELF64 dump as some producers write them, in place. */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* x86_64's image is linked from here on. */
#define IMAGE UINT64_C(0xffffffff80000000)

/* False: no such damage. */
static bool change(const char *how, Elf64_Phdr *phdr)
{
	bool image = phdr->p_vaddr >= IMAGE;

	if (strcmp(how, "direct-0") == 0)
		phdr->p_vaddr = image ? phdr->p_vaddr : 0;
	else if (strcmp(how, "direct+1g") == 0)
		phdr->p_vaddr += image ? 0 : UINT64_C(1) << 30;
	else if (strcmp(how, "all-0") == 0)
		phdr->p_vaddr = 0;
	else if (strcmp(how, "image+1m") == 0)
		phdr->p_vaddr += image ? UINT64_C(1) << 20 : 0;
	else if (strcmp(how, "physical") == 0)
		phdr->p_vaddr = phdr->p_paddr;
	else if (strcmp(how, "paddr-none") == 0)
		phdr->p_paddr = UINT64_MAX;
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr;
	int fd;

	if (argc != 3)
		return 2;
	fd = open(argv[2], O_RDWR | O_CLOEXEC);
	if (fd < 0 || pread(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr)) {
		perror(argv[2]);
		return 1;
	}
	for (unsigned int i = 0; i < ehdr.e_phnum; i++) {
		off_t off = (off_t)(ehdr.e_phoff + i * sizeof(phdr));

		if (pread(fd, &phdr, sizeof(phdr), off) != sizeof(phdr))
			return 1;
		if (phdr.p_type != PT_LOAD)
			continue;
		if (!change(argv[1], &phdr))
			return 2;
		if (pwrite(fd, &phdr, sizeof(phdr), off) != sizeof(phdr))
			return 1;
	}
	return 0;
}
