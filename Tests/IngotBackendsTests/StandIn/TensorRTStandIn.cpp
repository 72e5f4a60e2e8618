// A library laid out as TensorRT 10 or 11, its ONNX parser and a CUDA driver, all in one: it builds nothing, runs what
// TensorRTRuntimeStandIn.hpp says, and records every call. Its slots are written here a second time, so that a test
// compares two tables. Any slot that is not listed records that it should not have been called.
//
// Compiled by the tests with -DVERSION=101601 (what it says it is) -DLAYOUT=10 or 11 (what it is; 15 runs engines as
// TensorRT-RTX 1.5 to 1.7 does); -DCRASH: a wrong slot ends the process, as in a real library; -DINPUTS=1: networks have
// no second input; -DPLAN: the words of the plan; -DREFUSES: the parser takes nothing; -DFAILS=\"words\": building gives
// these words and no plan.

#include <dlfcn.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#ifndef INPUTS
#define INPUTS 2
#endif
#ifndef PLAN
#define PLAN "a plan of the stand-in"
#endif

#define S(of10, of11) (LAYOUT == 10 ? (of10) : (of11))

static std::string record;
static void say(const std::string &line) { record += line + "\n"; }
static std::string text(int64_t value) { return std::to_string(value); }

struct Dims { int32_t rank; int64_t sizes[8]; };
static std::string text(const Dims *dims) {
  std::string all;
  for (int axis = 0; axis < dims->rank; axis++) all += (axis ? "x" : "") + text(dims->sizes[axis]);
  return all;
}

template <class T> static std::string list(const T *values, int count) {
  std::string all;
  for (int index = 0; index < count; index++) all += (index ? "," : "") + text(values[index]);
  return all;
}

struct Object { void **table; Object *implementation; const char *kind; };

template <int slot> static void *wrong(Object *self) {
#ifdef CRASH
  abort();
#endif
  say("WRONG slot " + text(slot) + " of " + self->kind);
  return nullptr;
}

constexpr int size = 96;
template <int slot> static void fill(void **table) {
  table[slot] = (void *)wrong<slot>;
  if constexpr (slot + 1 < size) fill<slot + 1>(table);
}
struct Table {
  void *slots[size];
  Table() { fill<0>(slots); }
  template <class F> Table &at(int slot, F function) { if (slot >= 0) slots[slot] = (void *)+function; return *this; }
};

// An outer object whose second word is the implementation: only its slot 1, the deleting destructor, may be called.
static Object *make(const char *kind, Table &implementation) {
  static Table outer = Table().at(1, [](Object *self) { say(std::string("delete ") + self->kind); });
  auto *inner = new Object{implementation.slots, nullptr, kind};
  return new Object{outer.slots, inner, kind};
}

// --- what the settings were set to

static int threads, profiles;
static int64_t numbers[size];  // by the setter's slot
static uint64_t pools[6];
static uint32_t flags, features, sources;
static std::string debugTensor;
static int32_t serialized;
static void *logger = nullptr, *monitor = nullptr;
static std::string networkName = "Unnamed Network 0";
static bool parsed = false;

static void log(int severity, const char *message) {
  void **table = *(void ***)logger;
  ((void (*)(void *, int32_t, const char *))table[S(0, 4)])(logger, severity, message);
}
static void phase(int slot, const char *name, int step) {
  void **table = *(void ***)monitor;
  if (slot == 4) ((void (*)(void *, const char *, const char *, int32_t))table[4])(monitor, name, nullptr, step);
  if (slot == 5) ((bool (*)(void *, const char *, int32_t))table[5])(monitor, name, step);
  if (slot == 6) ((void (*)(void *, const char *))table[6])(monitor, name);
}

// --- plug-ins: libraries are opened as TensorRT opens them, and their creators asked for names

struct Registry : Object { std::string plugins; };  // "IngotTwice;"
#define PLUGINS(self) (static_cast<Registry *>(self)->plugins)
static int sharedPlugins = 0;  // of the process
static const char *nameOf(const char *path) { return strrchr(path, '/') + 1; }

static Table registryTable = Table()
  .at(S(8, 4), [](Object *) { return true; })
  .at(S(10, 6), [](Object *self, const char *path) -> void * {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    int32_t count = 0;
    Object **creators = ((Object **(*)(int32_t &))dlsym(handle, "getCreators"))(count);
    const std::string name = ((const char *(*)(Object *))creators[0]->table[6])(creators[0]);
    say(std::string("loadLibrary ") + nameOf(path) + " with " + text(count) + ": " + name);
    if (PLUGINS(self).find(name + ";") != std::string::npos) {
      log(1, ("plugin creator of " + name + " exists already").c_str());
      return nullptr;
    }
    PLUGINS(self) += name + ";";
    return handle;
  })
  .at(S(11, 7), [](Object *, void *) { say("deregisterLibrary"); })
  .at(S(13, 9), [](Object *, int32_t *count) -> void * { *count = sharedPlugins; return nullptr; });
static Registry registry{{registryTable.slots, nullptr, "registry"}, ""};

// --- tensors and network

#define TENSOR(object) (((Object *)(object))->kind)
static Table tensorTable = Table()
  .at(3, [](Object *self) -> const char * { return TENSOR(self); })
  .at(5, [](Object *self) -> Dims {
    return !strcmp(TENSOR(self), "sizes") ? Dims{1, {2}} : Dims{2, {-1, 16}};
  })
  .at(S(7, 6), [](Object *self) -> int32_t { return !strcmp(TENSOR(self), "sizes") ? 8 : 0; })
  .at(S(21, 15), [](Object *self) { return !strcmp(TENSOR(self), "sizes"); })
  .at(S(24, 18), [](Object *, int32_t axis) -> const char * { return axis == 0 ? "batch" : nullptr; });
static Object *x = make("x", tensorTable), *sizes = make("sizes", tensorTable), *y = make("y", tensorTable);

static Table layerTable = Table()
  .at(7, [](Object *) -> int32_t { return 1; })
  .at(8, [](Object *, int32_t) { return y; });
static Object *layer = make("layer", layerTable);

static Table networkTable = Table()
  .at(12, [](Object *) -> int32_t { return parsed ? 3 : 0; })
  .at(14, [](Object *) -> int32_t { return parsed ? INPUTS : 0; })
  .at(15, [](Object *, int32_t index) { return index == 0 ? x : sizes; })
  .at(16, [](Object *) -> int32_t { return parsed ? 1 : 0; })
  .at(17, [](Object *, int32_t) { return y; })
  .at(30, [](Object *, const char *name) { networkName = name; })
  .at(31, [](Object *) { return networkName.c_str(); })
  .at(13, [](Object *, int32_t) { return layer; })
  .at(S(69, 66), [](Object *, Object *tensor) { say(std::string("markDebug ") + tensor->kind); debugTensor = tensor->kind; return true; })
  .at(S(71, 68), [](Object *, Object *tensor) { return debugTensor == tensor->kind; });

// --- the timing cache: its entries are a text

struct Cache : Object { std::string entries; };
struct Memory : Object { std::string bytes; };
static Table memoryTable = Table()
  .at(2, [](Object *self) -> void * { return &static_cast<Memory *>(self)->bytes[0]; })
  .at(3, [](Object *self) { return static_cast<Memory *>(self)->bytes.size(); });
static Object *makeMemory(const char *kind, const std::string &bytes) {
  Object *object = make(kind, memoryTable);
  auto *inner = new Memory;
  inner->table = memoryTable.slots;
  inner->kind = kind;
  inner->bytes = bytes;
  object->implementation = inner;
  return object;
}

static Object *cache = nullptr;
static std::string &entriesOf(Object *inner) { return static_cast<Cache *>(inner)->entries; }
static Table cacheTable = Table()
  .at(2, [](Object *self) -> Object * {
    say("serialize " + entriesOf(self));
    return makeMemory("cache bytes", entriesOf(self));
  })
  .at(3, [](Object *self, Object *other, bool ignoresMismatch) {
    const std::string more = entriesOf((Object *)other->implementation);
    say("combine " + more + (ignoresMismatch ? " whatever" : ""));
    if (more.rfind("foreign", 0) == 0) return false;
    entriesOf(self) += more;
    return true;
  });
static Object *newCache(const char *bytes, size_t count) {
  Object *object = make("cache", cacheTable);
  auto *inner = new Cache;
  inner->table = cacheTable.slots;
  inner->kind = "cache";
  inner->entries = std::string(bytes, count);
  object->implementation = inner;
  return object;
}

// --- configuration

template <int slot> static void number(Table &table, const char *name) {
  static const char *const setter = name;
  table.at(slot, [](Object *, int64_t value) {
    const int64_t narrow = slot == S(64, 53) ? value : int32_t(value);
    say(std::string(setter) + " " + text(narrow));
    numbers[slot] = narrow;
    return true;
  });
  table.at(slot + 1, [](Object *) -> int64_t { return numbers[slot]; });
}

static Table configTable = [] {
  Table table = Table()
    .at(5, [](Object *) -> int32_t { return 0; })
    .at(S(10, 8), [](Object *, int32_t flag) { say("clearFlag " + text(flag)); flags &= ~(1u << flag); })
    .at(S(11, 9), [](Object *, int32_t flag) { say("setFlag " + text(flag)); flags |= 1u << flag; })
    .at(S(12, 10), [](Object *, int32_t flag) { return (flags >> flag & 1) == 1; })
    .at(S(25, 23), [](Object *, void *) -> int32_t { say("addOptimizationProfile"); return profiles++; })
    .at(S(26, 24), [](Object *) -> int32_t { return profiles; })
    .at(S(38, 27), [](Object *, uint32_t value) { say("setTacticSources " + text(value)); sources = value; return true; })
    .at(S(39, 28), [](Object *) { return sources; })
    .at(S(40, 29), [](Object *, const char *bytes, size_t count) -> Object * {
      say("createTimingCache " + std::string(bytes, count));
      if (count > 0 && !strncmp(bytes, "junk", 4)) {
        log(1, "Failed to deserialize timing cache");
        return nullptr;
      }
      return newCache(bytes, count);
    })
    .at(S(41, 30), [](Object *, Object *value, bool ignoresMismatch) {
      const bool isForeign = !strncmp(entriesOf((Object *)value->implementation).c_str(), "foreign", 7);
      say(std::string("setTimingCache") + (ignoresMismatch ? " whatever" : ""));
      if (isForeign) return false;
      cache = value;
      return true;
    })
    .at(S(43, 32), [](Object *, int32_t pool, size_t bytes) {
      say("setMemoryPoolLimit " + text(pool) + " " + text(int64_t(bytes)));
      pools[pool] = bytes;
    })
    .at(S(44, 33), [](Object *, int32_t pool) -> size_t { return pools[pool]; })
    .at(S(45, 34), [](Object *, int32_t feature, bool value) {
      say("setPreviewFeature " + text(feature) + (value ? " on" : " off"));
      features |= uint32_t(value) << feature;
    })
    .at(S(46, 35), [](Object *, int32_t feature) { return (features >> feature & 1) == 1; })
    .at(S(51, 40), [](Object *, const char *const *paths, int32_t count) {
      std::string names;
      for (int32_t index = 0; index < count; index++) names += std::string(" ") + nameOf(paths[index]);
      say("setPluginsToSerialize" + names);
      serialized = count;
    })
    .at(S(53, 42), [](Object *) { return serialized; })
    .at(S(56, 45), [](Object *, void *value) {
      say(value ? "setProgressMonitor" : "setProgressMonitor null");
      monitor = value;
    })
    .at(S(57, 46), [](Object *) { return monitor; });
  number<2>(table, "setAvgTimingIterations");
  number<S(27, 25)>(table, "setProfilingVerbosity");
  number<S(47, 36)>(table, "setBuilderOptimizationLevel");
  number<S(49, 38)>(table, "setHardwareCompatibilityLevel");
  number<S(54, 43)>(table, "setMaxAuxStreams");
  number<S(58, 47)>(table, "setRuntimePlatform");
  number<S(60, 49)>(table, "setMaxNbTactics");
  number<S(62, 51)>(table, "setTilingOptimizationLevel");
  number<S(64, 53)>(table, "setL2LimitForTiling");
  return table;
}();

static void forgetSettings() {
  memset(numbers, 0, sizeof numbers);
  memset(pools, 0, sizeof pools);
  numbers[2] = 1;
  numbers[S(47, 36)] = 3;
  numbers[S(54, 43)] = -1;
  threads = 1;
  profiles = 0;
  flags = 1 << 6;  // TF32
  features = sources = 0;
  cache = nullptr;
  debugTensor = "";
  serialized = 0;
  registry.plugins = "";
}

static Table profileTable = Table()
  .at(2, [](Object *, const char *name, int32_t selector, const Dims *dims) {
    say(std::string("setDimensions ") + name + " " + text(selector) + " " + text(dims));
    return true;
  })
  .at(S(4, -1), [](Object *, const char *name, int32_t selector, const int32_t *values, int32_t count) {
    say(std::string("setShapeValues ") + name + " " + text(selector) + " " + list(values, count));
    return true;
  })
  .at(S(9, 7), [](Object *) { return true; })
  .at(S(10, 8), [](Object *, const char *name, int32_t selector, const int64_t *values, int32_t count) {
    say(std::string("setShapeValuesV2 ") + name + " " + text(selector) + " " + list(values, count));
    return true;
  });

// --- what a parser says is wrong

static Table errorTable = Table()
  .at(0, [](Object *) -> int32_t { return 8; })
  .at(1, [](Object *) { return "false"; })
  .at(2, [](Object *) { return "checker.cpp"; })
  .at(3, [](Object *) -> int32_t { return 7; })
  .at(5, [](Object *) -> int32_t { return strstr(networkName.c_str(), "Unnamed") ? 1 : -1; })
  .at(6, [](Object *) { return "strange"; })
  .at(7, [](Object *) { return "Frobnicate"; })
  .at(8, [](Object *) -> const char *const * { static const char *stack[] = {"Outer", "Inner"}; return stack; })
  .at(9, [](Object *) -> int32_t { return 2; });
static Object error{errorTable.slots, nullptr, "error"};

// --- what runs engines

#include "TensorRTRuntimeStandIn.hpp"

// --- builder

static Table builderTable = Table()
  .at(S(7, 5), [](Object *) { return make("config", configTable); })
  .at(S(8, 6), [](Object *, uint32_t networkFlags) {
    say("createNetworkV2 " + text(networkFlags));
    return make("network", networkTable);
  })
  .at(S(9, 7), [](Object *) { return make("profile", profileTable); })
  .at(S(14, 11), [](Object *, Object *network, Object *config) -> Object * {
    say(std::string("buildSerializedNetwork ") + network->kind + " " + config->kind);
#ifdef FAILS
    log(1, FAILS);
    return nullptr;
#endif
    log(0, "an internal error that means nothing");
    log(2, "a warning of the stand-in");
    phase(4, "Building engine", 2);
    phase(5, "Building engine", 0);
    phase(6, "Building engine", 0);
    if (cache != nullptr) entriesOf((Object *)cache->implementation) += "[timed]";
    return makeMemory("plan", plan(PLAN));
  })
  .at(S(17, 14), [](Object *, int32_t value) { say("setMaxThreads " + text(value)); threads = value; return true; })
  .at(S(18, 15), [](Object *) -> int32_t { return threads; })
  .at(S(19, 16), [](Object *) { return &registry; });

// --- parser: its own object

static int errors = 0;

static Table parserTable = Table()
  .at(0, [](Object *, const void *, size_t bytes, const char *path) {
    parsed = path != nullptr && strstr(path, "bad") == nullptr;
    // A model whose name says so has an operator of a plug-in.
    if (path != nullptr && strstr(path, "twice") != nullptr) parsed = registry.plugins.find("IngotTwice;") != std::string::npos;
#ifdef REFUSES
    parsed = false;
#endif
    errors = parsed ? 0 : 1;
    if (path != nullptr) say("parse " + std::string(strrchr(path, '/') + 1) + (bytes > 1 ? "" : " of nothing"));
    return parsed;
  })
  .at(S(5, 3), [](Object *) -> int32_t { return errors; })
  .at(S(6, 4), [](Object *, int32_t) { return &error; })
  .at(S(9, 7), [](Object *) { say("delete parser"); })
  .at(S(17, 15), [](Object *, const void *, size_t, const char *) { say("supportsModelV2"); return false; })
  .at(S(18, 16), [](Object *) -> int64_t { return 1; })
  .at(S(19, 17), [](Object *, int64_t) { return true; })
  .at(S(20, 18), [](Object *, int64_t, int64_t *count) -> int64_t * {
    static int64_t nodes[] = {0, 2, 4};
    *count = 3;
    return nodes;
  });
static Object parser{parserTable.slots, nullptr, "parser"};

extern "C" {
const char *standInRecord() { return record.c_str(); }

int32_t getInferLibVersion() { return VERSION; }
int32_t getInferLibBuildVersion() { return 9; }
void *createInferBuilder_INTERNAL(void *newLogger, int32_t version) {
  record = "createInferBuilder " + text(version) + "\n";
  logger = newLogger;
  parsed = false;
  errors = 0;
  forgetSettings();
  networkName = "Unnamed Network 0";
  return make("builder", builderTable);
}
void *createNvOnnxParser_INTERNAL(void *, void *, int32_t) { return &parser; }
int32_t getNvOnnxParserVersion() { return 100; }
void *getPluginRegistry() { return &registry; }
void standInRegister(void *) { sharedPlugins++; }

// The CUDA driver, with one sm_90.
int cuInit(unsigned) { return 0; }
int cuDriverGetVersion(int *version) { *version = 13020; return 0; }
int cuDeviceGetCount(int *count) { *count = 1; return 0; }
int cuDeviceGet(int *device, int) { *device = 0; return 0; }
int cuDeviceGetName(char *name, int capacity, int) { snprintf(name, size_t(capacity), "Stand-in GPU"); return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int) { *value = attribute == 75 ? 9 : 0; return 0; }
}
