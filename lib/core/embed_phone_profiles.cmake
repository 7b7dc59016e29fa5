# Makes a source of etc/phone-profiles.conf, so that a daemon without the file has the same table.
# Sets `embedded_phone_profiles` to the generated source.
set(profiles ${PROJECT_SOURCE_DIR}/etc/phone-profiles.conf)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${profiles})
file(READ ${profiles} text)
set(embedded_phone_profiles ${CMAKE_CURRENT_BINARY_DIR}/embedded_phone_profiles.cpp)
file(CONFIGURE OUTPUT ${embedded_phone_profiles} @ONLY CONTENT [[
#include "core/phone_profile_text.h"

namespace innkeeper::core {

std::string_view embedded_phone_profiles() {
    return R"conf(@text@)conf";
}

}  // namespace innkeeper::core
]])
