// SHA-256 (FIPS 180-4) of several inputs at once in one thread, by the processor's SHA instructions.
// One round must wait for the last, so that a single input leaves most of the unit idle: the rounds of
// others go into the gaps. Three fit the 16 vector registers; a fourth would spill.

#pragma once

#include <cpuid.h>
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lanes {

constexpr size_t kBlock = 64;
constexpr size_t kDigest = 32;
constexpr int kMost = 3;

alignas(64) constexpr uint32_t kRounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr uint32_t kStart[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

inline bool supported() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  const bool shuffles = (c >> 9 & 1) && (c >> 19 & 1);  // SSSE3, SSE4.1
  return shuffles && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);  // SHA
}

// `blocks` blocks of each of `N` inputs; the states are those of the standard, a to h.
template <int N>
__attribute__((target("sha,sse4.1,ssse3"))) void compress(uint32_t* const (&states)[N],
                                                          const uint8_t* const (&data)[N],
                                                          size_t blocks) {
  const __m128i bytes = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
  __m128i abef[N], cdgh[N];
  const uint8_t* at[N];
  for (int n = 0; n < N; n++) {
    const auto* state = reinterpret_cast<const __m128i*>(states[n]);
    const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(state), 0xB1);
    const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(state + 1), 0x1B);
    abef[n] = _mm_alignr_epi8(cdab, efgh, 8);
    cdgh[n] = _mm_blend_epi16(efgh, cdab, 0xF0);
    at[n] = data[n];
  }
  for (; blocks > 0; blocks--) {
    __m128i before[N][2], words[N][4];
    for (int n = 0; n < N; n++) {
      before[n][0] = abef[n];
      before[n][1] = cdgh[n];
      for (int i = 0; i < 4; i++) {
        const auto* from = reinterpret_cast<const __m128i*>(at[n] + 16 * i);
        words[n][i] = _mm_shuffle_epi8(_mm_loadu_si128(from), bytes);
      }
      at[n] += kBlock;
    }
#pragma GCC unroll 16
    for (int four = 0; four < 16; four++) {
      const auto* rounds = reinterpret_cast<const __m128i*>(kRounds + 4 * four);
      const __m128i constants = _mm_load_si128(rounds);
#pragma GCC unroll 4
      for (int n = 0; n < N; n++) {
        __m128i* w = words[n];
        __m128i added = _mm_add_epi32(w[four & 3], constants);
        cdgh[n] = _mm_sha256rnds2_epu32(cdgh[n], abef[n], added);
        added = _mm_shuffle_epi32(added, 0x0E);
        abef[n] = _mm_sha256rnds2_epu32(abef[n], cdgh[n], added);
        if (four >= 12) continue;
        const __m128i middle = _mm_alignr_epi8(w[(four + 3) & 3], w[(four + 2) & 3], 4);
        const __m128i sum = _mm_sha256msg1_epu32(w[four & 3], w[(four + 1) & 3]);
        w[four & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(sum, middle), w[(four + 3) & 3]);
      }
    }
    for (int n = 0; n < N; n++) {
      abef[n] = _mm_add_epi32(abef[n], before[n][0]);
      cdgh[n] = _mm_add_epi32(cdgh[n], before[n][1]);
    }
  }
  for (int n = 0; n < N; n++) {
    auto* state = reinterpret_cast<__m128i*>(states[n]);
    const __m128i feba = _mm_shuffle_epi32(abef[n], 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(cdgh[n], 0xB1);
    _mm_storeu_si128(state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128(state + 1, _mm_alignr_epi8(dchg, feba, 8));
  }
}

// What is left of an input of `length` bytes, less than a block, and the padding; then the digest.
inline void finish(uint32_t* state, const uint8_t* rest, uint64_t length, uint8_t* digest) {
  uint8_t last[2 * kBlock] = {};
  const size_t left = length % kBlock;
  if (left > 0) memcpy(last, rest, left);
  last[left] = 0x80;
  const size_t blocks = left + 9 > kBlock ? 2 : 1;
  const uint64_t bits = __builtin_bswap64(8 * length);
  memcpy(last + blocks * kBlock - 8, &bits, 8);
  compress<1>({state}, {last}, blocks);
  for (int word = 0; word < 8; word++) {
    const uint32_t value = __builtin_bswap32(state[word]);
    memcpy(digest + 4 * word, &value, 4);
  }
}

}  // namespace lanes
