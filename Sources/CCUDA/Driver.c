#include "Driver.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find(void *handle, const char *symbol, const char *older, void **function, char **error) {
  *function = dlsym(handle, symbol);
  if (*function != NULL) return 0;
  *error = strdup(dlerror());
  if (older != NULL) *function = dlsym(handle, older);
  if (*function == NULL) return INGOT_CUDA_FAILED;
  free(*error);
  *error = NULL;
  return 0;
}

int ingot_cuda_load(const char *path, bool wants_work, ingot_cuda_functions *f, char **error) {
  void *handle = dlopen(path == NULL ? "libcuda.so.1" : path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    *error = strdup(dlerror());
    return INGOT_CUDA_ABSENT;
  }
  int code = 0;
#define F(name, symbol, older, arguments) \
  if (code == 0) code = find(handle, symbol, older, (void **)&f->name, error);
  CUDA_DESCRIBING_FUNCTIONS(F)
  if (code != 0 || !wants_work) return code;
  CUDA_WORKING_FUNCTIONS(F)
#undef F
  if (code == 0) return 0;
  char *found = *error;
  if (asprintf(error, "%s: a driver for CUDA 11.4 or later is needed", found) < 0) *error = found;
  else free(found);
  return code;
}

int ingot_cuda_check(const ingot_cuda_functions *f, int result, const char *call, char **error) {
  if (result == 0) return 0;
  const char *name = NULL, *text = NULL;
  if (f->cuGetErrorName(result, &name) != 0 || name == NULL) name = "an unknown error";
  if (f->cuGetErrorString(result, &text) != 0 || text == NULL) text = "no text";
  if (asprintf(error, "%s: %s (%d): %s", call, name, result, text) < 0) *error = strdup(call);
  return result == CUDA_OUT_OF_MEMORY ? INGOT_CUDA_OUT_OF_MEMORY : INGOT_CUDA_FAILED;
}

void ingot_cuda_free_text(char *text) { free(text); }
