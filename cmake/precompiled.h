// The standard headers that most files include, parsed once for all of them: a quarter of the time
// that a build takes. Every file still includes what it uses; the debug build and clang-tidy,
// which go without this one, would not pass otherwise.
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>
