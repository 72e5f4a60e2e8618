/* The library, its core, and what is read, compiled, exported and imported. Runs are in run.c. */
#include "internal.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

void ingot_ov_free_text(char *text) { free(text); }

int ov_fail(char **error, int code, const char *text) {
  *error = strdup(text == NULL ? "" : text);
  return code;
}

int ov_finish(const ov_functions *f, int status, char **error) {
  if (status == 0) return 0;
  const char *text = f->ov_get_last_err_msg(); /* a copy, which is the caller's */
  bool has_text = text != NULL && text[0] != 0;
  int code = ov_fail(error, status, has_text ? text : f->ov_get_error_info(status));
  if (text != NULL) f->ov_free(text);
  return code;
}

/* Some hypervisors say that the processor has AMX tiles and hide leaf 0x1d, which says how large they are. OpenVINO
   then configures tiles of size 0, and the first int8 or bf16 convolution ends the process with SIGILL at its
   TILEZERO. So it must not know of AMX there; its only switch is this variable, which it reads once. A value that
   the user set stays. The first setenv of a process leaves the old table of variables valid, so a getenv on another
   thread at this moment reads what it always did. */
static void hide_broken_tiles(void) {
#if defined(__x86_64__)
  const unsigned amx_tile = 1u << 24;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & amx_tile) == 0) return;
  unsigned largest_palette = 0;
  if (__get_cpuid_count(0x1d, 0, &largest_palette, &b, &c, &d) && largest_palette > 0) return;
  setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_FP16", 0);
#endif
}

/* "2026.4.1" of "2026.4.1-22982-0abc-releases/2026/4". Before anything else is asked: a later version may lack what this
   one has. */
static int read_version(void *handle, ingot_ov *library, char **error) {
  int (*get)(ov_version *) = NULL;
  *(void **)&get = dlsym(handle, "ov_get_openvino_version");
  if (get == NULL) return ov_fail(error, INGOT_OV_CANNOT_LOAD, dlerror());
  void (*release_version)(ov_version *) = NULL;
  *(void **)&release_version = dlsym(handle, "ov_version_free");
  if (release_version == NULL) return ov_fail(error, INGOT_OV_CANNOT_LOAD, dlerror());
  ov_version version = {0};
  if (get(&version) != 0) return ov_fail(error, INGOT_OV_CANNOT_LOAD, "it does not tell its version");
  library->version = strdup(version.build == NULL ? "" : version.build);
  release_version(&version);
  library->version[strcspn(library->version, "-")] = 0;
  int year = 0, release = 0;
  if (sscanf(library->version, "%d.%d", &year, &release) != 2 || year < 2024 || year > 2026) {
    return ov_fail(error, INGOT_OV_UNKNOWN_VERSION, library->version);
  }
  return 0;
}

static int load_functions(void *handle, ingot_ov *library, char **error) {
#define F(result, name, arguments) \
  *(void **)&library->f.name = dlsym(handle, #name); \
  if (library->f.name == NULL) return ov_fail(error, INGOT_OV_CANNOT_LOAD, dlerror());
  OV_FUNCTIONS(F)
#undef F
  return 0;
}

static int load(const char *path, ingot_ov *library, char **error) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, hide_broken_tiles);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return ov_fail(error, INGOT_OV_CANNOT_LOAD, dlerror());
  const int code = read_version(handle, library, error);
  return code != 0 ? code : load_functions(handle, library, error);
}

int ingot_ov_open(const char *path, ingot_ov **library, char **error) {
  ingot_ov *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  int code = load(path, made, error);
  if (code == 0) code = ov_finish(&made->f, made->f.ov_core_create(&made->core), error);
  if (code != 0) {
    ingot_ov_close(made);
    return code;
  }
  *library = made;
  return 0;
}

void ingot_ov_close(ingot_ov *library) {
  if (library->core != NULL) library->f.ov_core_free(library->core);
  free(library->version);
  free(library);
}

const char *ingot_ov_version(const ingot_ov *library) { return library->version; }

int ingot_ov_configure(ingot_ov *library, const char *device, const char *key, const char *value, char **error) {
  return ov_finish(&library->f, library->f.ov_core_set_property(library->core, device, key, value), error);
}

static int finish_model(ingot_ov_model *made, int status, ingot_ov_model **model, char **error) {
  const ov_functions *f = &made->library->f;
  int code = ov_finish(f, status, error);
  if (code == 0) {
    code = ov_describe(
        f, made->model, (ov_count_ports)f->ov_model_inputs_size, (ov_get_port)f->ov_model_const_input_by_index,
        &made->inputs, error);
  }
  if (code == 0) {
    code = ov_describe(
        f, made->model, (ov_count_ports)f->ov_model_outputs_size, (ov_get_port)f->ov_model_const_output_by_index,
        &made->outputs, error);
  }
  if (code != 0) {
    ingot_ov_close_model(made);
    return code;
  }
  *model = made;
  return 0;
}

int ingot_ov_read(ingot_ov *library, const char *path, ingot_ov_model **model, char **error) {
  ingot_ov_model *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  made->library = library;
  int status = library->f.ov_core_read_model(library->core, path, NULL, &made->model);
  return finish_model(made, status, model, error);
}

int ingot_ov_read_bytes(ingot_ov *library, const void *bytes, size_t byte_count, ingot_ov_model **model, char **error) {
  ingot_ov_model *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  made->library = library;
  int status = library->f.ov_core_read_model_from_memory_buffer(library->core, bytes, byte_count, NULL, &made->model);
  return finish_model(made, status, model, error);
}

void ingot_ov_close_model(ingot_ov_model *model) {
  ov_forget(&model->inputs);
  ov_forget(&model->outputs);
  if (model->model != NULL) model->library->f.ov_model_free(model->model);
  free(model);
}

void ingot_ov_bind(ingot_ov_model *model, size_t input, const ingot_ov_dimension *dims) {
  ingot_ov_port *port = &model->inputs.ports[input];
  if (port->rank > 0) memcpy((ingot_ov_dimension *)port->dims, dims, (size_t)port->rank * sizeof *dims);
}

int ingot_ov_reshape(ingot_ov_model *model, char **error) {
  size_t count = model->inputs.count;
  const char **names = calloc(count + 1, sizeof *names);
  ov_partial_shape *shapes = calloc(count + 1, sizeof *shapes);
  int code = 0;
  if (names != NULL && shapes != NULL) {
    for (size_t i = 0; i < count; i++) {
      const ingot_ov_port *port = &model->inputs.ports[i];
      names[i] = port->name;
      shapes[i].rank = (ov_dimension){port->rank, port->rank};
      shapes[i].dims = (ov_dimension *)port->dims; /* the same two numbers */
    }
    code = ov_finish(&model->library->f, model->library->f.ov_model_reshape(model->model, names, shapes, count), error);
  } else {
    code = ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  }
  free(names);
  free(shapes);
  return code;
}

static int finish_program(ingot_ov_program *made, int status, ingot_ov_program **program, char **error) {
  const ov_functions *f = &made->library->f;
  int code = ov_finish(f, status, error);
  if (code == 0) {
    code = ov_describe(
        f, made->compiled, (ov_count_ports)f->ov_compiled_model_inputs_size,
        (ov_get_port)f->ov_compiled_model_input_by_index, &made->inputs, error);
  }
  if (code == 0) {
    code = ov_describe(
        f, made->compiled, (ov_count_ports)f->ov_compiled_model_outputs_size,
        (ov_get_port)f->ov_compiled_model_output_by_index, &made->outputs, error);
  }
  if (code != 0) {
    ingot_ov_close_program(made);
    return code;
  }
  *program = made;
  return 0;
}

int ingot_ov_compile(ingot_ov_model *model, const char *device, ingot_ov_program **program, char **error) {
  ingot_ov_program *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  made->library = model->library;
  int status = made->library->f.ov_core_compile_model(made->library->core, model->model, device, 0, &made->compiled);
  return finish_program(made, status, program, error);
}

int ingot_ov_property(const ingot_ov_program *program, const char *key, char **value, char **error) {
  const ov_functions *f = &program->library->f;
  char *text = NULL;
  int code = ov_finish(f, f->ov_compiled_model_get_property(program->compiled, key, &text), error);
  if (code != 0) return code;
  *value = strdup(text == NULL ? "" : text);
  if (text != NULL) f->ov_free(text);
  return 0;
}

int ingot_ov_export(ingot_ov_program *program, const char *path, char **error) {
  const ov_functions *f = &program->library->f;
  return ov_finish(f, f->ov_compiled_model_export_model(program->compiled, path), error);
}

int ingot_ov_import(
    ingot_ov *library, const void *bytes, size_t byte_count, const char *device, ingot_ov_program **program,
    char **error) {
  ingot_ov_program *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  made->library = library;
  int status = library->f.ov_core_import_model(library->core, bytes, byte_count, device, &made->compiled);
  return finish_program(made, status, program, error);
}

void ingot_ov_close_program(ingot_ov_program *program) {
  const ov_functions *f = &program->library->f;
  ov_forget(&program->inputs);
  ov_forget(&program->outputs);
  if (program->compiled != NULL) f->ov_compiled_model_free(program->compiled);
  free(program);
}
