// The loops of row programs, compiled once for each instruction set (row_program.cc includes this file
// several times). Multiply-adds are fused where it is written and nowhere else, and sums have a fixed
// order: every set gives the same bits.

#ifndef ROW_LOOPS
#error "ROW_LOOPS names the namespace"
#endif

namespace ROW_LOOPS {

#define ELEMENTS for (size_t i = 0; i < n; i++)

inline float expOf(float x) {
  const float low = -87.3365f, high = 88.7228f;
  const float bounded = x < low ? low : x > high ? high : x;
  // Rounds to the nearest whole number, in every instruction set alike.
  const float magic = 12582912.0f;
  const float whole = (bounded * 1.44269504f + magic) - magic;
  const float rest = __builtin_fmaf(whole, 2.12194440e-4f, __builtin_fmaf(whole, -0.693359375f, bounded));
  float p = 1.9875691500e-4f;
  p = __builtin_fmaf(p, rest, 1.3981999507e-3f);
  p = __builtin_fmaf(p, rest, 8.3334519073e-3f);
  p = __builtin_fmaf(p, rest, 4.1665795894e-2f);
  p = __builtin_fmaf(p, rest, 1.6666665459e-1f);
  p = __builtin_fmaf(p, rest, 5.0000001201e-1f);
  const float y = __builtin_fmaf(p, rest * rest, rest) + 1.0f;
  // In two halves: 2^128 alone has no float.
  const int32_t bits = static_cast<int32_t>(whole);
  const int32_t half = bits >> 1;
  const int32_t first = (half + 127) << 23, second = (bits - half + 127) << 23;
  float a, b;
  memcpy(&a, &first, 4);
  memcpy(&b, &second, 4);
  const float result = y * a * b;
  return x < low ? 0.0f : x > high ? __builtin_inff() : result;
}

// A rational approximation on [-4, 4], as in Eigen; beyond it erf is 1 in single precision.
inline float erfOf(float x) {
  const float t = x < -4.0f ? -4.0f : x > 4.0f ? 4.0f : x;
  const float s = t * t;
  float p = -2.72614225801306e-10f;
  p = __builtin_fmaf(p, s, 2.77068142495902e-08f);
  p = __builtin_fmaf(p, s, -2.10102402082508e-06f);
  p = __builtin_fmaf(p, s, -5.69250639462346e-05f);
  p = __builtin_fmaf(p, s, -7.34990630326855e-04f);
  p = __builtin_fmaf(p, s, -2.95459980854025e-03f);
  p = __builtin_fmaf(p, s, -1.60960333262415e-02f);
  float q = -1.45660718464996e-05f;
  q = __builtin_fmaf(q, s, -2.13374055278905e-04f);
  q = __builtin_fmaf(q, s, -1.68282697438203e-03f);
  q = __builtin_fmaf(q, s, -7.37332916720468e-03f);
  q = __builtin_fmaf(q, s, -1.42647390514189e-02f);
  return t * p / q;
}

inline void unary(int op, size_t n, float* __restrict d, const float* __restrict a) {
  switch (op) {
    case kNeg: ELEMENTS d[i] = -a[i]; break;
    case kSquare: ELEMENTS d[i] = a[i] * a[i]; break;
    case kSqrt: ELEMENTS d[i] = __builtin_sqrtf(a[i]); break;
    case kRsqrt: ELEMENTS d[i] = 1.0f / __builtin_sqrtf(a[i]); break;
    case kReciprocal: ELEMENTS d[i] = 1.0f / a[i]; break;
    case kAbs: ELEMENTS d[i] = __builtin_fabsf(a[i]); break;
    case kRelu: ELEMENTS d[i] = a[i] < 0.0f ? 0.0f : a[i]; break;
    case kExp: ELEMENTS d[i] = expOf(a[i]); break;
    case kErf: ELEMENTS d[i] = erfOf(a[i]); break;
    case kCopy: ELEMENTS d[i] = a[i]; break;
  }
}

inline void binary(int op, size_t n, float* __restrict d, const float* __restrict a,
                   const float* __restrict b) {
  switch (op) {
    case kAdd: ELEMENTS d[i] = a[i] + b[i]; break;
    case kSub: ELEMENTS d[i] = a[i] - b[i]; break;
    case kMul: ELEMENTS d[i] = a[i] * b[i]; break;
    case kDiv: ELEMENTS d[i] = a[i] / b[i]; break;
    case kMaximum: ELEMENTS d[i] = a[i] < b[i] ? b[i] : a[i]; break;
    case kMinimum: ELEMENTS d[i] = b[i] < a[i] ? b[i] : a[i]; break;
  }
}

inline void binaryRight(int op, size_t n, float* __restrict d, const float* __restrict a, float b) {
  switch (op) {
    case kAdd: ELEMENTS d[i] = a[i] + b; break;
    case kSub: ELEMENTS d[i] = a[i] - b; break;
    case kMul: ELEMENTS d[i] = a[i] * b; break;
    case kDiv: ELEMENTS d[i] = a[i] / b; break;
    case kMaximum: ELEMENTS d[i] = a[i] < b ? b : a[i]; break;
    case kMinimum: ELEMENTS d[i] = b < a[i] ? b : a[i]; break;
  }
}

inline void binaryLeft(int op, size_t n, float* __restrict d, float a, const float* __restrict b) {
  switch (op) {
    case kAdd: ELEMENTS d[i] = a + b[i]; break;
    case kSub: ELEMENTS d[i] = a - b[i]; break;
    case kMul: ELEMENTS d[i] = a * b[i]; break;
    case kDiv: ELEMENTS d[i] = a / b[i]; break;
    case kMaximum: ELEMENTS d[i] = a < b[i] ? b[i] : a; break;
    case kMinimum: ELEMENTS d[i] = b[i] < a ? b[i] : a; break;
  }
}

// Sixteen partial results, then pairs of them: an order that vector registers of any width keep.
inline float reduce(int op, size_t n, const float* __restrict a) {
  float lane[16];
  const size_t whole = n / 16 * 16;
  if (op == kMax) {
    // A comparison loses NaN, so those are counted beside.
    int32_t nan[16] = {0};
    for (size_t j = 0; j < 16; j++) lane[j] = a[j < n ? j : 0];
    for (size_t i = 0; i < whole; i += 16)
      for (size_t j = 0; j < 16; j++) {
        lane[j] = lane[j] < a[i + j] ? a[i + j] : lane[j];
        nan[j] |= a[i + j] != a[i + j];
      }
    for (size_t i = whole; i < n; i++) {
      lane[i - whole] = lane[i - whole] < a[i] ? a[i] : lane[i - whole];
      nan[0] |= a[i] != a[i];
    }
    for (size_t width = 8; width > 0; width /= 2)
      for (size_t j = 0; j < width; j++) {
        lane[j] = lane[j] < lane[j + width] ? lane[j + width] : lane[j];
        nan[j] |= nan[j + width];
      }
    return nan[0] ? __builtin_nanf("") : lane[0];
  }
  for (size_t j = 0; j < 16; j++) lane[j] = 0.0f;
  for (size_t i = 0; i < whole; i += 16)
    for (size_t j = 0; j < 16; j++) lane[j] = lane[j] + a[i + j];
  for (size_t i = whole; i < n; i++) lane[i - whole] = lane[i - whole] + a[i];
  for (size_t width = 8; width > 0; width /= 2)
    for (size_t j = 0; j < width; j++) lane[j] = lane[j] + lane[j + width];
  return lane[0];
}

#undef ELEMENTS

// One instruction over the rows of a tile.
void execute(const Instruction& at, const Place& d, const Place& a, const Place& b, size_t rows,
             size_t width) {
  if (at.op >= kSum) {
    for (size_t r = 0; r < rows; r++) {
      const float result = reduce(at.op, width, a.row(r));
      d.row(r)[0] = at.op == kMean ? result / static_cast<float>(width) : result;
    }
    return;
  }
  const size_t step = d.wide ? width : 1;
  if (at.op >= kNeg) {
    if (a.wide == d.wide && a.whole && d.whole) return unary(at.op, rows * step, d.row(0), a.row(0));
    for (size_t r = 0; r < rows; r++) {
      if (a.wide == d.wide) {
        unary(at.op, step, d.row(r), a.row(r));
      } else {
        // A value for each row, spread over it.
        float value;
        unary(at.op, 1, &value, a.row(r));
        for (size_t i = 0; i < width; i++) d.row(r)[i] = value;
      }
    }
    return;
  }
  const bool left = a.wide == d.wide, right = b.wide == d.wide;
  if (left && right && a.whole && b.whole && d.whole)
    return binary(at.op, rows * step, d.row(0), a.row(0), b.row(0));
  if (left && a.whole && b.single && d.whole)
    return binaryRight(at.op, rows * step, d.row(0), a.row(0), *b.row(0));
  if (right && b.whole && a.single && d.whole)
    return binaryLeft(at.op, rows * step, d.row(0), *a.row(0), b.row(0));
  for (size_t r = 0; r < rows; r++) {
    if (left && right)
      binary(at.op, step, d.row(r), a.row(r), b.row(r));
    else if (left)
      binaryRight(at.op, step, d.row(r), a.row(r), *b.row(r));
    else if (right)
      binaryLeft(at.op, step, d.row(r), *a.row(r), b.row(r));
    else {
      float value;
      binary(at.op, 1, &value, a.row(r), b.row(r));
      for (size_t i = 0; i < step; i++) d.row(r)[i] = value;
    }
  }
}

}  // namespace ROW_LOOPS
