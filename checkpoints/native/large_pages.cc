#include "large_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace {

constexpr uintptr_t kPage = 2 << 20;

}  // namespace

napi_value preferLargePages(napi_env env, napi_callback_info info) {
  size_t count = 1, length;
  napi_value array, answer;
  napi_typedarray_type type;
  void* data;
  napi_get_cb_info(env, info, &count, &array, nullptr, nullptr);
  if (napi_get_typedarray_info(env, array, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    napi_throw_type_error(env, nullptr, "a Uint8Array is wanted");
    return nullptr;
  }
  const auto begin = reinterpret_cast<uintptr_t>(data);
  const uintptr_t first = (begin + kPage - 1) / kPage * kPage;
  const uintptr_t end = (begin + length) / kPage * kPage;
  // A wish: a system that knows none, or has none left, gives pages of the usual size.
  if (first < end) madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
  napi_create_int64(env, first < end ? first - begin : 0, &answer);
  return answer;
}
