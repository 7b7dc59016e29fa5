// Lines out of a pipe as they come, without ever waiting. Private to lib/store.
#pragma once

#include <functional>
#include <string>

namespace innkeeper::store {

class LineReader {
public:
    explicit LineReader(int descriptor);  // owned from here on
    ~LineReader();
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    int descriptor() const { return descriptor_; }  // -1: the other side has closed
    void read(const std::function<void(const std::string&)>& on_line);

private:
    int descriptor_;
    std::string partial_;
};

}  // namespace innkeeper::store
