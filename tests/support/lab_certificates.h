// Certificates of a lab for one test, made by etc/make-test-ca.sh in a folder of its own, gone with the object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace innkeeper::support {

class LabCertificates {
public:
    // `sites` as the script takes them: "rome oslo".
    explicit LabCertificates(const std::string& sites) {
        std::string name = (std::filesystem::temp_directory_path() / "innkeeper-lab-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
        make(sites);
    }
    ~LabCertificates() { std::filesystem::remove_all(folder_); }
    LabCertificates(const LabCertificates&) = delete;
    LabCertificates& operator=(const LabCertificates&) = delete;

    // Negative days: expired.
    void make(const std::string& sites, int days = 30) const {
        const std::string command =
            INNKEEPER_SOURCE_DIR "/etc/make-test-ca.sh -d " + std::to_string(days) + " " + folder_ + " " + sites;
        if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
    }
    std::string file(const std::string& name) const { return folder_ + "/" + name; }

private:
    std::string folder_;
};

}  // namespace innkeeper::support
