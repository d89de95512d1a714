# room(NAME [USES room...] [WITH library...])
#
# Makes the static library lockstep_NAME of every .cpp below the folder NAME. Rooms it USES are seen
# by whoever links it; libraries it works WITH are not, because no header of a room shows them.
# A folder without sources is an empty room, so that the plan can be ahead of the house.
function(room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "USES;WITH")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cpp)
  list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/cli/main.cpp)  # the executable's, not the library's
  list(TRANSFORM room_USES PREPEND lockstep_)
  if(sources)
    add_library(lockstep_${name} STATIC ${sources})
    target_link_libraries(lockstep_${name} PUBLIC settings ${room_USES} PRIVATE ${room_WITH})
    # A failed assertion names engine/step/step.cpp, wherever the repository stands.
    target_compile_options(lockstep_${name} PRIVATE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
    if(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
      target_precompile_headers(lockstep_${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h)
    endif()
  else()
    add_library(lockstep_${name} INTERFACE)
    target_link_libraries(lockstep_${name} INTERFACE settings ${room_USES})
  endif()
  set_property(GLOBAL APPEND PROPERTY LOCKSTEP_ROOMS ${name})
endfunction()
