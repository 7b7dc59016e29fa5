#include "store/file_rows.h"

#include <algorithm>

#include "store/stored_text.h"

namespace innkeeper::store {

void FileTroubles::add(std::size_t line, const std::string& trouble) {
    ++count_;
    if (count_ > shown) return;
    if (!text_.empty()) text_ += '\n';
    text_ += filename_ + ':' + std::to_string(line) + ": " + trouble;
}

base::Error FileTroubles::error() const {
    if (count_ <= shown) return {text_};
    return {text_ + '\n' + filename_ + ": and " + std::to_string(count_ - shown) + " more; nothing was imported"};
}

base::Error FileRows::wrong_header(const std::string& trouble) const {
    return {filename_ + ":1: " + trouble};
}

std::optional<base::Error> FileRows::begin(std::span<const std::string_view> known) {
    if (!csv_.next()) return base::Error{filename_ + ": empty; the first line names the columns"};
    if (!csv_.trouble().empty()) return wrong_header(csv_.trouble());
    for (std::size_t i = 0; i < csv_.fields().size(); ++i) {
        const std::string& name = csv_.fields()[i];
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string names;
            for (const std::string_view one : known) names += (names.empty() ? "" : ", ") + std::string(one);
            return wrong_header("column '" + stored_text(name) +
                                "' is unknown; the first line names the columns: " + names);
        }
        if (!columns_.emplace(name, i).second) return wrong_header("column '" + name + "' is named twice");
    }
    return std::nullopt;
}

bool FileRows::next() {
    while (csv_.next()) {
        if (!csv_.trouble().empty())
            wrong(csv_.trouble());
        else if (csv_.fields().size() != columns_.size())
            wrong(std::to_string(csv_.fields().size()) + " fields, but " + std::to_string(columns_.size()) +
                  " columns");
        else
            return true;
    }
    return false;
}

std::string_view FileRows::field(std::string_view column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() ? std::string_view() : std::string_view(csv_.fields()[found->second]);
}

std::string FileRows::text(std::string_view column) {
    std::string value(field(column));
    if (!is_printable(value)) wrong(std::string(column) + ": control octets or no UTF-8");
    if (value.size() > 255) wrong(std::string(column) + ": longer than 255 octets");
    return value;
}

std::optional<bool> boolean_from(std::string_view text) {
    for (const std::string_view yes : {"true", "yes", "1", ""})
        if (text == yes) return true;
    for (const std::string_view no : {"false", "no", "0"})
        if (text == no) return false;
    return std::nullopt;
}

}  // namespace innkeeper::store
