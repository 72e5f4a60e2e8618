/* One run of a session: values over the caller's memory in, views of ONNX Runtime's memory out. */
#include "internal.h"

enum { ALIGNMENT = 16 }; /* what malloc gives, and so what kernels meet elsewhere */

struct ingot_ort_outputs {
  ort_inputs inputs; /* kept as long: an output may be an input, handed through */
  const ort_functions *f;
  size_t count;
  OrtValue **values;
  ingot_ort_tensor *tensors; /* with dims on the heap */
};

void ort_release_inputs(ort_inputs *inputs) {
  for (size_t i = 0; i < inputs->count; i++) {
    if (inputs->values != NULL && inputs->values[i] != NULL) inputs->f->ReleaseValue(inputs->values[i]);
    if (inputs->copies != NULL) free(inputs->copies[i]);
  }
  free(inputs->values);
  free(inputs->copies);
  free(inputs->names);
}

int ort_make_inputs(
    ingot_ort_session *session, const ingot_ort_tensor *tensors, bool copies_all, ort_inputs *inputs, char **error) {
  size_t count = session->input_count;
  inputs->f = &session->library->f;
  inputs->count = count;
  inputs->values = calloc(count + 1, sizeof *inputs->values);
  inputs->copies = calloc(count + 1, sizeof *inputs->copies);
  inputs->names = calloc(count + 1, sizeof *inputs->names);
  if (inputs->values == NULL || inputs->copies == NULL || inputs->names == NULL) {
    return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  }
  static char nothing[ALIGNMENT] __attribute__((aligned(ALIGNMENT)));
  for (size_t i = 0; i < count; i++) {
    const ingot_ort_tensor *tensor = &tensors[i];
    void *data = tensor->byte_count == 0 ? nothing : (void *)tensor->data;
    if (tensor->byte_count > 0 && (copies_all || (uintptr_t)data % ALIGNMENT != 0)) {
      data = inputs->copies[i] = malloc(tensor->byte_count);
      if (data == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
      memcpy(data, tensor->data, tensor->byte_count);
    }
    inputs->names[i] = session->inputs[i].name;
    OrtStatus *status = inputs->f->CreateTensorWithDataAsOrtValue(
        session->memory, data, tensor->byte_count, tensor->dims, tensor->rank, ort_from_onnx_type(tensor->type),
        &inputs->values[i]);
    if (status != NULL) return ort_finish(inputs->f, status, error);
  }
  return 0;
}

/* Bits of one element; 0 for what is no number. */
static size_t element_bits(int onnx_type) {
  switch (onnx_type) {
  case 25: case 26: return 2;
  case 21: case 22: case 23: return 4;
  case 2: case 3: case 9: case 17: case 18: case 19: case 20: case 24: return 8;
  case 4: case 5: case 10: case 16: return 16;
  case 1: case 6: case 12: return 32;
  case 7: case 11: case 13: case 14: return 64;
  case 15: return 128;
  default: return 0;
  }
}

/* Type, dims and address of an output; *element_count is as ONNX Runtime counts. */
static OrtStatus *view(const ort_functions *f, OrtValue *value, ingot_ort_tensor *tensor, size_t *element_count) {
  OrtTensorInfo *info = NULL;
  OrtStatus *status = f->GetTensorTypeAndShape(value, &info);
  if (status != NULL) return status;
  int type = 0;
  status = f->GetTensorElementType(info, &type);
  tensor->type = ort_to_onnx_type(type);
  if (status == NULL) status = f->GetDimensionsCount(info, &tensor->rank);
  if (status == NULL) {
    int64_t *dims = calloc(tensor->rank + 1, sizeof *dims);
    if (dims != NULL) status = f->GetDimensions(info, dims, tensor->rank);
    tensor->dims = dims;
  }
  if (status == NULL) status = f->GetTensorShapeElementCount(info, element_count);
  f->ReleaseTensorTypeAndShapeInfo(info);
  void *data = NULL;
  if (status == NULL && element_bits(tensor->type) != 0) status = f->GetTensorMutableData(value, &data);
  tensor->data = data;
  return status;
}

static int view_outputs(const ingot_ort_session *session, ingot_ort_outputs *outputs, char **error) {
  const ort_functions *f = outputs->f;
  for (size_t i = 0; i < outputs->count; i++) {
    ingot_ort_tensor *tensor = &outputs->tensors[i];
    int is_tensor = 0;
    OrtStatus *status = f->IsTensor(outputs->values[i], &is_tensor);
    if (status == NULL && !is_tensor) return ort_fail(error, INGOT_ORT_NO_TENSOR, session->outputs[i].name);
    size_t element_count = 0;
    if (status == NULL) status = view(f, outputs->values[i], tensor, &element_count);
    if (status != NULL) return ort_finish(f, status, error);
    if (tensor->dims == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
    size_t bits = element_bits(tensor->type);
    if (bits == 0) return ort_fail(error, INGOT_ORT_NO_TENSOR, session->outputs[i].name);
    tensor->byte_count = (element_count * bits + 7) / 8;
  }
  return 0;
}

static int make_outputs(ingot_ort_session *session, ingot_ort_outputs *outputs, char **error) {
  const ort_functions *f = &session->library->f;
  size_t count = session->output_count;
  const char **names = calloc(count + 1, sizeof *names);
  outputs->f = f;
  outputs->count = count;
  outputs->values = calloc(count + 1, sizeof *outputs->values);
  outputs->tensors = calloc(count + 1, sizeof *outputs->tensors);
  if (names == NULL || outputs->values == NULL || outputs->tensors == NULL) {
    free(names);
    return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < count; i++) names[i] = session->outputs[i].name;
  OrtStatus *status = f->Run(
      session->session, NULL, outputs->inputs.names, (const OrtValue *const *)outputs->inputs.values,
      outputs->inputs.count, names, count, outputs->values);
  free(names);
  if (status != NULL) return ort_finish(f, status, error);
  return view_outputs(session, outputs, error);
}

int ingot_ort_run(
    ingot_ort_session *session, const ingot_ort_tensor *tensors, ingot_ort_outputs **outputs, char **error) {
  ingot_ort_outputs *made = calloc(1, sizeof *made);
  if (made == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  int code = ort_make_inputs(session, tensors, false, &made->inputs, error);
  if (code == 0) code = make_outputs(session, made, error);
  if (code != 0) {
    ingot_ort_release_outputs(made);
    return code;
  }
  *outputs = made;
  return 0;
}

const ingot_ort_tensor *ingot_ort_output_tensor(const ingot_ort_outputs *outputs, size_t index) {
  return &outputs->tensors[index];
}

void ingot_ort_release_outputs(ingot_ort_outputs *outputs) {
  for (size_t i = 0; i < outputs->count; i++) {
    if (outputs->values != NULL && outputs->values[i] != NULL) outputs->f->ReleaseValue(outputs->values[i]);
    if (outputs->tensors != NULL) free((int64_t *)outputs->tensors[i].dims);
  }
  free(outputs->values);
  free(outputs->tensors);
  ort_release_inputs(&outputs->inputs);
  free(outputs);
}
