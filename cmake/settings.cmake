# How every file of the house is compiled.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)  # clang-tidy reads it
set(CMAKE_CXX_FLAGS_RELEASE "-O2")     # LOCKSTEP_ASSERT stays on whatever NDEBUG says

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this ccache refuses every file that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime ${CCACHE})
endif()

add_library(settings INTERFACE)
target_include_directories(settings INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(settings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees copies of 2^63 bytes in `std::string("a") + b`: its bug 105651. The last two it says
  # with a precompiled header only, which makes it forget that <string> is a system header.
  target_compile_options(settings INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif()
target_compile_definitions(settings INTERFACE LOCKSTEP_VERSION="${PROJECT_VERSION}")
if(LOCKSTEP_WERROR)
  target_compile_options(settings INTERFACE -Werror)
endif()
if(LOCKSTEP_AUDIT)
  target_compile_definitions(settings INTERFACE LOCKSTEP_AUDIT=1 _GLIBCXX_ASSERTIONS)
endif()

find_package(Threads REQUIRED)
target_link_libraries(settings INTERFACE Threads::Threads)

if(LOCKSTEP_STATIC)  # not every system has libc.a; Debian does
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LINK_OPTIONS -static)
  check_cxx_source_compiles("int main() {}" CAN_LINK_STATICALLY)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
endif()

if(LOCKSTEP_SANITIZE)
  # Three are left out, because they cost a third to half of the time that compiling takes: null (the
  # address sanitizer stops there as well), alignment and vptr (no cast for them to find wrong).
  set(sanitize -fsanitize=${LOCKSTEP_SANITIZE} -fno-sanitize=null,alignment,vptr
               -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(settings INTERFACE ${sanitize})
  target_link_options(settings INTERFACE ${sanitize})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # g++ 12 sees uninitialised values in its own instrumentation.
    target_compile_options(settings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
