/* A library that only says its version, VERSION, as ONNX Runtime and as OpenVINO say it: for versions that nobody knows. */

static const char *text(void) { return VERSION; }
static const void *interface(unsigned version) { return (void)version, (const void *)0; }
static const struct { const void *(*get)(unsigned); const char *(*version)(void); } base = {interface, text};
const void *OrtGetApiBase(void) { return &base; }

struct version { const char *build, *description; };
int ov_get_openvino_version(struct version *version) { return version->build = VERSION, version->description = "", 0; }
void ov_version_free(struct version *version) { version->build = version->description = (void *)0; }
