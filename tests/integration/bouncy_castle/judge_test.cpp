// Bouncy Castle, which nobody here wrote, reads what we write and writes what we read.
#include <cstdlib>

#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "reference/cm/cm_client.hpp"
#include "reference/officer/pkcs12_officer.hpp"
#include "tests/support/host_exchange.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

constexpr const char* kClassPath = "/usr/share/java/bcprov.jar:/usr/share/java/bcutil.jar:/usr/share/java/bcpkix.jar";

class BouncyCastle : public HostTest {
protected:
    BouncyCastle() { host = std::make_unique<CmHost>(config, hierarchy(), store, x_system_clock, rng); }

    std::string put(const std::string& name, ByteView octets) {
        EXPECT_TRUE(write_file_atomically(x_folder.path() / name, octets, 0600));
        return (x_folder.path() / name).string();
    }
    /// judge runs the program; its output, or what it complained of.
    std::string judge(const std::string& arguments) {
        const auto out = (x_folder.path() / "out").string();
        const char* program = std::getenv("RAKIT_CMC_JUDGE");
        const int status = std::system(("java -XX:TieredStopAtLevel=1 -cp " + std::string(kClassPath) + " " +
                                        (program == nullptr ? "" : program) + " " + arguments + " > " + out + " 2>&1")
                                           .c_str());
        const auto text = std::string(as_text(read_file(out).value_or(Bytes())));
        EXPECT_EQ(status, 0) << text;
        return text;
    }
    Answer post(const Bytes& message, const std::string& name) {
        x_messages += " " + put(name + "-request", message);
        auto answer = send(message);
        x_messages += " " + put(name + "-answer", answer.body);
        return answer;
    }
    Bytes signed_now(const Bytes& content, const std::vector<x509::Certificate>& bag = {}) {
        return sign(content, olivia, bag, x_system_clock.now());
    }

    SystemClock x_system_clock;
    TemporaryFolder x_folder = *TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-bc");
    std::string x_messages;
};

TEST_F(BouncyCastle, DecodesWhatTheHostTakesAndAnswersAndEncodesItBack) {
    clock = VirtualClock(x_system_clock.now());
    auto issued = redo();
    const auto answer = post(signed_now(pki_data(issued)), "order");
    ASSERT_EQ(answer.status, 5) << answer.info;
    ASSERT_EQ(post(signed_now(confirmation(issued, answer, true, Bytes(16, 3))), "confirm").status, 0);
    auto refused = redo();
    refused.transaction = Bytes(16, 0x12);
    refused.procedure = "none";
    ASSERT_EQ(post(signed_now(pki_data(refused)), "refused").status, 2);
    auto waiting = redo();
    waiting.transaction = Bytes(16, 0x13);
    waiting.procedure = "employee-approval";
    const auto pending = post(signed_now(pki_data(waiting)), "pending");
    ASSERT_EQ(pending.status, 3);
    ASSERT_EQ(post(signed_now(query(waiting, pending, 4)), "query").status, 3);
    auto crmf = redo();
    crmf.transaction = Bytes(16, 0x14);
    crmf.lines[0].crmf = true;
    ASSERT_EQ(post(signed_now(pki_data(crmf)), "crmf").status, 5);
    EXPECT_EQ(judge("check" + x_messages),
              "PKIData 5 6 18 4 31 17 tcr\nPKIResponse 25=5 5 6 7 4 19\n"
              "PKIData 5 6 7 24\nPKIResponse 25=0 5 6 7\n"
              "PKIData 5 6 18 4 31 17 tcr\nPKIResponse 25=2 5 6 7 4 19\n"
              "PKIData 5 6 18 4 31 17 tcr\nPKIResponse 25=3 5 6 7 4\n"
              "PKIData 5 6 7 21\nPKIResponse 25=3 5 6 7\n"
              "PKIData 5 6 18 4 31 17 11 crm\nPKIResponse 25=5 5 6 7 4 19\n");
}

TEST_F(BouncyCastle, DecodesWhatTheRaSends) {
    const auto token = *officer_token(hierarchy(), "Olivia Officer", "1234", *from_iso8601("2020-01-01T00:00:00Z"),
                                      *from_iso8601("2050-01-01T00:00:00Z"), rng);
    const auto officer = *reference::Pkcs12Officer::from_bytes(token.pkcs12);
    ASSERT_TRUE(officer->unlock(Pin("1234")));
    rakit::test::HostExchange exchange(*host, *officer);
    reference::CmClient client(exchange, {hierarchy().authority("root").certificate}, x_system_clock, rng);
    reference::Order order;
    order.transaction_id = Bytes(16, 0x21);
    order.sender_nonce = Bytes(16, 0x22);
    order.procedure = "employee";
    order.card_serial = "0A1B2C3D";
    order.card_atr = {0x3B, 0x80};
    order.card_profile = "pkcs15";
    order.fields = {{"commonName", "Anna Ek"}, {"email", "anna@example.com"}};
    auto& line = order.lines.emplace_back();
    line.key = "45";
    line.action = "redo";
    line.key_type = "ec-p256";
    line.usage = {"digitalSignature"};
    line.spki = ossl::spki(card_key("45"));
    line.replaces = old_certificate(card_key("45"));
    const auto info = reference::certification_request_info(order, line);
    ASSERT_TRUE(info);
    const auto request = reference::certification_request(*info, *ossl::sign(card_key("45"), *info));
    const auto encoded = client.encode_order(order, {*request}, *officer);
    ASSERT_TRUE(encoded) << to_string(encoded.error());
    const auto submitted = client.submit(*encoded, order, {}, *officer);
    EXPECT_TRUE(submitted) << to_string(submitted.error());
    EXPECT_EQ(judge("check " + put("ra", *encoded)), "PKIData 5 6 18 4 31 17 tcr\n");
}

TEST_F(BouncyCastle, BuildsARequestThatTheHostAccepts) {
    auto request = redo();
    pki_data(request);
    const auto replaced = request.lines[0].replaces->certificate;
    put("replaced.der", replaced.der());
    put("key.p10", pkcs10({{"CN", "Anna Ek"}}, card_key("45"), card_key("45")));
    put("officer.der", olivia.certificate.der());
    put("officer.key", ossl::private_key_der(olivia.key.get()));
    put("card.serial", *from_hex(request.serial));
    const nlohmann::json line{{"bodyPartId", 7},
                              {"key", "45"},
                              {"action", "redo"},
                              {"usage", {"digitalSignature"}},
                              {"replaces",
                               {{"issuer", to_base64(replaced.issuer_der())},
                                {"serial", replaced.serial_hex()},
                                {"sha256", to_hex(replaced.sha256())}}}};
    const nlohmann::json info{{"version", 1},
                              {"procedure", "employee"},
                              {"card", {{"serial", request.serial}, {"atr", "3B80"}, {"profile", "pkcs15"}}},
                              {"fields", {{"commonName", "Anna Ek"}}},
                              {"lines", nlohmann::json::array({line})}};
    put("reg-info.json", as_bytes(info.dump()));
    judge("build " + x_folder.path().string());
    clock = VirtualClock(x_system_clock.now());
    const auto message = read_file(x_folder.path() / "request.cms");
    ASSERT_TRUE(message);
    EXPECT_NE(std::find(message->begin(), message->end(), 0x80), message->end());
    const auto answer = send(*message);
    EXPECT_EQ(answer.status, 5) << answer.info;
    EXPECT_NE(answer.certificate_for(card_key("45")), nullptr);
}

}  // namespace
}  // namespace rakit::cm::test
