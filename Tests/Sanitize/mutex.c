// Tells ThreadSanitizer of the waits of Swift's Mutex. A lock or unlock that nobody else wants is inlined into the code under test
// and seen; one that has to wait happens in libswiftSynchronization, which is not instrumented, so that what the lock guards
// would be called a race. `make sanitize` links these two functions before the library's own, which they call.

#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define METHOD __attribute__((swiftcall)) void
#define SELF __attribute__((swift_context)) void *handle

void __tsan_acquire(void *address);
void __tsan_release(void *address);

METHOD waitForMutex(uint32_t thread, SELF) __asm__(LOCK_SLOW);
METHOD wakeFromMutex(SELF) __asm__(UNLOCK_SLOW);

METHOD waitForMutex(uint32_t thread, SELF) {
  METHOD (*wait)(uint32_t thread, SELF) = dlsym(RTLD_NEXT, LOCK_SLOW);
  wait(thread, handle);
  __tsan_acquire(handle);
}

METHOD wakeFromMutex(SELF) {
  METHOD (*wake)(SELF) = dlsym(RTLD_NEXT, UNLOCK_SLOW);
  __tsan_release(handle);
  wake(handle);
}
