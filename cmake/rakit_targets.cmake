# rakit_library(NAME [SOURCES ...] [LINK ...]): one folder, one static library `rakit_<folder with _>`; without SOURCES
# an interface library. ci/check_layers.py reads the LINK lists, so each folder's CMakeLists.txt is the whole truth.
function(rakit_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    if(arg_SOURCES)
        add_library(${name} STATIC ${arg_SOURCES})
        target_include_directories(${name} PUBLIC
            $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>
            $<INSTALL_INTERFACE:include/rakit>)
        target_link_libraries(${name} PUBLIC ${arg_LINK})
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE
            $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/rakit>)
        target_link_libraries(${name} INTERFACE ${arg_LINK})
    endif()
endfunction()

# rakit_embed(TARGET FILE SYMBOL): generates `generated/embedded/SYMBOL.hpp` with `rakit::embedded::SYMBOL`,
# a std::string_view of the file's text, and makes TARGET depend on it.
function(rakit_embed target file symbol)
    set(header ${PROJECT_BINARY_DIR}/generated/embedded/${symbol}.hpp)
    set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    add_custom_command(
        OUTPUT ${header}
        COMMAND ${CMAKE_COMMAND} -DINPUT=${source} -DOUTPUT=${header} -DSYMBOL=${symbol}
                -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
    target_sources(${target} PRIVATE ${header})
endfunction()
