#include <algorithm>
#include <numeric>

#include "core/refusal.h"
#include "daemon/option_table.h"

namespace innkeeper::daemon {
namespace {

constexpr std::size_t help_column = 40;
constexpr std::size_t line_width = 120;

std::string left_side(const Option& option) {
    std::string text = "  --" + std::string(option.key);
    const std::string argument(option.argument_name);
    if (option.argument == Option::Argument::required) text += " " + argument;
    if (option.argument == Option::Argument::optional) text += "[=" + argument + "]";
    return text;
}

std::string right_side(const Option& option) {
    std::string text(option.help);
    if (option.repeatable && option.kind == Option::Kind::setting) text += "; repeatable";
    if (option.defaults.empty()) return text;
    text += " (";
    for (const std::string_view value : option.defaults) text += std::string(value) + ", ";
    text.resize(text.size() - 2);
    return text + ")";
}

// `text` from the help column on, in as many lines as it takes.
std::string in_column(std::string_view text) {
    constexpr std::size_t width = line_width - help_column;
    std::string lines;
    while (text.size() > width) {
        const std::size_t end = text.rfind(' ', width);
        lines += std::string(text.substr(0, end)) + "\n" + std::string(help_column, ' ');
        text.remove_prefix(end + 1);
    }
    return lines + std::string(text);
}

std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t k = 1; k <= b.size(); ++k) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[k - 1] ? 0 : 1);
            diagonal = row[k];
            row[k] = std::min({replaced, row[k] + 1, row[k - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string help_text() {
    std::string text =
        "innkeeperd: registrar and gatekeeper of a site's phones, with failover between sites\n\n"
        "Every setting may stand on the command line, in the environment (INNKEEPER_ and the key in upper case with\n"
        "underscores) and in the file of --config (key = value); the earlier of these wins. Defaults in brackets.\n"
        "Times take ms, s, min and h. Exit codes: 1 start failed, 2 configuration, 3 no daemon answers.\n";
    std::string_view section;
    for (const Option& option : option_table()) {
        if (option.section != section) text += "\n" + std::string(option.section) + ":\n";
        section = option.section;
        std::string line = left_side(option);
        line += line.size() < help_column ? std::string(help_column - line.size(), ' ') : "  ";
        text += line + in_column(right_side(option)) + "\n";
    }
    return text;
}

std::string refusals_text() {
    std::string text;
    for (const core::Refusal refusal : core::every_refusal) {
        const core::RefusalAnswer answer = core::answer_for(refusal);
        text += std::string(to_text(refusal)) + "  (" + std::to_string(answer.status) + " " +
                std::string(answer.phrase) + ")\n    " + std::string(core::explanation(refusal)) +
                "\n    To do: " + std::string(core::advice(refusal)) + "\n\n";
    }
    return text;
}

std::string suggestion(std::string_view unknown) {
    const std::size_t furthest = std::max<std::size_t>(2, unknown.size() / 4);
    const Option* nearest = nullptr;
    std::size_t least = furthest + 1;
    for (const Option& option : option_table()) {
        const std::size_t edits = edits_between(unknown, option.key);
        if (edits >= least) continue;
        least = edits;
        nearest = &option;
    }
    return nearest == nullptr ? "" : ", did you mean " + std::string(nearest->key) + "?";
}

}  // namespace innkeeper::daemon
