/* The library, its sessions and what they log. Runs are in run.c. */
#include "internal.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>

char *ort_text(const char *text) { return strdup(text == NULL ? "" : text); }

void ingot_ort_free_text(char *text) { free(text); }

int ort_fail(char **error, int code, const char *text) {
  *error = ort_text(text);
  return code;
}

int ort_finish(const ort_functions *f, OrtStatus *status, char **error) {
  if (status == NULL) return 0;
  int code = f->GetErrorCode(status);
  *error = ort_text(f->GetErrorMessage(status));
  f->ReleaseStatus(status);
  return code > 0 ? code : 1;
}

/* Sessions have logs of their own; what ONNX Runtime says outside of them (which devices it did not find, and the
   like) is of no use to anybody, and the environment is shared by the whole process, so that no context may be given
   to it. */
static void drop_message(
    void *context, int severity, const char *category, const char *id, const char *location, const char *message) {
  (void)context, (void)severity, (void)category, (void)id, (void)location, (void)message;
}

static void keep_message(
    void *context, int severity, const char *category, const char *id, const char *location, const char *message) {
  (void)category, (void)id, (void)location;
  ort_log *log = context;
  const int warnings = 2;
  static const char settings[] = "Session Options {";
  pthread_mutex_lock(&log->lock);
  if (severity >= warnings) {
    if (log->count < LOG_CAPACITY) log->lines[log->count++] = ort_text(message);
  } else if (log->settings == NULL && strncmp(message, settings, sizeof settings - 1) == 0) {
    log->settings = ort_text(message);
  }
  pthread_mutex_unlock(&log->lock);
}

static int load_functions(const char *path, ingot_ort *library, char **error) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return ort_fail(error, INGOT_ORT_CANNOT_LOAD, dlerror());
  typedef void (*function)(void);
  typedef struct {
    const function *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
  } api_base;
  const api_base *(*get_base)(void) = NULL;
  *(void **)&get_base = dlsym(handle, "OrtGetApiBase");
  if (get_base == NULL) return ort_fail(error, INGOT_ORT_CANNOT_LOAD, dlerror());
  const api_base *base = get_base();
  library->version = base->get_version();
  int major = 0, minor = 0;
  /* Asking an older library for a newer interface makes it write to standard error, so its version is read first. */
  if (sscanf(library->version, "%d.%d", &major, &minor) != 2 || major != 1 || minor < ORT_API_VERSION) {
    return ort_fail(error, INGOT_ORT_UNKNOWN_VERSION, library->version);
  }
  const function *table = base->get_api(ORT_API_VERSION);
  if (table == NULL) return ort_fail(error, INGOT_ORT_UNKNOWN_VERSION, library->version);
#define F(index, result, name, arguments) \
  if (table[index] == NULL) return ort_fail(error, INGOT_ORT_CANNOT_LOAD, "it lacks " #name); \
  library->f.name = (result(*) arguments)table[index];
  ORT_FUNCTIONS(F)
#undef F
  return 0;
}

/* The environment is one for the whole process and counted. While its last user releases it, a new one is refused ("Only one
   instance of LoggingManager … can exist"), so the two never overlap. */
static pthread_mutex_t environments = PTHREAD_MUTEX_INITIALIZER;

int ingot_ort_open(const char *path, ingot_ort **library, char **error) {
  ingot_ort *made = calloc(1, sizeof *made);
  if (made == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  int code = load_functions(path, made, error);
  if (code == 0) {
    const int errors_only = 3;
    pthread_mutex_lock(&environments);
    OrtStatus *status = made->f.CreateEnvWithCustomLogger(drop_message, NULL, errors_only, "ingot", &made->env);
    pthread_mutex_unlock(&environments);
    code = ort_finish(&made->f, status, error);
  }
  if (code != 0) {
    free(made);
    return code;
  }
  *library = made;
  return 0;
}

void ingot_ort_close(ingot_ort *library) {
  pthread_mutex_lock(&environments);
  library->f.ReleaseEnv(library->env);
  pthread_mutex_unlock(&environments);
  free(library);
}

const char *ingot_ort_version(const ingot_ort *library) { return library->version; }

int ingot_ort_make_options(ingot_ort *library, const ingot_ort_settings *settings, ingot_ort_options **options, char **error) {
  ingot_ort_options *made = calloc(1, sizeof *made);
  if (made == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  made->library = library;
  made->gpu = -1;
  const ort_functions *f = &library->f;
  OrtStatus *status = f->CreateSessionOptions(&made->options);
  const int information = 1, warnings = 2, parallel = 1;
  if (status == NULL) {
    status = f->SetSessionLogSeverityLevel(made->options, settings->tells_settings ? information : warnings);
  }
  if (status == NULL) status = f->SetSessionGraphOptimizationLevel(made->options, settings->optimization);
  if (status == NULL) status = f->SetIntraOpNumThreads(made->options, settings->thread_count);
  if (status == NULL) status = f->SetInterOpNumThreads(made->options, settings->operator_count);
  if (status == NULL && settings->operator_count > 1) status = f->SetSessionExecutionMode(made->options, parallel);
  if (status == NULL) status = f->SetDeterministicCompute(made->options, settings->is_deterministic);
  if (status == NULL && !settings->has_arena) status = f->DisableCpuMemArena(made->options);
  if (status == NULL && settings->spares_memory) status = f->DisableMemPattern(made->options);
  if (status != NULL) {
    ingot_ort_release_options(made);
    return ort_finish(f, status, error);
  }
  *options = made;
  return 0;
}

static OrtStatus *add_cuda(
    ingot_ort_options *options, const char *const *keys, const char *const *values, size_t count, char **told) {
  const ort_functions *f = &options->library->f;
  OrtProvider *provider = NULL;
  OrtAllocator *allocator = NULL;
  char *text = NULL;
  OrtStatus *status = f->CreateCUDAProviderOptions(&provider);
  if (status == NULL) status = f->UpdateCUDAProviderOptions(provider, keys, values, count);
  if (status == NULL) status = f->SessionOptionsAppendExecutionProvider_CUDA_V2(options->options, provider);
  if (status == NULL) status = f->GetAllocatorWithDefaultOptions(&allocator);
  if (status == NULL) status = f->GetCUDAProviderOptionsAsString(provider, allocator, &text);
  if (status == NULL) {
    *told = ort_text(text);
    status = f->AllocatorFree(allocator, text);
  }
  if (provider != NULL) f->ReleaseCUDAProviderOptions(provider);
  return status;
}

static OrtStatus *add_tensorrt(
    ingot_ort_options *options, const char *const *keys, const char *const *values, size_t count) {
  const ort_functions *f = &options->library->f;
  OrtProvider *provider = NULL;
  OrtStatus *status = f->CreateTensorRTProviderOptions(&provider);
  if (status == NULL) status = f->UpdateTensorRTProviderOptions(provider, keys, values, count);
  if (status == NULL) status = f->SessionOptionsAppendExecutionProvider_TensorRT_V2(options->options, provider);
  if (provider != NULL) f->ReleaseTensorRTProviderOptions(provider);
  return status;
}

int ingot_ort_add_provider(
    ingot_ort_options *options, int32_t provider, int32_t gpu, const char *const *keys, const char *const *values,
    size_t count, char **told, char **error) {
  OrtStatus *status = provider == INGOT_ORT_TENSORRT ? add_tensorrt(options, keys, values, count)
                                                     : add_cuda(options, keys, values, count, told);
  options->gpu = gpu;
  return ort_finish(&options->library->f, status, error);
}

void ingot_ort_release_options(ingot_ort_options *options) {
  if (options->options != NULL) options->library->f.ReleaseSessionOptions(options->options);
  free(options);
}

int ingot_ort_write_optimized(ingot_ort_options *options, const char *path, char **error) {
  const ort_functions *f = &options->library->f;
  return ort_finish(f, f->SetOptimizedModelFilePath(options->options, path), error);
}

int ingot_ort_profile(ingot_ort_options *options, const char *prefix, char **error) {
  const ort_functions *f = &options->library->f;
  return ort_finish(f, f->EnableProfiling(options->options, prefix), error);
}

int ingot_ort_end_profile(ingot_ort_session *session, char **path, char **error) {
  const ort_functions *f = &session->library->f;
  OrtAllocator *allocator = NULL;
  char *text = NULL;
  int code = ort_finish(f, f->GetAllocatorWithDefaultOptions(&allocator), error);
  if (code == 0) code = ort_finish(f, f->SessionEndProfiling(session->session, allocator, &text), error);
  if (code != 0) return code;
  *path = ort_text(text);
  return ort_finish(f, f->AllocatorFree(allocator, text), error);
}

int ingot_ort_configure(ingot_ort_options *options, const char *key, const char *value, char **error) {
  const ort_functions *f = &options->library->f;
  return ort_finish(f, f->AddSessionConfigEntry(options->options, key, value), error);
}

int ingot_ort_open_session(
    ingot_ort_options *options, const char *model_path, ingot_ort_session **session, char **error) {
  ingot_ort_session *made = calloc(1, sizeof *made);
  if (made == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  const ort_functions *f = &options->library->f;
  made->library = options->library;
  pthread_mutex_init(&made->log.lock, NULL);
  OrtStatus *status = f->SetUserLoggingFunction(options->options, keep_message, &made->log);
  if (status == NULL) status = f->CreateSession(options->library->env, model_path, options->options, &made->session);
  const int device = 0, arena = 1, default_memory = 0;
  if (status == NULL) status = f->CreateCpuMemoryInfo(arena, default_memory, &made->memory);
  if (status == NULL) {
    status = options->gpu < 0 ? f->CreateCpuMemoryInfo(arena, default_memory, &made->output_memory)
                              : f->CreateMemoryInfo("Cuda", device, options->gpu, default_memory, &made->output_memory);
  }
  int code = ort_finish(f, status, error);
  if (code == 0) code = ort_describe(made, error);
  /* Making a session leaves half a model's size behind in free memory that malloc keeps (ResNet-50: 50 MiB). */
  malloc_trim(0);
  if (code != 0) {
    ingot_ort_close_session(made);
    return code;
  }
  *session = made;
  return 0;
}

void ingot_ort_close_session(ingot_ort_session *session) {
  const ort_functions *f = &session->library->f;
  ort_forget(session);
  if (session->memory != NULL) f->ReleaseMemoryInfo(session->memory);
  if (session->output_memory != NULL) f->ReleaseMemoryInfo(session->output_memory);
  if (session->session != NULL) f->ReleaseSession(session->session);
  for (size_t i = 0; i < session->log.count; i++) free(session->log.lines[i]);
  free(session->log.settings);
  pthread_mutex_destroy(&session->log.lock);
  free(session);
  malloc_trim(0);
}

const char *ingot_ort_log_line(ingot_ort_session *session, size_t index) {
  pthread_mutex_lock(&session->log.lock);
  const char *line = index < session->log.count ? session->log.lines[index] : NULL;
  pthread_mutex_unlock(&session->log.lock);
  return line;
}

const char *ingot_ort_session_settings(const ingot_ort_session *session) { return session->log.settings; }
