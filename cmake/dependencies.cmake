# The libraries, each under the name that room(... WITH ...) uses. All are Debian 12 packages; see
# packages.txt. CMake treats imported targets as system headers, so their warnings are not ours.
find_package(Boost 1.74 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_path(XXHASH_INCLUDE xxhash.h REQUIRED)

add_library(boost INTERFACE)
target_link_libraries(boost INTERFACE Boost::headers)

add_library(cli11 INTERFACE)
target_link_libraries(cli11 INTERFACE CLI11::CLI11)

# fmt::fmt is the shared library; fmt.cpp says why it is not what we link.
add_library(fmt STATIC cmake/fmt.cpp)
get_target_property(fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(fmt SYSTEM PUBLIC ${fmt_include})
target_link_libraries(fmt PRIVATE settings)

add_library(json INTERFACE)
target_link_libraries(json INTERFACE nlohmann_json::nlohmann_json)

# Inlined: keys of a few words are hashed at every state, and a call would cost as much as the hash.
add_library(xxhash INTERFACE)
target_include_directories(xxhash SYSTEM INTERFACE ${XXHASH_INCLUDE})
target_compile_definitions(xxhash INTERFACE XXH_INLINE_ALL=)
