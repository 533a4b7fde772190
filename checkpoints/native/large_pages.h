// Pages of 2 MiB: the disk is handed memory page by page, and takes 512 times fewer of them sooner.

#pragma once

#include <node_api.h>

// preferLargePages(memory: Uint8Array): number
// Asks for large pages under memory that nothing has been written to yet. Returns where its first one begins; 0
// when it has none.
napi_value preferLargePages(napi_env env, napi_callback_info info);
