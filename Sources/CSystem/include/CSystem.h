/* What Linux offers and Swift's Glibc module does not show. Plain C, no state. */
#ifndef INGOT_CSYSTEM_H
#define INGOT_CSYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file as stat(2) sees it: what decides whether its bytes may have changed. */
typedef struct {
  uint64_t byte_count;
  uint64_t inode;
  uint64_t device;
  int64_t modified_ns; /* since 1970 */
  int64_t changed_ns;  /* since 1970; cannot be set by a program, unlike modified_ns */
  uint32_t mode;       /* st_mode */
} ingot_file_status;

/* 0, or errno. Follows symbolic links. */
int ingot_stat(const char *path, ingot_file_status *status);
int ingot_fstat(int fd, ingot_file_status *status);
int ingot_lstat(const char *path, ingot_file_status *status);

/* 0, or errno: EOPNOTSUPP, EXDEV or EINVAL where the file system has no reflinks. */
int ingot_reflink(int from, int to);

/* Sets blocks aside for a file of so many bytes, which it then has; 0, or errno: EOPNOTSUPP where the file system cannot. */
int ingot_reserve(int fd, unsigned long byte_count);

/* From now on up to 8 MiB of freed memory stay with the process for the next allocation. By default the C library gives every
   freed buffer of some 100 KiB back to the kernel, which clears it again page by page. */
void ingot_keep_freed_memory(void);

/* Has a range of one file share the blocks of another's; offsets and count are multiples of the block size. 0, or errno. */
int ingot_share_range(int from, unsigned long offset, int to, unsigned long position, unsigned long count);

/* Copies up to count bytes from an offset of one file to the current offset of another inside the kernel, sharing blocks where
   the file system can. The number of bytes copied, 0 at the end of the file, or -errno. */
long ingot_copy_range(int from, long offset, int to, unsigned long count);

/* Swaps two paths in one step; 0, or errno: EINVAL where the file system cannot. */
int ingot_exchange(const char *path, const char *other);

/* The message of an errno value, into buffer. */
void ingot_error_text(int code, char *buffer, size_t capacity);

/* A pipe that programs started meanwhile do not inherit, not even for a moment; 0, or errno. */
int ingot_pipe(int *read_end, int *write_end);

/* Runs a program (searched in PATH) and returns its pid through *pid; 0, or errno.
   Standard input is /dev/null; output_fd and error_fd become 1 and 2. directory may be null. */
int ingot_spawn(const char *const *arguments, const char *directory, int output_fd, int error_fd, int *pid);

/* Waits for pid: its exit status, 128 + signal when a signal ended it, or -errno. */
int ingot_wait(int pid);

/* Installs a handler for SIGINT and SIGTERM that sets *ingot_interrupted() and, the second time, ends the process with 130. */
void ingot_catch_interrupts(void);
bool ingot_was_interrupted(void);

void ingot_name_thread(const char *name);

/* Starts a thread with a stack of 8 MiB; its pthread_t through *thread. In C because Swift takes pthread_attr_t from whichever C
   module came first. 0, or an error number. */
int ingot_start_thread(unsigned long *thread, void *(*body)(void *), void *argument);

/* From now on a crash (SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT) inside a library says which step this thread was running, and ends
   the process with 1. Async-signal-safe: it only writes the label that ingot_set_crash_label left. */
void ingot_catch_crashes(void);

/* What this thread does now, for the message of a crash; null for nothing, and then a crash is handled as it always was. */
void ingot_set_crash_label(const char *label);

/* The message of the last dlopen or dlsym failure is read by its own module; this one asks where an address was loaded from. */
const char *ingot_library_path(const void *address);

#endif
