# The house checks and the installed package as tests: checks.layering, package.consumer, …
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

foreach(check layering labels lengths testrules paths readme format selftest)
  add_test(NAME checks.${check} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/checks/${check}.py)
  set_tests_properties(checks.${check} PROPERTIES TIMEOUT 120 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
endforeach()

if(NOT TARGET SockScopeUi)
  return()
endif()
# The consumer is built as the tree is: same compiler, build type and sanitizers. The folders' names hold a blank on
# purpose: a person's folders do too.
set(package_dir "${CMAKE_CURRENT_BINARY_DIR}/package of a consumer")
string(REPLACE ";" "," package_sanitizers "${SOCKSCOPE_SANITIZE}")
add_test(NAME package.build
         COMMAND ${CMAKE_COMMAND}
                 "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}" "-DBUILD_DIR=${PROJECT_BINARY_DIR}" "-DWORK_DIR=${package_dir}"
                 "-DGENERATOR=${CMAKE_GENERATOR}" "-DCOMPILER=${CMAKE_CXX_COMPILER}"
                 "-DLAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}" "-DBUILD_TYPE=${CMAKE_BUILD_TYPE}"
                 "-DSANITIZE=${package_sanitizers}" "-DVERSION=${PROJECT_VERSION}"
                 -P "${CMAKE_CURRENT_SOURCE_DIR}/package/build.cmake")
set_tests_properties(package.build PROPERTIES TIMEOUT 600 FIXTURES_SETUP package)
foreach(program consumer embed)
  add_test(NAME package.${program} COMMAND "${package_dir}/build/${program}")
  set_tests_properties(package.${program} PROPERTIES
    TIMEOUT 60 FIXTURES_REQUIRED package
    ENVIRONMENT "${sockscope_test_environment};XDG_CONFIG_HOME=${sockscope_test_home}/${program}")
endforeach()
set_property(TEST package.consumer APPEND PROPERTY ENVIRONMENT QT_FATAL_WARNINGS=1)
