# How the project's targets are made. Two kinds of library: those that use MLIR (no RTTI, no
# exceptions, one shared precompiled header) and plain ones (the cost model, the runtime).

find_program(RUNMAT_CCACHE ccache)
if(RUNMAT_CCACHE)
  # pch_defines,time_macros: without them ccache never caches a file that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_NOHASHDIR=1 ${RUNMAT_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter -fcolor-diagnostics)
add_link_options(-fuse-ld=lld)

set(RUNMAT_INCLUDE_DIRS ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}/include)

# Usage requirements of everything that includes MLIR headers.
add_library(runmat_mlir_flags INTERFACE)
target_include_directories(runmat_mlir_flags INTERFACE ${RUNMAT_INCLUDE_DIRS})
target_include_directories(runmat_mlir_flags SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_compile_options(runmat_mlir_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti -fno-exceptions> -fPIC)
separate_arguments(RUNMAT_LLVM_DEFINITIONS NATIVE_COMMAND ${LLVM_DEFINITIONS})
target_compile_definitions(runmat_mlir_flags INTERFACE ${RUNMAT_LLVM_DEFINITIONS})
target_link_libraries(runmat_mlir_flags INTERFACE MLIR LLVM)

# One precompiled header of MLIR's headers (none of ours): a pass then compiles in a second or two.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp.in "")
configure_file(${CMAKE_BINARY_DIR}/pch.cpp.in ${CMAKE_BINARY_DIR}/pch.cpp COPYONLY)
add_library(runmat_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(runmat_pch PRIVATE runmat_mlir_flags)
# Named, not by path: its text is then the same in every checkout, and the compiler cache serves all.
target_include_directories(runmat_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch)
target_precompile_headers(runmat_pch PRIVATE <runmat_pch.h>)
set_target_properties(runmat_pch PROPERTIES PCH_INSTANTIATE_TEMPLATES ON)
target_compile_options(runmat_pch PRIVATE "SHELL:-Xclang -fno-pch-timestamp")

# runmat_mlir_library(NAME SOURCES ... [DEPENDS tablegen targets] [LINK libraries])
function(runmat_mlir_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC runmat_mlir_flags ${ARG_LINK})
  target_precompile_headers(${name} REUSE_FROM runmat_pch)
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  add_dependencies(${name} runmat_tablegen ${ARG_DEPENDS})
endfunction()

# runmat_mlir_tool(NAME SOURCES ... [LINK libraries])
function(runmat_mlir_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE runmat_mlir_flags ${ARG_LINK})
  target_precompile_headers(${name} REUSE_FROM runmat_pch)
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  add_dependencies(${name} runmat_tablegen)
  if(CMAKE_BUILD_TYPE STREQUAL "Asan")
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/SanitizerOptions.cpp)
  endif()
endfunction()

# runmat_plain_library(NAME [SHARED] SOURCES ... [LINK libraries]): C++ without MLIR or LLVM.
function(runmat_plain_library name)
  cmake_parse_arguments(ARG "SHARED" "" "SOURCES;LINK" ${ARGN})
  if(ARG_SHARED)
    add_library(${name} SHARED ${ARG_SOURCES})
  else()
    add_library(${name} STATIC ${ARG_SOURCES})
  endif()
  target_include_directories(${name} PUBLIC ${RUNMAT_INCLUDE_DIRS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# Everything tablegen makes, so that a library need not name what it includes.
add_custom_target(runmat_tablegen)

# runmat_tablegen(TARGET TD_FILE OUT_DIR OUTPUT -gen-flag [args] ...): headers under build/include/runmat.
function(runmat_tablegen_file td outdir)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(outputs)
  set(args ${ARGN})
  while(args)
    list(POP_FRONT args output generator)
    separate_arguments(generator)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include/runmat/${outdir})
    set(out ${CMAKE_BINARY_DIR}/include/runmat/${outdir}/${output})
    get_filename_component(stem ${td} NAME_WE)
    add_custom_command(OUTPUT ${out}
      COMMAND ${MLIR_TABLEGEN_EXE} ${generator} ${CMAKE_CURRENT_SOURCE_DIR}/${td} -o ${out}
              -I ${CMAKE_SOURCE_DIR} -I ${CMAKE_SOURCE_DIR}/include -I ${MLIR_INCLUDE_DIRS}
              --write-if-changed -d ${out}.d
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${td} DEPFILE ${out}.d
      COMMENT "tablegen ${output}" VERBATIM)
    list(APPEND outputs ${out})
  endwhile()
  string(REPLACE "/" "_" flat ${outdir})
  get_filename_component(stem ${td} NAME_WE)
  add_custom_target(runmat_tablegen_${flat}_${stem} DEPENDS ${outputs})
  add_dependencies(runmat_tablegen runmat_tablegen_${flat}_${stem})
endfunction()
