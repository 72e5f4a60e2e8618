/* Runs that are repeated with the same inputs: these lie where the session reads them, and outputs stay where it writes them. */
#include "internal.h"

struct ingot_ort_prepared {
  ingot_ort_session *session;
  ort_inputs inputs; /* in the host's memory */
  const char **output_names;
  OrtValue **outputs; /* of a run from the host */
  OrtBinding *binding;
};

static int bind(ingot_ort_prepared *made, char **error) {
  const ingot_ort_session *session = made->session;
  const ort_functions *f = &session->library->f;
  OrtStatus *status = f->CreateIoBinding(session->session, &made->binding);
  /* Binding an input moves it to where its first reader runs. */
  for (size_t i = 0; i < made->inputs.count && status == NULL; i++) {
    status = f->BindInput(made->binding, made->inputs.names[i], made->inputs.values[i]);
  }
  for (size_t i = 0; i < session->output_count && status == NULL; i++) {
    status = f->BindOutputToDevice(made->binding, session->outputs[i].name, session->output_memory);
  }
  return ort_finish(f, status, error);
}

int ingot_ort_prepare(
    ingot_ort_session *session, const ingot_ort_tensor *tensors, ingot_ort_prepared **prepared, char **error) {
  ingot_ort_prepared *made = calloc(1, sizeof *made);
  if (made == NULL) return ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
  made->session = session;
  int code = ort_make_inputs(session, tensors, true, &made->inputs, error);
  if (code == 0) {
    made->output_names = calloc(session->output_count + 1, sizeof *made->output_names);
    made->outputs = calloc(session->output_count + 1, sizeof *made->outputs);
    if (made->output_names == NULL || made->outputs == NULL) {
      code = ort_fail(error, INGOT_ORT_NO_MEMORY, "out of memory");
    }
  }
  if (code == 0) {
    for (size_t i = 0; i < session->output_count; i++) made->output_names[i] = session->outputs[i].name;
    code = bind(made, error);
  }
  if (code != 0) {
    ingot_ort_close_prepared(made);
    return code;
  }
  *prepared = made;
  return 0;
}

static OrtStatus *run_from_host(ingot_ort_prepared *prepared) {
  const ingot_ort_session *session = prepared->session;
  const ort_functions *f = &session->library->f;
  OrtStatus *status = f->Run(
      session->session, NULL, prepared->inputs.names, (const OrtValue *const *)prepared->inputs.values,
      prepared->inputs.count, prepared->output_names, session->output_count, prepared->outputs);
  for (size_t i = 0; i < session->output_count; i++) {
    if (prepared->outputs[i] != NULL) f->ReleaseValue(prepared->outputs[i]);
    prepared->outputs[i] = NULL;
  }
  return status;
}

int ingot_ort_run_prepared(ingot_ort_prepared *prepared, bool with_copies, char **error) {
  const ort_functions *f = &prepared->session->library->f;
  OrtStatus *status = with_copies ? run_from_host(prepared)
                                  : f->RunWithBinding(prepared->session->session, NULL, prepared->binding);
  return ort_finish(f, status, error);
}

void ingot_ort_close_prepared(ingot_ort_prepared *prepared) {
  if (prepared->binding != NULL) prepared->session->library->f.ReleaseIoBinding(prepared->binding);
  if (prepared->inputs.f != NULL) ort_release_inputs(&prepared->inputs);
  free(prepared->output_names);
  free(prepared->outputs);
  free(prepared);
}
