/* A CUDA driver for tests: two GPUs, none, or one that fails. Compiled by the tests with -DINIT=<cuInit's result>, and
   with -DOLD for one that is too old to work with. Its device memory is memory of this machine. Work on a stream is done
   when somebody waits for it, so that a test sees what was read too early. It writes down each call, fails on demand and
   counts what was not given back. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef INIT
#define INIT 0
#endif

/* --- the record, and failures on demand */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char record[1 << 20], failing[64];
static int failure, live;
static size_t allocated;

const char *standInCalls() { return record; }
/* What was made and not given back: memory, streams, events, graphs and holds of the context. */
int standInLive() { return live; }
/* The next call of that name fails. */
void standInFail(const char *call, int code) {
  snprintf(failing, sizeof failing, "%s", call);
  failure = code;
}

static int entered(const char *call, int change) {
  pthread_mutex_lock(&mutex);
  size_t used = strlen(record);
  snprintf(record + used, sizeof record - used, "%s\n", call);
  int code = strcmp(call, failing) == 0 ? failure : 0;
  if (code != 0) failing[0] = 0;
  if (code == 0) live += change;
  pthread_mutex_unlock(&mutex);
  return code;
}

static _Thread_local void *current;
#define ENTER(change) \
  { \
    if (current == NULL) return 201; \
    int code = entered(__func__, change); \
    if (code != 0) return code; \
  }

/* --- what there is */

int cuInit(unsigned flags) { return flags == 0 ? INIT : 1; }
int cuDriverGetVersion(int *version) { return *version = 13010, 0; }
int cuDeviceGetCount(int *count) { return *count = 2, 0; }
int cuDeviceGet(int *device, int ordinal) { return *device = 40 + ordinal, ordinal < 2 ? 0 : 101; }
int cuDeviceGetName(char *name, int capacity, int device) { return snprintf(name, capacity, "Stand-in %d", device), 0; }
int cuDeviceGetPCIBusId(char *id, int capacity, int device) { return snprintf(id, capacity, "0000:%02x:00.0", device), 0; }

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  switch (attribute) {
  case 16: return *value = 84, 0;
  case 75: return *value = 8, 0;
  case 76: return *value = device == 40 ? 6 : 9, 0;
  default: return 1;
  }
}

/* The old 32-bit form, which must not be called. */
int cuDeviceTotalMem(unsigned *bytes, int device) { return (void)device, *bytes = 1, 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { return (void)device, *bytes = (size_t)24 << 30, 0; }

int cuDeviceGetUuid_v2(uint8_t *uuid, int device) {
  for (int i = 0; i < 16; i++) uuid[i] = (uint8_t)(i * 16 + device - 40);
  return 0;
}

static const struct { int code; const char *name, *text; } errors[] = {
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {804, "CUDA_ERROR_COMPAT_NOT_SUPPORTED", "not for this GPU"},
};
int cuGetErrorName(int code, const char **name) {
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    if (errors[i].code == code) return *name = errors[i].name, 0;
  }
  return *name = NULL, 1;
}
int cuGetErrorString(int code, const char **text) {
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    if (errors[i].code == code) return *text = errors[i].text, 0;
  }
  return *text = NULL, 1;
}

/* --- work */

int cuDevicePrimaryCtxRetain(void **context, int device) {
  static int contexts[2];
  *context = &contexts[device - 40];
  return entered(__func__, 1);
}
int cuDevicePrimaryCtxRelease_v2(int device) { return (void)device, entered(__func__, -1); }
int cuCtxSetCurrent(void *context) { return current = context, 0; }

static const size_t total = (size_t)24 << 30;
int cuMemGetInfo_v2(size_t *free_count, size_t *all) { return *free_count = total - allocated, *all = total, 0; }

/* The size of a block lies before it. */
static void *block(size_t count) {
  if (count > total - allocated) return NULL;
  size_t *memory = calloc(1, count + 256);
  if (memory == NULL) return NULL;
  *memory = count;
  __atomic_add_fetch(&allocated, count, __ATOMIC_SEQ_CST);
  return (char *)memory + 256;
}
static void unblock(void *memory) {
  size_t *start = (size_t *)((char *)memory - 256);
  __atomic_sub_fetch(&allocated, *start, __ATOMIC_SEQ_CST);
  free(start);
}

int cuMemAlloc_v2(uint64_t *address, size_t count) {
  if (count > total - allocated) return 2;
  ENTER(1);
  return *address = (uint64_t)block(count), *address == 0 ? 2 : 0;
}
int cuMemFree_v2(uint64_t address) {
  ENTER(-1);
  return unblock((void *)address), 0;
}
int cuMemHostAlloc(void **memory, size_t count, unsigned flags) {
  if (flags != 0) return 1;
  ENTER(1);
  return *memory = block(count), *memory == NULL ? 2 : 0;
}
int cuMemFreeHost(void *memory) {
  ENTER(-1);
  return unblock(memory), 0;
}

/* A stream's work, in order. Others that know it (a TensorRT for tests) give it work through its first two words. */
struct work { void (*run)(const uint64_t *arguments); uint64_t arguments[4]; struct work *next; };
struct stream {
  void (*submit)(struct stream *, void (*run)(const uint64_t *), const uint64_t *arguments);
  void (*finish)(struct stream *);
  struct work *first, **last;
  int is_capturing;
};
static void submit(struct stream *stream, void (*run)(const uint64_t *), const uint64_t *arguments) {
  struct work *work = calloc(1, sizeof *work);
  work->run = run;
  memcpy(work->arguments, arguments, sizeof work->arguments);
  *stream->last = work;
  stream->last = &work->next;
}
static struct work *taken(struct stream *stream) {
  struct work *first = stream->first;
  stream->first = NULL;
  stream->last = &stream->first;
  return first;
}
static void discard(struct work *work) {
  for (struct work *next; work != NULL; work = next) next = work->next, free(work);
}
static void finish(struct stream *stream) {
  struct work *first = taken(stream);
  for (struct work *work = first; work != NULL; work = work->next) work->run(work->arguments);
  discard(first);
}

int cuStreamCreate(void **made, unsigned flags) {
  if (flags != 1) return 1;
  ENTER(1);
  struct stream *stream = calloc(1, sizeof *stream);
  stream->submit = submit;
  stream->finish = finish;
  stream->last = &stream->first;
  return *made = stream, 0;
}
int cuStreamSynchronize(void *stream) {
  ENTER(0);
  if (((struct stream *)stream)->is_capturing) return 900;
  return finish(stream), 0;
}
int cuStreamDestroy_v2(void *stream) {
  ENTER(-1);
  discard(taken(stream)); /* what nobody waited for: its memory may be gone */
  return free(stream), 0;
}

static void copy(const uint64_t *a) { memcpy((void *)a[0], (const void *)a[1], a[2]); }
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t count, void *stream) {
  ENTER(0);
  return submit(stream, copy, (uint64_t[4]){to, (uint64_t)from, count}), 0;
}
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t count, void *stream) {
  ENTER(0);
  return submit(stream, copy, (uint64_t[4]){(uint64_t)to, from, count}), 0;
}

/* An event is a time, which passes by a quarter of a millisecond from event to event. */
struct event { struct stream *stream; float time; };
static void reach(const uint64_t *a) {
  static float now;
  ((struct event *)a[0])->time = now += 0.25f;
}
int cuEventCreate(void **event, unsigned flags) {
  if (flags != 0) return 1;
  ENTER(1);
  return *event = calloc(1, sizeof(struct event)), 0;
}
int cuEventRecord(void *event, void *stream) {
  ENTER(0);
  ((struct event *)event)->stream = stream;
  return submit(stream, reach, (uint64_t[4]){(uint64_t)event}), 0;
}
int cuEventSynchronize(void *event) {
  ENTER(0);
  return finish(((struct event *)event)->stream), 0;
}
int cuEventElapsedTime(float *milliseconds, void *start, void *end) {
  ENTER(0);
  return *milliseconds = ((struct event *)end)->time - ((struct event *)start)->time, 0;
}
int cuEventDestroy_v2(void *event) {
  ENTER(-1);
  return free(event), 0;
}

int cuStreamBeginCapture_v2(void *stream, int mode) {
  if (mode != 1) return 1;
  ENTER(0);
  finish(stream);
  return ((struct stream *)stream)->is_capturing = 1, 0;
}
int cuStreamEndCapture(void *stream, void **graph) {
  ENTER(1);
  ((struct stream *)stream)->is_capturing = 0;
  struct work **made = calloc(1, sizeof *made);
  *made = taken(stream);
  return *graph = made, 0;
}
static int destroy(void *graph) {
  discard(*(struct work **)graph);
  return free(graph), 0;
}
int cuGraphDestroy(void *graph) {
  ENTER(-1);
  return destroy(graph);
}
int cuGraphExecDestroy(void *graph) {
  ENTER(-1);
  return destroy(graph);
}
int cuGraphLaunch(void *graph, void *stream) {
  ENTER(0);
  for (struct work *work = *(struct work **)graph; work != NULL; work = work->next) submit(stream, work->run, work->arguments);
  return 0;
}
#ifndef OLD
int cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long flags) {
  if (flags != 0) return 1;
  ENTER(1);
  struct stream copies = {submit, finish, NULL, NULL, 0};
  copies.last = &copies.first;
  for (struct work *work = *(struct work **)graph; work != NULL; work = work->next) submit(&copies, work->run, work->arguments);
  struct work **made = calloc(1, sizeof *made);
  *made = copies.first;
  return *executable = made, 0;
}
#endif
