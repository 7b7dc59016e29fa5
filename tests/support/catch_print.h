// Lets Catch2 show core values when a comparison fails.
#pragma once

#include <catch2/catch.hpp>

#include "support/print.h"

namespace Catch {

template <>
struct StringMaker<innkeeper::base::SiteName> {
    static std::string convert(const innkeeper::base::SiteName& site) { return site.text; }
};
template <>
struct StringMaker<innkeeper::base::Aor> {
    static std::string convert(const innkeeper::base::Aor& aor) { return std::string(aor.text()); }
};
template <>
struct StringMaker<innkeeper::core::Phase> {
    static std::string convert(innkeeper::core::Phase phase) { return std::string(to_text(phase)); }
};
template <>
struct StringMaker<innkeeper::core::Refusal> {
    static std::string convert(innkeeper::core::Refusal refusal) { return std::string(to_text(refusal)); }
};
template <>
struct StringMaker<innkeeper::core::Response> {
    static std::string convert(const innkeeper::core::Response& response) {
        return innkeeper::support::print(response);
    }
};
template <>
struct StringMaker<innkeeper::core::Notice> {
    static std::string convert(const innkeeper::core::Notice& notice) { return innkeeper::support::print(notice); }
};
template <>
struct StringMaker<innkeeper::core::Effect> {
    static std::string convert(const innkeeper::core::Effect& effect) { return innkeeper::support::print(effect); }
};

}  // namespace Catch
