/* A session's inputs and outputs: names, types and shapes, read once. */
#include "internal.h"

/* ONNX Runtime numbers the newest types otherwise than ONNX: 24 uint2, 25 int2, 26 float8e8m0 against 24 float8e8m0,
   25 uint2, 26 int2. */
int ort_to_onnx_type(int type) {
  switch (type) {
  case 24: return 25;
  case 25: return 26;
  case 26: return 24;
  default: return type;
  }
}

int ort_from_onnx_type(int type) {
  switch (type) {
  case 25: return 24;
  case 26: return 25;
  case 24: return 26;
  default: return type;
  }
}

static OrtStatus *read_name(
    const ort_functions *f, const OrtSession *session, bool is_input, size_t index, ingot_ort_io *io) {
  OrtAllocator *allocator = NULL;
  char *name = NULL;
  OrtStatus *status = f->GetAllocatorWithDefaultOptions(&allocator);
  if (status != NULL) return status;
  status = is_input ? f->SessionGetInputName(session, index, allocator, &name)
                    : f->SessionGetOutputName(session, index, allocator, &name);
  if (status != NULL) return status;
  io->name = ort_text(name);
  return f->AllocatorFree(allocator, name);
}

static OrtStatus *read_shape(const ort_functions *f, const OrtTensorInfo *info, ingot_ort_io *io) {
  io->has_rank = f->TensorTypeAndShape_HasShape(info);
  if (!io->has_rank) return NULL;
  size_t rank = 0;
  OrtStatus *status = f->GetDimensionsCount(info, &rank);
  if (status != NULL) return status;
  int64_t *dims = calloc(rank + 1, sizeof *dims);
  const char **names = calloc(rank + 1, sizeof *names);
  if (dims != NULL && names != NULL) {
    status = f->GetDimensions(info, dims, rank);
    if (status == NULL) status = f->GetSymbolicDimensions(info, names, rank);
    if (status == NULL) {
      /* The names are the type info's, which goes away. */
      for (size_t i = 0; i < rank; i++) names[i] = ort_text(names[i]);
      io->rank = rank;
      io->dims = dims;
      io->dim_names = names;
      return NULL;
    }
  } else {
    io->has_rank = false;
  }
  free(dims);
  free(names);
  return status;
}

static OrtStatus *read_type(
    const ort_functions *f, const OrtSession *session, bool is_input, size_t index, ingot_ort_io *io) {
  OrtTypeInfo *type = NULL;
  OrtStatus *status = is_input ? f->SessionGetInputTypeInfo(session, index, &type)
                               : f->SessionGetOutputTypeInfo(session, index, &type);
  if (status != NULL) return status;
  const OrtTensorInfo *info = NULL; /* belongs to type */
  status = f->CastTypeInfoToTensorInfo(type, &info);
  if (status == NULL && info != NULL) {
    int element = 0;
    status = f->GetTensorElementType(info, &element);
    io->type = ort_to_onnx_type(element);
    if (status == NULL) status = read_shape(f, info, io);
  }
  f->ReleaseTypeInfo(type);
  return status;
}

static int describe_side(ingot_ort_session *session, bool is_input, ingot_ort_io **list, size_t *count, char **error) {
  const ort_functions *f = &session->library->f;
  size_t found = 0;
  OrtStatus *status = is_input ? f->SessionGetInputCount(session->session, &found)
                               : f->SessionGetOutputCount(session->session, &found);
  if (status != NULL) return ort_finish(f, status, error);
  *list = calloc(found + 1, sizeof **list);
  if (*list == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  *count = found;
  for (size_t i = 0; i < found && status == NULL; i++) {
    status = read_name(f, session->session, is_input, i, &(*list)[i]);
    if (status == NULL) status = read_type(f, session->session, is_input, i, &(*list)[i]);
  }
  return ort_finish(f, status, error);
}

int ort_describe(ingot_ort_session *session, char **error) {
  int code = describe_side(session, true, &session->inputs, &session->input_count, error);
  if (code == 0) code = describe_side(session, false, &session->outputs, &session->output_count, error);
  return code;
}

static void forget_side(ingot_ort_io *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    for (size_t axis = 0; axis < list[i].rank; axis++) free((char *)list[i].dim_names[axis]);
    free((char **)list[i].dim_names);
    free((int64_t *)list[i].dims);
    free((char *)list[i].name);
  }
  free(list);
}

void ort_forget(ingot_ort_session *session) {
  forget_side(session->inputs, session->input_count);
  forget_side(session->outputs, session->output_count);
}

size_t ingot_ort_input_count(const ingot_ort_session *session) { return session->input_count; }
size_t ingot_ort_output_count(const ingot_ort_session *session) { return session->output_count; }
const ingot_ort_io *ingot_ort_input(const ingot_ort_session *session, size_t index) {
  return &session->inputs[index];
}
const ingot_ort_io *ingot_ort_output(const ingot_ort_session *session, size_t index) {
  return &session->outputs[index];
}
