// covers: host-log, host-restart
// The command `rakit cm` as its users meet it: a process with files, signals and exit statuses.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <semaphore>
#include <thread>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "mock_cm/http/running_host.hpp"
#include "mock_cm/store/sqlite_store.hpp"
#include "tests/integration/cm_http/shell.hpp"
#include "tests/integration/cm_http/tls_client.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm {
namespace {

using testing::HasSubstr;

/// Serving is a running `rakit cm serve`.
class Serving {
public:
    explicit Serving(const std::vector<std::string>& arguments) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return;
        x_output = ends[0];
        std::vector<std::string> words{RAKIT_BINARY, "cm", "serve"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        x_process = ::fork();
        if (x_process == 0) {
            ::signal(SIGPIPE, SIG_DFL);  // the command must get along without the clients' setting
            ::dup2(ends[1], 1);
            ::dup2(ends[1], 2);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        ::close(ends[1]);
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() {
        if (x_process > 0) end(SIGKILL);
        ::close(x_output);
    }
    /// wait_until_ready reads the output up to the line that says that all is there.
    bool wait_until_ready() {
        while (x_text.find("FOR TESTS") == std::string::npos)
            if (!read_more()) return false;
        return true;
    }
    /// end sends a signal and gives the exit status, or minus the signal that ended it.
    int end(int signal) {
        ::kill(x_process, signal);
        while (read_more()) {
        }
        int status = 0;
        ::waitpid(x_process, &status, 0);
        x_process = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    const std::string& text() const { return x_text; }

private:
    bool read_more() {
        pollfd waiting{x_output, POLLIN, 0};
        char buffer[4096];
        if (::poll(&waiting, 1, kPatience * 1000) != 1) return false;
        const ssize_t n = ::read(x_output, buffer, sizeof buffer);
        if (n <= 0) return false;
        x_text.append(buffer, static_cast<std::size_t>(n));
        return true;
    }
    pid_t x_process = -1;
    int x_output = -1;
    std::string x_text;
};

class CmServe : public testing::Test {
protected:
    std::vector<std::string> arguments() const {
        return {"--state", state(), "--listen", "127.0.0.1:0", "--ready-file", (x_folder / "ready.json").string()};
    }
    std::string state() const { return (x_folder / "state").string(); }
    std::string make_state() const {
        std::filesystem::create_directory(state());
        return state();
    }
    nlohmann::json ready() const {
        const auto text = read_file(x_folder / "ready.json");
        return text ? nlohmann::json::parse(*text) : nlohmann::json();
    }
    std::uint16_t port() const {
        const auto url = ready().at("url").get<std::string>();
        return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    }
    Credential officer() const {
        auto password = std::string(as_text(*read_file(ready().at("officer").at("passwordFile").get<std::string>())));
        password.pop_back();
        return open_pkcs12(*read_file(ready().at("officer").at("pkcs12").get<std::string>()), password);
    }
    /// ask sends one request of the officer and gives the whole answer.
    std::string ask(const Credential* who, const std::string& method, const std::string& target,
                    const std::string& body = {}) {
        TlsClient client(port(), who);
        return client.exchange(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                               "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                               "\r\n\r\n" + body);
    }
    Ran rakit(const std::string& words) const { return run(std::string(RAKIT_BINARY) + " " + words); }

    TemporaryFolder x_folder;
};

/// prepare names a procedure that the host doesn't know, so each is a refusal in the log.
const std::string kPrepare =
    R"({"version": 1, "procedure": "no-such-procedure", "card": {"serial": "0A1B", "atr": "3B00", "profile": "pkcs15"},)"
    R"( "lines": [{"key": "45", "label": "Authentication", "action": "redo", "type": "rsa-2048",)"
    R"( "usage": ["digitalSignature"], "transportCertificate": true}]})";

TEST_F(CmServe, SaysWhereItIsAndThatItIsForTests) {
    Serving serving(arguments());
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    const auto schema = read_file("docs/formats/schema/cm-ready.schema.json");
    ASSERT_TRUE(schema);
    const auto document = document::load(x_folder / "ready.json", nlohmann::json::parse(*schema));
    EXPECT_TRUE(document) << to_string(document.error());
    EXPECT_THAT(serving.text(), HasSubstr(ready().at("url").get<std::string>()));
    for (const auto* file : {"pkcs12", "passwordFile"}) {
        struct stat status {};
        ASSERT_EQ(::stat(ready().at("officer").at(file).get<std::string>().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600U) << file;
    }
    EXPECT_EQ(serving.end(SIGTERM), 0);
    EXPECT_THAT(serving.text(), HasSubstr("ended"));
}

TEST_F(CmServe, EndsCleanlyOnInterrupt) {
    Serving serving(arguments());
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    EXPECT_EQ(serving.end(SIGINT), 0);
}

TEST_F(CmServe, TheSampleOfficerIsServedByCurl) {
    Serving serving(arguments());
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    const auto where = ready();
    const auto pem = (x_folder / "officer.pem").string();
    const auto& token = where.at("officer");
    ASSERT_EQ(run("openssl pkcs12 -in " + token.at("pkcs12").get<std::string>() +
                  " -passin file:" + token.at("passwordFile").get<std::string>() + " -nodes -out " + pem)
                  .status,
              0);
    const auto curl = "curl -sS --noproxy '*' --cacert " + where.at("caFile").get<std::string>() + " ";
    const auto url = where.at("url").get<std::string>();
    const auto procedures = run(curl + "--cert " + pem + " " + url + "/ra/procedures");
    EXPECT_EQ(procedures.status, 0) << procedures.output;
    EXPECT_THAT(procedures.output, HasSubstr("employee-tc"));
    const auto nobody = run(curl + "-w '%{http_code}' " + url + "/ra/procedures");
    EXPECT_THAT(nobody.output, testing::EndsWith("403"));
    const auto authorities = run(curl + url + "/cacerts | base64 -d | openssl pkcs7 -inform DER -print_certs");
    EXPECT_THAT(authorities.output, HasSubstr("Rakit Test End User CA"));
}

TEST_F(CmServe, LogShowsRefusalsAndProvesItself) {
    Serving serving(arguments());
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    const auto who = officer();
    EXPECT_EQ(status_of(ask(&who, "POST", "/ra/prepare", kPrepare)), 404);
    EXPECT_EQ(status_of(ask(&who, "POST", "/ra/prepare", kPrepare)), 404);
    const auto log = rakit("cm log --failed --state " + state());
    EXPECT_EQ(log.status, 0);
    EXPECT_THAT(log.output, HasSubstr("procedure_unknown"));
    EXPECT_THAT(log.output, HasSubstr("officer=Olivia Officer"));
    const auto json = rakit("cm log --json --state " + state());
    const auto entries = nlohmann::json::parse(json.output, nullptr, false);
    ASSERT_EQ(entries.size(), 2U) << json.output;
    EXPECT_EQ(entries[0].at("code"), "procedure_unknown");
    EXPECT_EQ(rakit("cm log --verify --state " + state()).status, 0);
    EXPECT_EQ(nlohmann::json::parse(rakit("cm log --verify --json --state " + state()).output),
              (nlohmann::json{{"whole", true}, {"entries", 2}}));
    EXPECT_EQ(serving.end(SIGTERM), 0);
    SQLite::Database(state_database(state()).string(), SQLite::OPEN_READWRITE).exec("UPDATE log SET officer = 'Eve'");
    const auto verdict = rakit("cm log --verify --state " + state());
    EXPECT_EQ(verdict.status, 1);
    EXPECT_THAT(verdict.output, HasSubstr("log_broken"));
}

TEST_F(CmServe, LogIsFilteredByOutcomeOfficerCategoryAndTime) {
    {
        auto store = SqliteStore::open(state_database(make_state()));
        ASSERT_TRUE(store);
        auto open = *(*store)->begin();
        for (const auto& [day, officer, category, code] : {std::tuple{1, "Olivia Officer", "prepare", ""},
                                                           {2, "Olivia Officer", "issue", "tc_missing"},
                                                           {3, "Olof Officer", "issue", ""},
                                                           {4, "", "transport", "request_malformed"}}) {
            LogEntry entry;
            entry.at = *from_iso8601("2026-01-0" + std::to_string(day) + "T12:00:00Z");
            entry.officer = officer;
            entry.category = category;
            entry.code = code;
            entry.success = entry.code.empty();
            ASSERT_TRUE(open->append_log(entry));
        }
        ASSERT_TRUE(open->commit());
    }
    const auto days = [&](const std::string& options) {
        const auto ran = rakit("cm log --json --state " + state() + " " + options);
        EXPECT_EQ(ran.status, 0) << ran.output;
        std::string seen;
        for (const auto& entry : nlohmann::json::parse(ran.output)) seen += entry.at("at").get<std::string>()[9];
        return seen;
    };
    EXPECT_EQ(days(""), "1234");
    EXPECT_EQ(days("--failed"), "24");
    EXPECT_EQ(days("--officer 'Olivia Officer'"), "12");
    EXPECT_EQ(days("--category issue"), "23");
    EXPECT_EQ(days("--category issue --failed"), "2");
    EXPECT_EQ(days("--since 2026-01-03"), "34");
    EXPECT_EQ(days("--since 2026-01-03T12:00:01Z"), "4");
    EXPECT_EQ(days("--since 2026-01-02 --officer 'Olivia Officer' --category issue --failed"), "2");
    EXPECT_EQ(days("--officer Nobody"), "");
    EXPECT_THAT(rakit("cm log --state " + state() + " --category transport").output,
                testing::StartsWith("2026-01-04T12:00:00Z  transport  request_malformed"));
    const auto wrong = rakit("cm log --since yesterday --state " + state());
    EXPECT_EQ(wrong.status, 2);
    EXPECT_THAT(wrong.output, HasSubstr("not a moment: yesterday"));
}

/// Orders makes the messages of a registration officer's client.
struct Orders : test::HostTest {
    void TestBody() override {}
};

TEST_F(CmServe, AResendAfterKillNineIsAnsweredWithTheSameOctets) {
    Orders orders;
    auto request = orders.redo();
    std::string order, confirmation, issued, confirmed;
    const auto post = [&](const std::string& message) {
        const auto who = officer();
        TlsClient client(port(), &who);
        const auto answer = client.exchange(
            "POST /cmc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/pkcs7-mime\r\n"
            "Content-Length: " +
            std::to_string(message.size()) + "\r\n\r\n" + message);
        EXPECT_EQ(status_of(answer), 200) << answer;
        return answer.substr(answer.find("\r\n\r\n") + 4);
    };
    const auto sign_now = [&](const Bytes& content) {
        auto who = officer();
        const auto der = ossl::to_der(who.certificate.get(), i2d_X509);
        const test::Signer signer{*x509::Certificate::parse(der), std::move(who.key)};
        return std::string(as_text(test::sign(content, signer, {}, SystemClock().now())));
    };
    {
        Serving serving(arguments());
        ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
        order = sign_now(test::pki_data(request));
        issued = post(order);
        EXPECT_EQ(serving.end(SIGKILL), -SIGKILL);
    }
    {
        Serving serving(arguments());
        ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
        EXPECT_EQ(post(order), issued);
        orders.clock = VirtualClock(SystemClock().now());
        const auto answer = orders.read_answer(to_bytes(issued));
        ASSERT_EQ(answer.status, 5) << answer.info;
        confirmation = sign_now(test::confirmation(request, answer, true, Bytes(16, 9)));
        confirmed = post(confirmation);
        EXPECT_EQ(serving.end(SIGKILL), -SIGKILL);
    }
    Serving serving(arguments());
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    EXPECT_EQ(post(confirmation), confirmed);
    EXPECT_EQ(post(order), issued);
    EXPECT_EQ(serving.end(SIGTERM), 0);
    const auto log = nlohmann::json::parse(rakit("cm log --json --state " + state()).output);
    std::string categories;
    for (const auto& entry : log) categories += entry.at("category").get<std::string>() + " ";
    EXPECT_EQ(categories, "issue resend confirm resend resend ");
}

TEST_F(CmServe, WhatWasAnsweredSurvivesKillNine) {
    std::size_t answered = 0;
    for (int round = 0; round < 3; ++round) {
        Serving serving(arguments());
        ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
        const auto who = officer();
        std::counting_semaphore<> progress(0);
        std::atomic<std::size_t> count = 0;
        std::jthread client([&] {
            while (status_of(ask(&who, "POST", "/ra/prepare", kPrepare)) == 404) {
                ++count;
                progress.release();
            }
            progress.release(100);
        });
        for (int i = 0; i < 5 + round; ++i) progress.acquire();
        EXPECT_EQ(serving.end(SIGKILL), -SIGKILL);
        client.join();
        answered += count;
        ASSERT_GE(count, 5U);
        auto store = SqliteStore::open(state_database(state()));
        ASSERT_TRUE(store) << to_string(store.error());
        const auto entries = (*store)->verify_log();
        ASSERT_TRUE(entries) << to_string(entries.error());
        EXPECT_GE(*entries, answered) << "what was answered is in the log";
        answered = *entries;
    }
}

TEST_F(CmServe, ConfigurationCanBeChecked) {
    EXPECT_EQ(rakit("cm check mock_cm/core/default_config.yaml").status, 0);
    const auto bad = (x_folder / "bad.yaml").string();
    ASSERT_TRUE(write_file_atomically(bad, as_bytes("version: 2\nofficers: []\ncertificateProcedures: 7\n"
                                                    "tokenProcedures: []\nnonsense: 1\n")));
    const auto ran = rakit("cm check " + bad);
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(ran.output, HasSubstr(bad + ":1:"));
    EXPECT_THAT(ran.output, HasSubstr(bad + ":3:"));
    const auto served = rakit("cm serve --listen 127.0.0.1:0 --state " + state() + " --config " + bad);
    EXPECT_EQ(served.status, 2);
    EXPECT_THAT(served.output, HasSubstr(bad + ":3:"));
}

struct UsageRow {
    const char* words;
    const char* said;
};

TEST_F(CmServe, WhatCanNotBeTriedIsSaid) {
    Serving serving(arguments());
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    const std::string taken =
        "cm serve --state " + (x_folder / "other").string() + " --listen 127.0.0.1:" + std::to_string(port());
    const std::string shared = "cm serve --listen 127.0.0.1:0 --state " + state();
    const std::string none = "cm log --state " + (x_folder / "none").string();
    for (const auto& [words, said] : {UsageRow{"cm serve --listen nonsense", "not ADDR:PORT"},
                                      {"cm serve --listen 127.0.0.1:65536", "not ADDR:PORT"},
                                      {"cm serve --listen name:1", "not an IP address"},
                                      {taken.c_str(), "can't listen"},
                                      {shared.c_str(), "another CM host uses"},
                                      {"cm serve --config /no/such/file", "file_unreadable"},
                                      {none.c_str(), "no CM database here"},
                                      {"cm check /no/such/file", "file_unreadable"},
                                      {"cm", "usage"}}) {
        const auto ran = rakit(words);
        EXPECT_EQ(ran.status, 2) << words;
        EXPECT_THAT(ran.output, HasSubstr(said)) << words;
    }
}

TEST_F(CmServe, TemporaryStateIsNamedAndGoesAtTheEnd) {
    Serving serving({"--listen", "127.0.0.1:0", "--ready-file", (x_folder / "ready.json").string()});
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    const auto folder = std::filesystem::path(ready().at("caFile").get<std::string>()).parent_path();
    EXPECT_THAT(serving.text(), HasSubstr(folder.string() + " (temporary"));
    EXPECT_TRUE(std::filesystem::exists(state_database(folder)));
    EXPECT_EQ(serving.end(SIGTERM), 0);
    EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(CmServe, HelpHasAnExample) {
    for (const auto* verb : {"serve", "log", "check"})
        EXPECT_THAT(rakit(std::string("cm ") + verb + " --help").output, HasSubstr("Example: rakit cm ")) << verb;
}

TEST_F(CmServe, ListeningBeyondTheMachineIsWarnedOf) {
    auto words = arguments();
    words[3] = "0.0.0.0:0";
    Serving serving(words);
    ASSERT_TRUE(serving.wait_until_ready()) << serving.text();
    EXPECT_EQ(serving.end(SIGTERM), 0);
    EXPECT_THAT(serving.text(), HasSubstr("WARNING: listening on 0.0.0.0"));
}

}  // namespace
}  // namespace rakit::cm
