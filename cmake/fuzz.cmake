# One fuzzer for each tests/fuzz/NAME_fuzz.cpp, linked with the rooms that its #include lines name:
# a fuzzer of the loader then does not wait for the rooms above it.
file(GLOB fuzzers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.cpp)
get_property(rooms GLOBAL PROPERTY LOCKSTEP_ROOMS)
add_custom_target(fuzzers)
foreach(source IN LISTS fuzzers)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE settings fmt json)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  foreach(room IN LISTS rooms)
    file(STRINGS ${source} includes REGEX "^#include \"${room}/")
    if(includes)
      target_link_libraries(${name} PRIVATE lockstep_${room})
    endif()
  endforeach()
  target_compile_definitions(${name} PRIVATE LOCKSTEP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_dependencies(fuzzers ${name})
endforeach()
# Coverage counters go into the room that reads the input, since they make everything slow; only the
# fuzzers themselves have libFuzzer's main.
target_compile_options(lockstep_language PRIVATE -fsanitize=fuzzer-no-link)
target_link_options(settings INTERFACE -fsanitize=fuzzer-no-link)
