# Makes a source of sql/*.sql, so that the installed daemon brings its migrations along without reading files.
# Sets `embedded_migrations` to the generated source.
file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/sql/*.sql)
list(SORT migrations)
set(entries "")
foreach(migration ${migrations})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${migration})
  get_filename_component(name ${migration} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${name})
  string(REGEX REPLACE "^0+" "" number ${number})
  file(READ ${migration} text)
  file(SHA256 ${migration} checksum)
  string(APPEND entries "    {${number}, \"${name}\", \"${checksum}\", R\"sql(${text})sql\"},\n")
endforeach()
set(embedded_migrations ${CMAKE_CURRENT_BINARY_DIR}/embedded_migrations.cpp)
file(CONFIGURE OUTPUT ${embedded_migrations} @ONLY CONTENT [[
#include "store/migrations.h"

namespace innkeeper::store {

const std::vector<Migration>& embedded_migrations() {
    static const std::vector<Migration> migrations = {
@entries@    };
    return migrations;
}

}  // namespace innkeeper::store
]])
