#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>

#include "reference/session/driver.hpp"
#include "tests/unit/session/samples.hpp"

namespace rakit::reference::fakes {

/// Log is what all fakes did, in order; no PIN is written to it.
using Log = std::vector<std::string>;

/// FakeCard is a card by its contents. Everything wants the lock; signing and writing want their PINs in the same lock.
class FakeCard final : public CardPort {
public:
    explicit FakeCard(Log& log) : x_log(log) {}
    ~FakeCard() override {
        EXPECT_FALSE(x_locked) << "the card stayed locked";
        EXPECT_TRUE(fail_at.empty()) << "a fault was never met: " << fail_at.begin()->first;
    }

    Contents contents = samples::card();
    std::map<std::string, std::string> pins{{"01", "111111"}, {"02", "222222"}, {"03", "87654321"}};
    std::map<std::string, Error> fail_at;  ///< by what stands in the log
    std::function<void(int)> before_lock;  ///< called with the number of the lock, from 1: cards get swapped here
    std::vector<CertificateChange> done;
    std::size_t steps_per_write = 3;
    bool taken_back = false;  ///< what was begun to be written
    std::string reader{};     ///< of a real card

    std::string real_reader() const override { return reader; }

    Result<void> lock() override {
        EXPECT_FALSE(x_locked);
        if (before_lock) before_lock(++x_locks);
        if (auto error = log("lock")) return fail(*error);
        x_locked = true;
        x_verified.clear();
        return {};
    }
    void unlock() override {
        EXPECT_TRUE(x_locked);
        x_locked = false;
        x_log.push_back("unlock");
    }
    Result<Contents> read_contents() override {
        EXPECT_TRUE(x_locked);
        if (auto error = log("contents")) return fail(*error);
        return contents;
    }
    Result<CardIdentity> read_identity() override {
        EXPECT_TRUE(x_locked);
        if (auto error = log("identity")) return fail(*error);
        return contents.identity();
    }
    Result<void> verify(const PinState& pin, const Pin& value) override {
        EXPECT_TRUE(x_locked);
        if (auto error = log("verify " + pin.id)) return fail(*error);
        auto& state = *std::find_if(contents.pins.begin(), contents.pins.end(),
                                    [&](const auto& one) { return one.id == pin.id; });
        if (state.tries_left == 0) return rakit::fail(ErrorCode::pin_blocked, "blocked");
        if (as_text(value.digits()) != pins.at(pin.id)) {
            --*state.tries_left;
            return rakit::fail(ErrorCode::pin_wrong, std::to_string(*state.tries_left) + " tries left");
        }
        state.tries_left = 3;
        x_verified.insert(pin.id);
        return {};
    }
    Result<Bytes> sign(const KeyLine& key, ByteView message) override {
        EXPECT_TRUE(x_locked);
        if (auto error = log("sign " + key.id)) return fail(*error);
        if (x_verified.count(key.pin) == 0) return rakit::fail(ErrorCode::internal, "key used without its PIN");
        if (key.user_consent) x_verified.erase(key.pin);
        return ossl::sign(samples::key_pair(key.id), message);
    }
    Result<void> prove_possession(const KeyLine& key, Rng&) override {
        EXPECT_TRUE(x_locked);
        if (auto error = log("possession " + key.id)) return fail(*error);
        if (x_verified.count(key.pin) == 0) return rakit::fail(ErrorCode::internal, "key used without its PIN");
        return {};
    }
    Result<WritePlan> plan_write(const WriteOrder& wanted, UtcTime) override {
        const auto& changes = wanted.changes;
        EXPECT_TRUE(x_locked);
        if (auto error = log("plan")) return fail(*error);
        x_wanted = changes;
        WritePlan plan;
        if (wanted.undo) {
            taken_back = true;
            plan.steps.push_back({WriteStep::Kind::tidy, "take back", {}});
            return plan;
        }
        if (contents.keys[0].certificates.back().certificate == changes.front().certificate) return plan;
        for (std::size_t i = 0; i < steps_per_write; ++i)
            plan.steps.push_back(
                {i == 1 ? WriteStep::Kind::commit : WriteStep::Kind::prepare, "step " + std::to_string(i), {}});
        return plan;
    }
    Result<void> send(const WriteStep& step) override {
        EXPECT_TRUE(x_locked);
        if (auto error = log(step.what)) return fail(*error);
        for (const auto& pin : contents.write_pins)
            if (x_verified.count(pin) == 0) return rakit::fail(ErrorCode::internal, "write without PIN " + pin);
        if (step.kind != WriteStep::Kind::commit) return {};
        contents = samples::written(contents, x_wanted);
        done = x_wanted;
        return {};
    }

private:
    std::optional<Error> log(const std::string& what) {
        x_log.push_back(what);
        const auto found = fail_at.find(what);
        if (found == fail_at.end()) return std::nullopt;
        Error error = found->second;
        fail_at.erase(found);
        return error;
    }
    static Unexpected fail(Error error) { return rakit::fail(std::move(error)); }

    Log& x_log;
    bool x_locked = false;
    int x_locks = 0;
    std::set<std::string> x_verified;
    std::vector<CertificateChange> x_wanted;
};

/// FakeCm issues at once; one order by its octets, answered alike when they come again.
class FakeCm final : public CmPort {
public:
    explicit FakeCm(Log& log) : x_log(log) {}
    ~FakeCm() override { EXPECT_TRUE(fail_at.empty()) << "a fault was never met: " << fail_at.begin()->first; }

    std::vector<Procedure> shown{samples::procedure()};
    PrepareAnswer answer;
    std::string held_op_pin;
    std::map<std::string, Error> fail_at;
    bool issues_before_failing = false;
    int pending_answers = 0;  ///< before the order is approved
    UtcTime ask_again;
    std::function<void()> during_submit;
    std::map<Bytes, Issued> orders;
    std::vector<bool> confirmations;

    Result<std::vector<Procedure>> procedures() override {
        if (auto error = log("procedures")) return fail(*error);
        return shown;
    }
    Result<std::pair<PrepareAnswer, Pin>> prepare(const Order&) override {
        if (auto error = log("prepare")) return fail(*error);
        return std::pair(answer, Pin(held_op_pin));
    }
    Result<Bytes> request_info(const Order&, const OrderLine& line) override { return to_bytes("info " + line.key); }
    Result<Bytes> request(ByteView info, ByteView signature) override { return concat({info, signature}); }
    Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                               const OfficerCredential& officer) override {
        if (auto error = log("encode")) return fail(*error);
        EXPECT_TRUE(officer.key() != nullptr);
        EXPECT_EQ(requests.size(), order.lines.size());
        return concat({order.transaction_id, requests.front()});
    }
    Result<Bytes> witnessed_request(const Order&, const OrderLine& line) override {
        return to_bytes("witnessed " + line.key);
    }
    std::string_view dialect() const override { return "cmc"; }
    Result<Submission> submit(ByteView encoded, const Order& order, const Submission& so_far,
                              const OfficerCredential& officer) override {
        EXPECT_TRUE(officer.key() != nullptr);
        EXPECT_EQ(so_far.pending.has_value(), x_pending) << "a pending order is asked for, not sent again";
        if (during_submit) during_submit();
        x_pending = pending_answers > 0;
        if (x_pending) {
            x_log.push_back("submit, pending");
            --pending_answers;
            return Submission{{}, Pending{{1}, ask_again, {2}}};
        }
        auto error = log("submit");
        if (error && !issues_before_failing) return fail(*error);
        const auto issued = orders.emplace(Bytes(encoded.begin(), encoded.end()), samples::issued(order)).first->second;
        if (error) return fail(*error);
        return Submission{issued};
    }
    Result<void> confirm(const Order&, const Issued&, bool accepted, const OfficerCredential& officer) override {
        if (auto error = log(accepted ? "confirm" : "refuse")) return fail(*error);
        EXPECT_TRUE(officer.key() != nullptr);
        confirmations.push_back(accepted);
        return {};
    }

private:
    std::optional<Error> log(const std::string& what) {
        x_log.push_back(what);
        const auto found = fail_at.find(what);
        if (found == fail_at.end()) return std::nullopt;
        Error error = found->second;
        fail_at.erase(found);
        return error;
    }
    static Unexpected fail(Error error) { return rakit::fail(std::move(error)); }
    Log& x_log;
    bool x_pending = false;
};

class FakeOfficer final : public OfficerCredential {
public:
    ~FakeOfficer() override { EXPECT_FALSE(x_open) << "the officer's key stayed open"; }
    const x509::Certificate& certificate() const override { return x_certificate; }
    const std::vector<x509::Certificate>& chain() const override { return x_chain; }
    bool is_soft_token() const override { return true; }
    EVP_PKEY* key() const override { return x_open ? samples::key_pair("officer") : nullptr; }
    Result<void> unlock(const Pin& pin) override {
        if (as_text(pin.digits()) != "officer-secret") return fail(ErrorCode::pin_wrong, "the signature PIN is wrong");
        x_open = true;
        return {};
    }
    void lock() override { x_open = false; }

private:
    bool x_open = false;
    x509::Certificate x_certificate = samples::certificate_for(ossl::spki(samples::key_pair("officer")), 3, "Officer");
    std::vector<x509::Certificate> x_chain;
};

/// FakeDialog answers just the prompts that it was told of, in their order, and complains of what is left.
class FakeDialog final : public Dialog {
public:
    explicit FakeDialog(Log& log) : x_log(log) {}
    ~FakeDialog() override { EXPECT_TRUE(pins.empty()) << "never asked for: " << pins.front().first; }

    std::deque<std::pair<std::string, std::string>> pins{
        {"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
    std::vector<PinPrompt> prompts;
    std::vector<std::string> told;
    int reloads = 0;
    FilledForm answer{{{"commonName", "Anna Ek"}}, {}, {}};
    std::vector<InputForm> forms;
    bool yes = false;
    std::vector<Question> questions;
    std::vector<LineOutcome> handed_out;
    std::function<void(const PinPrompt&)> before_pin;

    Result<Pin> ask_pin(const PinPrompt& prompt) override {
        x_log.push_back("ask " + prompt.id);
        prompts.push_back(prompt);
        if (before_pin) before_pin(prompt);
        if (pins.empty() || pins.front().first != prompt.id) {
            ADD_FAILURE() << "unexpected prompt " << prompt.id;
            return fail(ErrorCode::prompt_unavailable, prompt.id);
        }
        Pin pin(pins.front().second);
        pins.pop_front();
        if (pin.empty()) return fail(ErrorCode::pin_cancelled, "cancelled");
        return pin;
    }
    Result<ActionsAnswer> choose_actions(const Contents&) override {
        if (reloads > 0) return ActionsAnswer{{}, --reloads >= 0};
        return ActionsAnswer{samples::request().actions, false};
    }
    Result<std::string> choose_procedure(const std::vector<Procedure>& all) override { return all.front().name; }
    Result<FilledForm> fill_form(const InputForm& form) override {
        forms.push_back(form);
        return answer;
    }
    Result<bool> confirm(const Question& question) override {
        x_log.push_back("question " + question.id);
        questions.push_back(question);
        return yes;
    }
    void tell(const std::string& code, const std::string&) override { told.push_back(code); }
    void progress(const std::string&) override {}
    Result<void> hand_out(const LineOutcome& line) override {
        handed_out.push_back(line);
        return {};
    }

private:
    Log& x_log;
};

}  // namespace rakit::reference::fakes
