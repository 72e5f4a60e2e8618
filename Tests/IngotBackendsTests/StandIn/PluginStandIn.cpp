// A library of plug-ins for tests: one creator for the operator NAME, which makes nothing. Laid out as IPluginCreatorV3One
// of TensorRT 10, 11 and RTX. Compiled by the tests with -DNAME=\"IngotTwice\"; -DENTRY=other: it has no getCreators;
// -DSHARED: it calls getPluginRegistry when it is loaded, as REGISTER_TENSORRT_PLUGIN does; -DLACKING: it needs a function
// that nobody has.

#include <cstdint>

#ifndef ENTRY
#define ENTRY getCreators
#endif

struct InterfaceInfo { const char *kind; int32_t major, minor; };
struct Fields { int32_t count; const void *fields; };

class Creator {
 public:
  virtual int32_t language() const noexcept { return 0; }
  virtual InterfaceInfo information() const noexcept { return {"PLUGIN CREATOR_V3ONE", 1, 0}; }
  virtual ~Creator() = default;
  virtual void *createPlugin(const char *, const Fields *, int32_t) noexcept { return nullptr; }
  virtual const Fields *getFieldNames() noexcept { return &fields; }
  virtual const char *getPluginName() const noexcept { return NAME; }
  virtual const char *getPluginVersion() const noexcept { return "1"; }
  virtual const char *getPluginNamespace() const noexcept { return ""; }

 private:
  Fields fields{0, nullptr};
};

static Creator creator;

extern "C" {
void setLoggerFinder(void *) {}
Creator *const *ENTRY(int32_t &count) {
  static Creator *const creators[] = {&creator};
  count = 1;
  return creators;
}
}

#ifdef LACKING
extern "C" void noSuchFunctionAnywhere();
void needs() { noSuchFunctionAnywhere(); }
#endif

#ifdef SHARED
extern "C" void standInRegister(void *creator);
static const int registered = (standInRegister(&creator), 0);
#endif
