/* Work on a GPU: its primary context, memory, streams, events and graphs. */
#include "Driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ingot_cuda_context {
  ingot_cuda_functions f;
  int device;
  void *context;
};

/* A context is current per thread, and the caller's thread may be any. */
#define CALL(name, ...) \
  (ingot_cuda_make_current(context, error) \
       ?: ingot_cuda_check(&context->f, context->f.name(__VA_ARGS__), #name, error))

/* Where nobody can be told that it failed. */
#define FORGET(name, ...) \
  if (context->f.cuCtxSetCurrent(context->context) == 0) context->f.name(__VA_ARGS__)

int ingot_cuda_retain(const char *path, int32_t ordinal, ingot_cuda_context **made, char **error) {
  ingot_cuda_context *context = calloc(1, sizeof *context);
  if (context == NULL) {
    *error = strdup("out of memory");
    return INGOT_CUDA_FAILED;
  }
  ingot_cuda_functions *f = &context->f;
  int code = ingot_cuda_load(path, true, f, error);
  if (code == 0) code = ingot_cuda_check(f, f->cuInit(0), "cuInit", error);
  if (code == 0) code = ingot_cuda_check(f, f->cuDeviceGet(&context->device, ordinal), "cuDeviceGet", error);
  if (code == 0) {
    int result = f->cuDevicePrimaryCtxRetain(&context->context, context->device);
    code = ingot_cuda_check(f, result, "cuDevicePrimaryCtxRetain", error);
  }
  if (code != 0) {
    free(context);
    return code;
  }
  *made = context;
  return 0;
}

void ingot_cuda_release_context(ingot_cuda_context *context) {
  context->f.cuDevicePrimaryCtxRelease(context->device);
  free(context);
}

int ingot_cuda_make_current(ingot_cuda_context *context, char **error) {
  return ingot_cuda_check(&context->f, context->f.cuCtxSetCurrent(context->context), "cuCtxSetCurrent", error);
}

int ingot_cuda_memory(ingot_cuda_context *context, uint64_t *free_count, uint64_t *total, char **error) {
  size_t values[2] = {0, 0};
  int code = CALL(cuMemGetInfo, &values[0], &values[1]);
  *free_count = values[0];
  *total = values[1];
  return code;
}

/* Adds to an error of an allocation how much was asked for and, for device memory, how much there is. */
static int explain(ingot_cuda_context *context, int code, size_t byte_count, bool is_device, char **error) {
  if (code != INGOT_CUDA_OUT_OF_MEMORY) return code;
  const size_t mebibyte = 1 << 20;
  size_t free_count = 0, total = 0, asked = byte_count / mebibyte + (byte_count % mebibyte != 0);
  char *said = *error;
  int written;
  if (is_device && context->f.cuMemGetInfo(&free_count, &total) == 0) {
    written = asprintf(
        error, "%s; %zu MiB were asked for, and %zu MiB of %zu MiB are free", said, asked, free_count / mebibyte,
        total / mebibyte);
  } else {
    written = asprintf(error, "%s; %zu MiB were asked for", said, asked);
  }
  if (written < 0) *error = said;
  else free(said);
  return code;
}

int ingot_cuda_allocate(ingot_cuda_context *context, size_t byte_count, uint64_t *address, char **error) {
  return explain(context, CALL(cuMemAlloc, address, byte_count), byte_count, true, error);
}

void ingot_cuda_free(ingot_cuda_context *context, uint64_t address) { FORGET(cuMemFree, address); }

int ingot_cuda_allocate_host(ingot_cuda_context *context, size_t byte_count, void **memory, char **error) {
  return explain(context, CALL(cuMemHostAlloc, memory, byte_count, 0), byte_count, false, error);
}

void ingot_cuda_free_host(ingot_cuda_context *context, void *memory) { FORGET(cuMemFreeHost, memory); }

/* TensorRT warns of the default stream, and what is not told to wait for it need not. */
enum { NON_BLOCKING_STREAM = 1 };

int ingot_cuda_make_stream(ingot_cuda_context *context, void **stream, char **error) {
  return CALL(cuStreamCreate, stream, NON_BLOCKING_STREAM);
}

int ingot_cuda_synchronize(ingot_cuda_context *context, void *stream, char **error) {
  return CALL(cuStreamSynchronize, stream);
}

void ingot_cuda_destroy_stream(ingot_cuda_context *context, void *stream) { FORGET(cuStreamDestroy, stream); }

int ingot_cuda_copy_to_device(
    ingot_cuda_context *context, uint64_t address, const void *memory, size_t byte_count, void *stream, char **error) {
  return CALL(cuMemcpyHtoDAsync, address, memory, byte_count, stream);
}

int ingot_cuda_copy_to_host(
    ingot_cuda_context *context, void *memory, uint64_t address, size_t byte_count, void *stream, char **error) {
  return CALL(cuMemcpyDtoHAsync, memory, address, byte_count, stream);
}

int ingot_cuda_make_event(ingot_cuda_context *context, void **event, char **error) {
  return CALL(cuEventCreate, event, 0);
}

int ingot_cuda_record(ingot_cuda_context *context, void *event, void *stream, char **error) {
  return CALL(cuEventRecord, event, stream);
}

int ingot_cuda_elapsed(ingot_cuda_context *context, void *start, void *end, float *milliseconds, char **error) {
  return CALL(cuEventSynchronize, end) ?: CALL(cuEventElapsedTime, milliseconds, start, end);
}

void ingot_cuda_destroy_event(ingot_cuda_context *context, void *event) { FORGET(cuEventDestroy, event); }

/* Other threads may go on allocating meanwhile. */
enum { THREAD_LOCAL_CAPTURE = 1 };

int ingot_cuda_begin_capture(ingot_cuda_context *context, void *stream, char **error) {
  return CALL(cuStreamBeginCapture, stream, THREAD_LOCAL_CAPTURE);
}

int ingot_cuda_end_capture(ingot_cuda_context *context, void *stream, void **graph, char **error) {
  void *recorded = NULL;
  int code = CALL(cuStreamEndCapture, stream, &recorded);
  if (code == 0) code = CALL(cuGraphInstantiateWithFlags, graph, recorded, 0);
  if (recorded != NULL) context->f.cuGraphDestroy(recorded);
  return code;
}

int ingot_cuda_launch(ingot_cuda_context *context, void *graph, void *stream, char **error) {
  return CALL(cuGraphLaunch, graph, stream);
}

void ingot_cuda_destroy_graph(ingot_cuda_context *context, void *graph) { FORGET(cuGraphExecDestroy, graph); }
