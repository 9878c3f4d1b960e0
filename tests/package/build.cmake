# Installs a build into a prefix of its own, moves the prefix, and builds the consumer project against it.
cmake_minimum_required(VERSION 3.25)

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what} failed (${status}):\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
run("install" ${CMAKE_COMMAND} --install "${BUILD_DIR}" --prefix "${WORK_DIR}/staged")
# What was installed has to work wherever it is copied.
file(RENAME "${WORK_DIR}/staged" "${WORK_DIR}/prefix")

# No installed text knows where it was built.
file(GLOB_RECURSE texts "${WORK_DIR}/prefix/*.cmake" "${WORK_DIR}/prefix/*.h" "${WORK_DIR}/prefix/*.desktop")
foreach(text IN LISTS texts)
  file(READ "${text}" content)
  foreach(place "${SOURCE_DIR}" "${BUILD_DIR}")
    string(FIND "${content}" "${place}" found)
    if(NOT found EQUAL -1)
      message(FATAL_ERROR "${text} names ${place}")
    endif()
  endforeach()
endforeach()

# Every public header, whatever it is, in one file; a private one has no business in the package.
set(headers_root "${WORK_DIR}/prefix/include/sockscope")
file(GLOB_RECURSE headers RELATIVE "${headers_root}" "${headers_root}/*.h")
file(GLOB_RECURSE ours RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/core/*.h" "${SOURCE_DIR}/ui/*.h")
list(FILTER ours EXCLUDE REGEX "_p\\.h$")
list(SORT headers)
list(SORT ours)
if(NOT headers STREQUAL ours)
  message(FATAL_ERROR "Installed headers:\n${headers}\nPublic headers:\n${ours}")
endif()
list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>" OUTPUT_VARIABLE includes)
list(JOIN includes "\n" includes)
file(WRITE "${WORK_DIR}/allheaders.cpp" "${includes}\n")

set(flags "")
if(SANITIZE)
  set(flags "-fsanitize=${SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all")
endif()
run("configure the consumer" ${CMAKE_COMMAND} -S "${SOURCE_DIR}/tests/package" -B "${WORK_DIR}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}"
    "-DCMAKE_CXX_FLAGS=${flags}" "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix" "-DALL_HEADERS=${WORK_DIR}/allheaders.cpp"
    "-DEXPECTED_VERSION=${VERSION}")
run("build the consumer" ${CMAKE_COMMAND} --build "${WORK_DIR}/build")
