#include "cli/certify_papers.hpp"

#include <sys/utsname.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "certify/paper/check.hpp"
#include "certify/paper/compare.hpp"
#include "certify/paper/paper.hpp"
#include "certify/paper/sign.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"

namespace rakit::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPaper = "certificate.json";
constexpr const char* kPage = "certificate.html";
constexpr const char* kSignature = "certificate.p7s";

struct VerifyOptions {
    std::string paper, signature, page, trusted;
};

/// sibling is the file beside the paper unless the user named another.
fs::path sibling(const std::string& named, const std::string& paper, const char* name) {
    return named.empty() ? fs::path(paper).parent_path() / name : fs::path(named);
}

int verify(const VerifyOptions& options) {
    const auto content = read_file(options.paper);
    if (!content) return report(content.error(), kNotTried);
    const auto signature = read_file(sibling(options.signature, options.paper, kSignature));
    if (!signature) return report(signature.error(), kNotTried);
    const auto signer = certify::verify(*content, *signature, options.trusted);
    if (!signer)
        return report(signer.error(), signer.error().code == ErrorCode::signature_invalid ? kFailed : kNotTried);
    std::printf("signed by %s\n", signer->subject.c_str());
    const auto paper = certify::read_paper(as_text(*content), options.paper);
    if (!paper) return report(paper.error(), kFailed);
    const auto problems = certify::contradictions(*paper);
    for (const auto& problem : problems) std::printf("%s\n", problem.c_str());
    const auto page_file = sibling(options.page, options.paper, kPage);
    bool page_good = true;
    if (const auto page = read_file(page_file)) {
        page_good = as_text(*page) == certify::to_page(*paper);
        std::printf("%s %s\n", page_file.c_str(), page_good ? "is this paper's" : "is not this paper's");
    }
    const auto& counts = paper->at("counts");
    if (problems.empty())
        std::printf("its figures give its verdicts: %d pass, %d fail, %d not applicable\n",
                    counts.at("pass").get<int>(), counts.at("fail").get<int>(), counts.at("not_applicable").get<int>());
    return problems.empty() && page_good ? kDone : kFailed;
}

int diff(const std::string& before, const std::string& after) {
    std::vector<nlohmann::json> papers;
    for (const auto& file : {before, after}) {
        const auto content = read_file(file);
        if (!content) return report(content.error(), kNotTried);
        auto paper = certify::read_paper(as_text(*content), file);
        if (!paper) return report(paper.error(), kNotTried);
        papers.push_back(std::move(*paper));
    }
    bool verdicts = false;
    for (const auto& one : certify::compare(papers[0], papers[1])) {
        std::printf("%s\n", one.what.c_str());
        verdicts = verdicts || one.verdict;
    }
    if (!verdicts) std::printf("the verdicts are the same\n");
    return verdicts ? kFailed : kDone;
}

}  // namespace

Result<void> write_papers(const fs::path& folder, const std::string& paper, const fs::path& credential,
                          const SecretBytes& passphrase) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem) return fail(ErrorCode::file_unwritable, problem.message(), folder.string());
    // What is on paper is what the schema allows: our own output is checked like anybody's.
    const auto checked = certify::read_paper(paper, kPaper);
    if (!checked) return Unexpected{checked.error()};
    if (auto done = write_file_atomically(folder / kPaper, as_bytes(paper)); !done) return done;
    if (auto done = write_file_atomically(folder / kPage, as_bytes(certify::to_page(*checked))); !done) return done;
    fs::remove(folder / kSignature, problem);  // of a paper before this one
    if (credential.empty()) return {};
    const auto signature = certify::sign(as_bytes(paper), credential, passphrase);
    if (!signature) return Unexpected{signature.error()};
    return write_file_atomically(folder / kSignature, *signature);
}

std::string system_text() {
    utsname about{};
    if (::uname(&about) != 0) return "not told";
    return std::string(about.sysname) + " " + about.release + " " + about.machine;
}

std::string daemon_text() {
    FILE* pipe = ::popen("/usr/sbin/pcscd --version 2>/dev/null", "r");
    if (pipe == nullptr) return "pcscd, version not told";
    char line[128] = {};
    const bool told = std::fgets(line, sizeof line, pipe) != nullptr;
    ::pclose(pipe);
    std::string text = told ? line : "pcscd, version not told";
    while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
    return text + " (as installed here)";
}

void add_certify_papers(CLI::App& certify, Verb& verb) {
    auto* check =
        certify.add_subcommand("verify", "Check a paper: its signature, its verdicts by its own figures, its page");
    const auto options = std::make_shared<VerifyOptions>();
    check->add_option("PAPER", options->paper, "certificate.json")->required();
    check->add_option("--ca", options->trusted, "PEM file of certificates that are trusted: the signer's, or its CA's")
        ->required();
    check->add_option("--signature", options->signature, "else certificate.p7s beside the paper");
    check->add_option("--page", options->page, "else certificate.html beside the paper, if it is there");
    check->callback([options, &verb] { verb.status = verify(*options); });
    auto* compare = certify.add_subcommand("diff", "Compare two papers; exit status 1 if a verdict is another one");
    const auto files = std::make_shared<std::pair<std::string, std::string>>();
    compare->add_option("BEFORE", files->first)->required();
    compare->add_option("AFTER", files->second)->required();
    compare->callback([files, &verb] { verb.status = diff(files->first, files->second); });
}

}  // namespace rakit::cli
