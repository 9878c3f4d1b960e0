# cpack in a build folder makes the archives: .deb and .tar.gz of the programs, and of the library for developers.
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME sockscope)
set(CPACK_PACKAGE_VENDOR SockScope)
set(CPACK_PACKAGE_CONTACT "The SockScope developers <sockscope@example.org>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs development)
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_PROGRAMS_FILE_NAME sockscope-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_ARCHIVE_DEVELOPMENT_FILE_NAME
    sockscope-dev-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME sockscope)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION
    "SockScope shows message sockets from inside while they run: peers, every message, every handler's cost.\n\
It injects messages and plays peers.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libsockscope-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "qt6-base-dev (>= 6.4), qt6-svg-dev, qt6-declarative-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
    "The static libraries, headers and CMake package of SockScope: message sockets for Qt applications.")
include(CPack)
