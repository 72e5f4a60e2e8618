// Opens a library and its parser: version first, then the family, and nothing is called before both are known.

#include "Library.hpp"

#include "Names.hpp"

#include <dlfcn.h>
#include <climits>

namespace ingot::trt {
namespace {

const char *const known = "TensorRT 10 and 11, TensorRT-RTX 1.3 to 1.7";

std::string numbers(int version) {
  const int major = version / 10000, minor = version / 100 % 100, patch = version % 100;
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

struct Choice {
  Family family;
  bool isTested;
};

// By the version number alone. Below 1.0.0 and from another major on, nothing is known: the nearest family is a guess
// that only the self-check can confirm.
Choice choose(int version) {
  if (version >= 110000) return {Family::T11, version < 120000};
  if (version >= 100000) return {Family::T10, true};
  if (version >= 10500) return {Family::R15, version < 10800};
  return {Family::R14, version >= 10300};
}

std::string directory(const char *path) {
  char resolved[PATH_MAX];
  if (realpath(path, resolved) == nullptr) return path;
  std::string text = resolved;
  return text.substr(0, text.rfind('/'));
}

template <class Function> Function symbol(void *handle, const char *name) {
  return reinterpret_cast<Function>(dlsym(handle, name));
}

void *load(const char *path, std::string &error) {
  dlerror();
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char *text = dlerror();
    error = text != nullptr ? text : path;
  }
  return handle;
}

// The functions that make a builder and its parser.
ingot_trt_status findBuilder(
    ingot_trt_library &library, void *handle, const char *path, const char *parserPath, const char *driverPath,
    char **message) {
  library.createBuilder = symbol<void *(*)(void *, int32_t)>(handle, "createInferBuilder_INTERNAL");
  if (library.createBuilder == nullptr) {
    return fail(INGOT_TRT_NOT_A_BUILDER, std::string(path) + " is version " + numbers(library.version) +
        " of a lean or dispatch runtime: it runs engines and cannot build them", message);
  }
  library.pluginRegistry = symbol<void *(*)()>(handle, "getPluginRegistry");
  std::string error;
  void *const parser = load(parserPath, error);
  if (parser == nullptr) return fail(INGOT_TRT_NOT_LOADED, error, message);
  library.createParser = symbol<void *(*)(void *, void *, int32_t)>(parser, "createNvOnnxParser_INTERNAL");
  const auto parserVersion = symbol<int32_t (*)()>(parser, "getNvOnnxParserVersion");
  if (library.createParser == nullptr) {
    const std::string text = " has no function createNvOnnxParser_INTERNAL: it is not TensorRT's ONNX parser";
    return fail(INGOT_TRT_NOT_LOADED, parserPath + text, message);
  }
  library.createParserRefitter =
      symbol<void *(*)(void *, void *, int32_t)>(parser, "createNvOnnxParserRefitter_INTERNAL");
  library.parserVersion = parserVersion != nullptr ? parserVersion() : 0;
  if (library.version >= 100000) {
    // Without a driver these libraries answer with pointers that are not objects.
    ingot_trt_driver driver;
    return ingot_trt_probe_driver(driverPath, &driver, message);
  }
  return INGOT_TRT_OK;
}

ingot_trt_status open(
    const char *path, const char *parserPath, const char *driverPath, bool allowUntested, ingot_trt_library **result,
    char **message) {
  if (parserPath != nullptr && directory(path) != directory(parserPath)) {
    return fail(INGOT_TRT_NOT_LOADED, std::string(parserPath) + " is not in the same directory as " + path +
        "; a parser works only with the library that it was shipped with", message);
  }
  std::string error;
  void *const handle = load(path, error);
  if (handle == nullptr) return fail(INGOT_TRT_NOT_LOADED, error, message);
  const auto version = symbol<int32_t (*)()>(handle, "getInferLibVersion");
  const auto build = symbol<int32_t (*)()>(handle, "getInferLibBuildVersion");
  if (version == nullptr) {
    const std::string text = std::string(path) + " has no function getInferLibVersion: it is not TensorRT";
    return fail(INGOT_TRT_NOT_LOADED, text, message);
  }
  ingot_trt_library library{};
  library.version = version();
  library.buildNumber = build != nullptr ? build() : 0;
  const Choice choice = choose(library.version);
  library.layout = {choice.family, library.version / 100};
  library.isUntested = !choice.isTested;
  if (!choice.isTested && !allowUntested) {
    return fail(INGOT_TRT_UNKNOWN_VERSION, numbers(library.version) + " of " + path, message);
  }
  library.createRuntime = symbol<void *(*)(void *, int32_t)>(handle, "createInferRuntime_INTERNAL");
  if (parserPath != nullptr) {
    const ingot_trt_status status = findBuilder(library, handle, path, parserPath, driverPath, message);
    if (status != INGOT_TRT_OK) return status;
  } else if (library.createRuntime == nullptr || library.isUntested) {
    const std::string text = std::string(path) + " is version " + numbers(library.version) + ", which runs no engines here";
    return fail(INGOT_TRT_NOT_LOADED, text, message);
  }
  if (library.isUntested) {
    const std::string problem = selfCheck(library);
    if (!problem.empty()) {
      const std::string text = numbers(library.version) + " of " + path + ", whose self-check failed: " + problem;
      return fail(INGOT_TRT_UNKNOWN_VERSION, text, message);
    }
  }
  *result = new ingot_trt_library(library);  // for the life of the process, as the library itself
  return INGOT_TRT_OK;
}

}  // namespace
}  // namespace ingot::trt

using namespace ingot::trt;

void ingot_trt_free(void *memory) { free(memory); }

ingot_trt_status ingot_trt_open(
    const char *library_path, const char *parser_path, const char *driver_path, bool allow_untested,
    ingot_trt_library **library, char **message) {
  return guarded(message, [&] {
    return open(library_path, parser_path, driver_path, allow_untested, library, message);
  });
}

const char *ingot_trt_known_versions(void) { return known; }
int ingot_trt_version(const ingot_trt_library *library) { return library->version; }
int ingot_trt_build_number(const ingot_trt_library *library) { return library->buildNumber; }
int ingot_trt_parser_version(const ingot_trt_library *library) { return library->parserVersion; }
bool ingot_trt_is_rtx(const ingot_trt_library *library) { return library->version < 100000; }
bool ingot_trt_is_untested(const ingot_trt_library *library) { return library->isUntested; }

const char *ingot_trt_family_name(const ingot_trt_library *library) {
  switch (library->layout.family) {
    case Family::T10: return "TensorRT 10";
    case Family::T11: return "TensorRT 11";
    case Family::R15: return "TensorRT-RTX 1.5 to 1.7";
    case Family::R14: return "TensorRT-RTX 1.3 to 1.4";
  }
  return "";
}

int ingot_trt_compute_capability(const ingot_trt_library *library, int index) {
  for (const Enumerator &each : computeCapabilities) {
    const int value = valueOf(each.name, computeCapabilities, library->layout);
    if (value >= 0 && index-- == 0) return value;
  }
  return 0;
}
