// Sixteen words at once, where the processor has instructions for it: the innermost loops of the
// tables of states. Bit i of an answer is that of word i.
#pragma once
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lockstep {

#if defined(__SSE2__)

namespace sixteen_words_detail {
inline __m128i four(const std::uint32_t* words) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(words));
}
// Each of four words of `a`, `b`, `c` and `d` is all ones or all zeros.
inline std::uint32_t bits(__m128i a, __m128i b, __m128i c, __m128i d) {
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d))));
}
}  // namespace sixteen_words_detail

// Which words of `a` are not those of `b`.
inline std::uint32_t differing_of_sixteen(const std::uint32_t* a, const std::uint32_t* b) {
  using namespace sixteen_words_detail;
  return 0xffffU ^ bits(_mm_cmpeq_epi32(four(a), four(b)),
                        _mm_cmpeq_epi32(four(a + 4), four(b + 4)),
                        _mm_cmpeq_epi32(four(a + 8), four(b + 8)),
                        _mm_cmpeq_epi32(four(a + 12), four(b + 12)));
}

// Which words agree with `word` in the bits of `mask`.
inline std::uint32_t fitting_of_sixteen(const std::uint32_t* words, std::uint32_t word,
                                        std::uint32_t mask) {
  using namespace sixteen_words_detail;
  const __m128i masks = _mm_set1_epi32(static_cast<int>(mask));
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(word & mask));
  return bits(_mm_cmpeq_epi32(_mm_and_si128(four(words), masks), wanted),
              _mm_cmpeq_epi32(_mm_and_si128(four(words + 4), masks), wanted),
              _mm_cmpeq_epi32(_mm_and_si128(four(words + 8), masks), wanted),
              _mm_cmpeq_epi32(_mm_and_si128(four(words + 12), masks), wanted));
}

#else

inline std::uint32_t differing_of_sixteen(const std::uint32_t* a, const std::uint32_t* b) {
  std::uint32_t result = 0;
  for (unsigned i = 0; i < 16; ++i) result |= (a[i] != b[i] ? 1U : 0U) << i;
  return result;
}
inline std::uint32_t fitting_of_sixteen(const std::uint32_t* words, std::uint32_t word,
                                        std::uint32_t mask) {
  std::uint32_t result = 0;
  for (unsigned i = 0; i < 16; ++i) result |= (((words[i] ^ word) & mask) == 0 ? 1U : 0U) << i;
  return result;
}

#endif

}  // namespace lockstep
