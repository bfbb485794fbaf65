#include "scenarios/iut/exec_iut.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/base/socket.hpp"
#include "common/document/json_text.hpp"
#include "scenarios/iut/child_process.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

Result<Descriptor> listen_at(const std::filesystem::path& path) {
    const auto at = unix_address(path);
    if (!at) return fail(ErrorCode::io_failed, "path too long", path.string());
    ::unlink(path.c_str());
    Descriptor listener = listen_unix(*at, 4);
    if (!listener)
        return fail(ErrorCode::io_failed, std::string("prompt socket: ") + std::strerror(errno), path.string());
    return listener;
}

/// answer_prompt gives the line that answers one prompt.
std::string answer_prompt(const std::string& line, Typist& typist) {
    const auto question = document::parse_json(line);
    if (!question || !question->is_object() || !question->contains("prompt") || !question->at("prompt").is_string())
        return R"({"error": "a prompt is {\"prompt\": ID}"})"
               "\n";
    const auto pin = typist.type(question->at("prompt").get<std::string>());
    if (!pin) return "{\"cancel\": true}\n";
    return json{{"value", as_text(pin->digits())}}.dump() + "\n";
}

/// Conversation is one job of a program: its output is read and its prompts are answered until it ends or time is up.
class Conversation {
public:
    Conversation(ChildProcess& child, const Descriptor& listener, Typist& typist, std::chrono::milliseconds limit)
        : x_child(child), x_listener(listener), x_typist(typist), x_deadline(steady_clock::now() + limit) {}

    Result<std::string> last_line() {
        while (!x_ended) {
            pollfd waits[] = {{x_child.from(), POLLIN, 0}, {x_listener.get(), POLLIN, 0}, {x_client.get(), POLLIN, 0}};
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(x_deadline - steady_clock::now()).count();
            if (left <= 0) return fail(ErrorCode::io_failed, "the RA under test didn't end in time");
            if (::poll(waits, 3, static_cast<int>(left)) < 0 && errno != EINTR)
                return fail(ErrorCode::io_failed, std::string("poll: ") + std::strerror(errno));
            if (waits[0].revents != 0) read_output();
            if (waits[2].revents != 0) read_prompts();
            if (waits[1].revents != 0) accept();
        }
        if (!x_output.rest().empty()) x_last = x_output.rest();
        return x_last;
    }

private:
    void read_output() {
        x_ended = !x_output.read(x_child.from(), [&](const std::string& line) {
            if (!line.empty()) x_last = line;
        });
    }

    void accept() {
        x_client.reset(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        x_prompts = {};
    }

    void read_prompts() {
        const bool open = x_prompts.read(x_client.get(), [&](const std::string& line) {
            // An RA that doesn't wait for its answer has gone; its result will tell.
            const std::string answer = answer_prompt(line, x_typist);
            (void)send_all(x_client.get(), as_bytes(answer));
        });
        if (!open) x_client.reset();
    }

    ChildProcess& x_child;
    const Descriptor& x_listener;
    Typist& x_typist;
    steady_clock::time_point x_deadline;
    Descriptor x_client;
    LineReader x_output;
    LineReader x_prompts;
    std::string x_last;
    bool x_ended = false;
};

}  // namespace

ExecIut::ExecIut(std::string command, std::filesystem::path log, std::chrono::milliseconds limit)
    : x_command(std::move(command)), x_log(std::move(log)), x_limit(limit) {}

Result<IutResult> ExecIut::run(const Job& job, Typist& typist) {
    auto listener = listen_at(job.prompt_socket);
    if (!listener) return Unexpected{std::move(listener).error()};
    // What it leaves among its temporary files is in the case's folder then, and searched for secrets with the rest.
    const std::filesystem::path temporary = x_log.string() + ".tmp";
    std::error_code problem;
    std::filesystem::create_directories(temporary, problem);
    if (problem) return fail(ErrorCode::file_unwritable, problem.message(), temporary.string());
    auto child =
        ChildProcess::start({"/usr/bin/env", "TMPDIR=" + temporary.string(), "/bin/sh", "-c", x_command}, x_log);
    if (!child) return Unexpected{std::move(child).error()};
    // An RA that doesn't read its job to the end is judged by how it ends, which says more than the broken pipe.
    (void)write_all(child->to(), to_json(job) + "\n").has_value();
    child->close_input();
    auto last = Conversation(*child, *listener, typist, x_limit).last_line();
    if (!last) return Unexpected{std::move(last).error()};
    const std::string end = child->wait();
    if (last->empty())
        return fail(ErrorCode::io_failed, "the RA under test ended without a result: " + end, x_log.string());
    auto result = parse_result(*last);
    if (!result) return Unexpected{std::move(result).error().in("the RA's result")};
    return result;
}

}  // namespace rakit::scenarios
