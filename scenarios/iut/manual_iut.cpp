#include "scenarios/iut/manual_iut.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/base/error_code.hpp"
#include "common/base/socket.hpp"
#include "common/base/trimmed.hpp"

namespace rakit::scenarios {
namespace {

class Sheet {
public:
    void row(const std::string& name, const std::string& value) {
        constexpr std::size_t kColumn = 20;
        if (value.empty()) return;
        x_text += "  " + name + std::string(name.size() < kColumn ? kColumn - name.size() : 1, ' ') + value + "\n";
    }
    void line(const std::string& text) { x_text += text + "\n"; }
    std::string take() { return std::move(x_text); }

private:
    std::string x_text;
};

std::string action_words(const JobAction& action) {
    return action.action + (action.certificate ? ", replacing the certificate " + *action.certificate : "");
}

}  // namespace

std::string instructions(const Job& job, const Typist& typist) {
    Sheet sheet;
    sheet.line(job.abandon  ? "Have the RA give up the order that it left open, with:"
               : job.resume ? "Have the RA go on with the order that it left open, with:"
                            : "Have the RA do this update:");
    const char* service = std::getenv("PCSCLITE_CSOCK_NAME");
    sheet.row("PC/SC", service == nullptr ? "" : std::string("PCSCLITE_CSOCK_NAME=") + service);
    sheet.row("reader", job.reader);
    sheet.row("CM", job.cm_url);
    sheet.row("CA of the CM", job.cm_ca.string());
    sheet.row("officer", job.officer);
    sheet.row("officer's TLS", job.officer_tls);
    sheet.row("officer's reader", job.officer_reader);
    if (!job.resume && !job.abandon) {
        for (const auto& action : job.actions) sheet.row("key " + action.key, action_words(action));
        sheet.row("procedure", job.procedure);
        for (const auto& [name, value] : job.fields) sheet.row("field " + name, value);
        for (const auto& name : job.show_fields) sheet.row("show the field", name);
        sheet.row("Auto add data fields", job.auto_add_fields ? "yes" : "");
        sheet.row("Replace CA", job.replace_ca ? "yes" : "");
        sheet.row("QC statements", job.qc == "[]" ? "" : job.qc);
    }
    sheet.line("If it asks for a PIN, type:");
    for (const auto& [prompt, what] : typist.sheet()) sheet.row(prompt, what);
    sheet.row("certificates of Issue", "save them in " + job.out_folder.string());
    sheet.line("How did the RA end? ok, or the code of docs/errors.md that says why not; skip to leave this case out.");
    return sheet.take();
}

Result<IutResult> ManualIut::run(const Job& job, Typist& typist) {
    std::string text = instructions(job, typist);
    while (true) {
        auto line = x_person(text);
        if (!line) return Unexpected{std::move(line).error()};
        const std::string word(trimmed(*line));
        if (word == "skip") return fail(ErrorCode::unsupported, "the person left it out");
        if (word == "ok" || error_code_from_name(word)) return IutResult{word, "as the person says", {}};
        text = "'" + word + "' is neither ok nor an error code of docs/errors.md nor skip. How did the RA end?\n";
    }
}

Person person_at(std::filesystem::path socket) {
    return [socket = std::move(socket)](const std::string& text) -> Result<std::string> {
        const auto gone = [&] {
            return fail(ErrorCode::io_failed, std::string("nobody is at the terminal: ") + std::strerror(errno),
                        socket.string());
        };
        const auto at = unix_address(socket);
        const Descriptor link = at ? connect_unix(*at) : Descriptor();
        if (!link || !send_all(link.get(), as_bytes(text)) || ::shutdown(link.get(), SHUT_WR) != 0) return gone();
        std::string line;
        char buffer[256];
        ssize_t size = 0;
        while ((size = ::read(link.get(), buffer, sizeof buffer)) > 0)
            line.append(buffer, static_cast<std::size_t>(size));
        if (line.empty()) return gone();
        return line;
    };
}

}  // namespace rakit::scenarios
