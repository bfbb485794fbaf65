# Installs the reference RA as a library: rakit::reference, found with find_package(rakit). Headers keep their path from
# the root, below include/rakit.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(RAKIT_INSTALLED
    rakit_base rakit_ossl rakit_net rakit_iso7816 rakit_x509 rakit_document rakit_reference_card rakit_reference_officer
    rakit_reference_cm rakit_reference_journal rakit_reference_session)

add_library(rakit_reference INTERFACE)
add_library(rakit::reference ALIAS rakit_reference)
target_link_libraries(rakit_reference INTERFACE rakit_reference_session)
set_target_properties(rakit_reference PROPERTIES EXPORT_NAME reference)

install(TARGETS rakit_reference ${RAKIT_INSTALLED} EXPORT rakitTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
foreach(folder IN ITEMS common reference)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rakit COMPONENT library
        FILES_MATCHING PATTERN "*.hpp")
endforeach()
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/rakit)
install(EXPORT rakitTargets NAMESPACE rakit:: DESTINATION ${package} COMPONENT library)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/rakitConfig.cmake.in
    ${PROJECT_BINARY_DIR}/rakitConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rakitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rakitConfig.cmake ${PROJECT_BINARY_DIR}/rakitConfigVersion.cmake
    DESTINATION ${package} COMPONENT library)
