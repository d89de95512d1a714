// The difference of two texts as `diff -u` and `git apply` know it.
//
// After Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1, 1986.
#pragma once
#include <string>
#include <string_view>

namespace lockstep {

// Empty if the texts are equal. O((lines + changes) * changes).
std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view name_before, std::string_view name_after);

}  // namespace lockstep
