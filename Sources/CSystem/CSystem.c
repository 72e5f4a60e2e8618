#include "CSystem.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void fill(const struct stat *from, ingot_file_status *to) {
  to->byte_count = (uint64_t)from->st_size;
  to->inode = from->st_ino;
  to->device = from->st_dev;
  to->modified_ns = (int64_t)from->st_mtim.tv_sec * 1000000000 + from->st_mtim.tv_nsec;
  to->changed_ns = (int64_t)from->st_ctim.tv_sec * 1000000000 + from->st_ctim.tv_nsec;
  to->mode = from->st_mode;
}

int ingot_stat(const char *path, ingot_file_status *status) {
  struct stat s;
  if (stat(path, &s) != 0) return errno;
  fill(&s, status);
  return 0;
}

int ingot_lstat(const char *path, ingot_file_status *status) {
  struct stat s;
  if (lstat(path, &s) != 0) return errno;
  fill(&s, status);
  return 0;
}

int ingot_fstat(int fd, ingot_file_status *status) {
  struct stat s;
  if (fstat(fd, &s) != 0) return errno;
  fill(&s, status);
  return 0;
}

int ingot_pipe(int *read_end, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

int ingot_reflink(int from, int to) { return ioctl(to, FICLONE, from) == 0 ? 0 : errno; }

int ingot_reserve(int fd, unsigned long byte_count) { return fallocate(fd, 0, 0, (off_t)byte_count) == 0 ? 0 : errno; }

void ingot_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
}

int ingot_share_range(int from, unsigned long offset, int to, unsigned long position, unsigned long count) {
  struct file_clone_range range = {.src_fd = from, .src_offset = offset, .src_length = count, .dest_offset = position};
  return ioctl(to, FICLONERANGE, &range) == 0 ? 0 : errno;
}

long ingot_copy_range(int from, long offset, int to, unsigned long count) {
  off_t position = offset;
  ssize_t copied = copy_file_range(from, &position, to, NULL, count, 0);
  return copied < 0 ? -errno : copied;
}

int ingot_exchange(const char *path, const char *other) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE) == 0 ? 0 : errno;
}

void ingot_error_text(int code, char *buffer, size_t capacity) {
  const char *text = strerror_r(code, buffer, capacity);
  if (text != buffer) {
    strncpy(buffer, text, capacity - 1);
    buffer[capacity - 1] = 0;
  }
}

extern char **environ;

int ingot_spawn(const char *const *arguments, const char *directory, int output_fd, int error_fd, int *pid) {
  posix_spawn_file_actions_t actions;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure != 0) return failure;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  failure = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output_fd, 1);
  if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, error_fd, 2);
  if (failure == 0 && directory != NULL) failure = posix_spawn_file_actions_addchdir_np(&actions, directory);
  if (failure == 0) {
    pid_t child = 0;
    failure = posix_spawnp(&child, arguments[0], &actions, &attributes, (char *const *)arguments, environ);
    *pid = child;
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

int ingot_wait(int pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -errno;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static volatile sig_atomic_t interrupted = 0;

static void on_interrupt(int number) {
  (void)number;
  if (interrupted) _exit(130);
  interrupted = 1;
}

void ingot_catch_interrupts(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

bool ingot_was_interrupted(void) { return interrupted != 0; }

_Static_assert(sizeof(pthread_t) == sizeof(unsigned long), "threads are numbers");

int ingot_start_thread(unsigned long *thread, void *(*body)(void *), void *argument) {
  pthread_attr_t attributes;
  int code = pthread_attr_init(&attributes);
  if (code != 0) return code;
  code = pthread_attr_setstacksize(&attributes, 8 << 20);
  if (code == 0) code = pthread_create(thread, &attributes, body, argument);
  pthread_attr_destroy(&attributes);
  return code;
}

void ingot_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

const char *ingot_library_path(const void *address) {
  Dl_info info;
  return dladdr(address, &info) != 0 ? info.dli_fname : NULL;
}

static _Thread_local char crash_label[256];
static const int crash_signals[] = {SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT};
enum { crash_signal_count = sizeof crash_signals / sizeof crash_signals[0] };
static struct sigaction crash_actions_before[crash_signal_count];

void ingot_set_crash_label(const char *label) {
  if (label == NULL) {
    crash_label[0] = 0;
    return;
  }
  strncpy(crash_label, label, sizeof crash_label - 1);
}

static void say(const char *text) {
  if (write(2, text, strlen(text)) < 0) return;
}

static void on_crash(int number) {
  for (int i = 0; i < crash_signal_count; i++) {
    if (crash_signals[i] == number) sigaction(number, &crash_actions_before[i], NULL);
  }
  if (crash_label[0] == 0) {
    raise(number);
    return;
  }
  say("\n");
  say(crash_label);
  say(": a runtime library crashed (");
  say(number == SIGSEGV  ? "SIGSEGV, a wrong memory access"
      : number == SIGILL ? "SIGILL, an instruction that this processor does not have or that is not enabled"
      : number == SIGBUS ? "SIGBUS, a file that got shorter while it was read"
      : number == SIGFPE ? "SIGFPE, a wrong division"
                         : "SIGABRT, the library gave up");
  say(")\n  hint: finished steps are kept; run again with --jobs 1 to see whether it stays, try another version of the runtime, and"
      " report it to its makers\n");
  _exit(1);
}

void ingot_catch_crashes(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_crash;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < crash_signal_count; i++) sigaction(crash_signals[i], &action, &crash_actions_before[i]);
}
