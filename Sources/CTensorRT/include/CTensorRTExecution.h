/* Running engines: a plan becomes an engine, an engine has contexts, a context runs it on a CUDA stream. Part of
   CTensorRT.h.

   Streams and device addresses are the CUDA driver's own. The context of the GPU must be current on the calling thread,
   also when things are closed. Where a function fails, *message has what the library said of it, a line each; it may
   stay null. */
#ifndef INGOT_CTENSORRT_EXECUTION_H
#define INGOT_CTENSORRT_EXECUTION_H

#include "CTensorRT.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An engine: what it takes and gives. Any thread; several contexts of one engine run at once. */

typedef struct ingot_trt_engine ingot_trt_engine;

/* With nothing in it yet: what it shall be allowed and given comes before its plan is read. */
ingot_trt_status ingot_trt_engine_open(const ingot_trt_library *library, ingot_trt_engine **engine, char **message);
/* Plug-ins that it calls, in the registry of its own runtime. INGOT_TRT_NOT_LOADED, INGOT_TRT_NOT_PLUGINS: as of
   ingot_trt_load_plugins. */
ingot_trt_status ingot_trt_engine_load_plugins(ingot_trt_engine *engine, const char *path, char **message);
/* Lets the library run code that the plan holds: a lean runtime, plug-ins. It has all rights of this process. */
ingot_trt_status ingot_trt_engine_allow_host_code(ingot_trt_engine *engine, char **message);
/* Once. The plan is not needed afterwards. */
ingot_trt_status ingot_trt_engine_read(
    ingot_trt_engine *engine, const void *plan, size_t byte_count, char **message);
/* After all of its contexts. */
void ingot_trt_engine_close(ingot_trt_engine *engine);

typedef struct {
  int rank; /* -1: unknown, or more than INGOT_TRT_MAX_RANK */
  int64_t sizes[INGOT_TRT_MAX_RANK];
} ingot_trt_shape;

static inline int64_t ingot_trt_shape_size(const ingot_trt_shape *shape, int axis) { return shape->sizes[axis]; }

typedef struct {
  const char *name;
  int type; /* as in ingot_trt_tensor */
  bool is_input;
  bool is_on_host;   /* its address is one of this machine's memory */
  bool gives_shapes; /* an input whose values decide shapes: profiles give its values */
  bool is_linear;    /* row-major, as ONNX has it */
  const char *format; /* in words */
  ingot_trt_shape shape; /* -1: open, or decided by the data */
} ingot_trt_io;

int ingot_trt_io_count(const ingot_trt_engine *engine);
bool ingot_trt_io_at(const ingot_trt_engine *engine, int index, ingot_trt_io *io);

int ingot_trt_profile_count(const ingot_trt_engine *engine);
/* False where the profile has none of that input. */
bool ingot_trt_profile_shape(
    const ingot_trt_engine *engine, int profile, const char *input, ingot_trt_selector selector, ingot_trt_shape *shape);
bool ingot_trt_profile_value(
    const ingot_trt_engine *engine, int profile, const char *input, ingot_trt_selector selector, int index,
    int64_t *value);

/* Bytes of device memory that a context takes, weights aside. */
int64_t ingot_trt_engine_memory(const ingot_trt_engine *engine);
/* Bytes of weights that may stay in host memory; 0 where it was built to have all on the device. */
int64_t ingot_trt_streamable_weights(const ingot_trt_engine *engine);
/* How many of them may be on the device. Before the first context is made. */
ingot_trt_status ingot_trt_set_weight_budget(ingot_trt_engine *engine, int64_t byte_count, char **message);

/* The layers as JSON, as the engine's profiling verbosity lets the library tell. */
ingot_trt_status ingot_trt_inspect(const ingot_trt_engine *engine, char **text, char **message);

/* Replaces the weights of an engine that was built to be refitted with those of an ONNX model. INGOT_TRT_LACKING: the
   engine cannot be refitted. INGOT_TRT_ABSENT: the model lacks weights of the engine, which stays as it was; the message
   has their names. */
ingot_trt_status ingot_trt_refit(
    ingot_trt_engine *engine, const void *model, size_t byte_count, const char *path, char **message);
/* The names of the weights that a refit replaces, a line each. */
ingot_trt_status ingot_trt_refittable_weights(ingot_trt_engine *engine, char **names, char **message);
/* The engine as a plan, with its weights as they are now. */
ingot_trt_status ingot_trt_serialize(const ingot_trt_engine *engine, ingot_trt_memory **plan, char **message);

/* A context: one run at a time. */

typedef struct ingot_trt_context ingot_trt_context;

/* TensorRT-RTX alone has these: INGOT_TRT_LACKING where one is given to another. Null leaves the library's own. */
typedef struct {
  const char *cuda_graphs;     /* DISABLED, WHOLE_GRAPH_CAPTURE */
  const char *dynamic_kernels; /* how kernels for shapes are made: LAZY, EAGER, NONE */
  const void *cache;           /* of an earlier run, so that kernels need not be made again */
  size_t cache_byte_count;
} ingot_trt_context_settings;

ingot_trt_status ingot_trt_context_make(
    ingot_trt_engine *engine, ingot_trt_context_settings settings, ingot_trt_context **context, char **message);
void ingot_trt_context_close(ingot_trt_context *context);

ingot_trt_status ingot_trt_use_profile(ingot_trt_context *context, int profile, void *stream, char **message);
ingot_trt_status ingot_trt_set_shape(
    ingot_trt_context *context, const char *input, const int64_t *sizes, int rank, char **message);
/* Of device memory, or of host memory where the engine says so. */
ingot_trt_status ingot_trt_set_address(ingot_trt_context *context, const char *tensor, void *address, char **message);
/* Works out all shapes; the message names an input that has none yet. */
ingot_trt_status ingot_trt_infer_shapes(ingot_trt_context *context, char **message);
/* -1 where the data will decide. */
bool ingot_trt_context_shape(ingot_trt_context *context, const char *tensor, ingot_trt_shape *shape);

/* Gives an output memory when its size is known: during ingot_trt_enqueue, on its thread. */
typedef struct {
  void *context;
  /* Null stops the run. */
  void *(*allocate)(void *context, uint64_t byte_count);
  void (*shaped)(void *context, const ingot_trt_shape *shape);
} ingot_trt_allocator;

ingot_trt_status ingot_trt_set_allocator(
    ingot_trt_context *context, const char *output, ingot_trt_allocator allocator, char **message);

/* Hears how long each layer took: during ingot_trt_enqueue, which then waits for the GPU. A null function ends it. */
ingot_trt_status ingot_trt_profile_layers(
    ingot_trt_context *context, void *listener, void (*layer)(void *listener, const char *name, float milliseconds));

/* Returns before it is done. */
ingot_trt_status ingot_trt_enqueue(ingot_trt_context *context, void *stream, char **message);

/* What TensorRT-RTX compiled while the context ran, for the settings of another. */
ingot_trt_status ingot_trt_context_cache(ingot_trt_context *context, ingot_trt_memory **cache);

#ifdef __cplusplus
}
#endif
#endif
