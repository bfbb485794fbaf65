// What the CM host costs: an order against the bare OpenSSL operations that it can't do without, its CPU time under
// concurrency, its memory over many orders, and its database with many certificates. Ratios, since machines differ.
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "common/base/temporary_folder.hpp"
#include "mock_cm/store/sqlite_store.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

double cpu_seconds() {
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

double resident_mib() {
    std::ifstream status("/proc/self/statm");
    long total = 0, resident = 0;
    status >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// Orders makes signed orders, each a transaction of its own, and a host on a database file to send them to.
class Orders : public HostTest {
public:
    Orders(ossl::KeyType type, const std::filesystem::path& file)
        : x_type(type),
          x_store(std::move(SqliteStore::open(file)).value()),
          x_host(config, hierarchy(), *x_store, clock, rng) {}
    void TestBody() override {}

    Bytes make(std::uint64_t number) {
        Request request = redo();
        request.procedure = "employee-at-once";
        request.lines.front().card_key = card_key(std::string(ossl::name(x_type)), x_type);
        for (std::size_t i = 0; i < 8; ++i) request.transaction[8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
        return sign(pki_data(request), olivia, {}, clock.now());
    }
    bool send(const Bytes& message) {
        const auto answer = x_host.handle(
            {"POST", "/cmc", {{"content-type", "application/pkcs7-mime"}}, message, olivia.certificate.der()});
        return answer.status == 200;
    }
    /// floor does what no order can go without: verify the CMS and the PKCS#10, sign the certificate and the response.
    bool floor(const Bytes& message) {
        const unsigned char* cursor = message.data();
        const ossl::CmsContentInfo cms(d2i_CMS_ContentInfo(nullptr, &cursor, static_cast<long>(message.size())));
        const ossl::Bio sink(BIO_new(BIO_s_null()));
        if (CMS_verify(cms.get(), nullptr, nullptr, nullptr, sink.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
            return false;
        if (!x_request) {
            x_request.reset(X509_REQ_new());
            X509_REQ_set_pubkey(x_request.get(), card_key(std::string(ossl::name(x_type)), x_type));
            X509_REQ_sign(x_request.get(), card_key(std::string(ossl::name(x_type)), x_type), EVP_sha256());
        }
        if (X509_REQ_verify(x_request.get(), card_key(std::string(ossl::name(x_type)), x_type)) != 1) return false;
        const auto& authority = hierarchy().authority("end-user-ca");
        return ossl::sign(authority.key.get(), message).has_value() &&
               ossl::sign(hierarchy().authority("response").key.get(), message).has_value();
    }
    Store& store_used() { return *x_store; }

private:
    ossl::KeyType x_type;
    std::unique_ptr<SqliteStore> x_store;
    CmHost x_host;
    ossl::X509Request x_request;
};

struct Cost {
    double cpu = 0;   ///< seconds of one
    double wall = 0;  ///< seconds of one
};

template <class Work>
Cost cost_of(const std::vector<Bytes>& messages, std::size_t threads, Work&& work) {
    const double cpu = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::jthread> crowd;
    for (std::size_t t = 0; t < threads; ++t)
        crowd.emplace_back([&, t] {
            for (std::size_t i = t; i < messages.size(); i += threads)
                if (!work(messages[i])) std::abort();
        });
    crowd.clear();
    const auto count = static_cast<double>(messages.size());
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    return {(cpu_seconds() - cpu) / count, wall.count() / count};
}

void measure_orders(const char* name, ossl::KeyType type, std::size_t count, const std::filesystem::path& file) {
    Orders orders(type, file);
    std::uint64_t number = 0;
    const auto batch = [&] {
        std::vector<Bytes> messages;
        for (std::size_t i = 0; i < count; ++i) messages.push_back(orders.make(++number));
        return messages;
    };
    const auto messages = batch();
    const auto floor = cost_of(messages, 1, [&](const Bytes& m) { return orders.floor(m); });
    const auto one = cost_of(messages, 1, [&](const Bytes& m) { return orders.send(m); });
    const double before = resident_mib();
    std::printf("%-9s floor %7.0f us  order %7.0f us CPU, %7.0f us wall  floor/order %.2f\n", name, floor.cpu * 1e6,
                one.cpu * 1e6, one.wall * 1e6, floor.cpu / one.cpu);
    for (const std::size_t threads : {4, 16, 64}) {
        const auto many = cost_of(batch(), threads, [&](const Bytes& m) { return orders.send(m); });
        std::printf("%-9s %2zu RAs: CPU of an order %.2f of that of one RA\n", name, threads, many.cpu / one.cpu);
    }
    std::printf("%-9s resident memory: %+.1f MiB over %zu orders\n", name, resident_mib() - before, 3 * count);
}

void measure_database(std::size_t count, const std::filesystem::path& file) {
    auto store = std::move(SqliteStore::open(file)).value();
    const auto spki = ossl::spki(HostTest::card_key("45"));
    const Bytes der = HostTest::old_certificate(HostTest::card_key("45")).der();
    SeededRng rng(1, "certificates");
    std::vector<CertificateRecord> some;
    double first = 0, last = 0;
    constexpr std::size_t kBatch = 10000;
    for (std::size_t done = 0; done < count; done += kBatch) {
        const double start = cpu_seconds();
        auto open = std::move(store->begin()).value();
        for (std::size_t i = 0; i < kBatch; ++i) {
            CertificateRecord record;
            record.issuer = {0x30, 0x00};
            record.serial = to_hex(rng.bytes(16));
            record.der = der;
            record.spki = spki;
            record.spki.back() = static_cast<std::uint8_t>(i);
            record.card_serial = to_hex(rng.bytes(8));
            record.active = true;
            if (!open->put_certificate(record)) std::abort();
            if (i == 0) some.push_back(record);
        }
        if (!open->commit()) std::abort();
        last = cpu_seconds() - start;
        if (done == 0) first = last;
    }
    const auto search = [&](auto member, auto value) {
        const auto start = std::chrono::steady_clock::now();
        auto open = std::move(store->begin()).value();
        for (const auto& one : some) {
            CertificateSearch wanted;
            wanted.*member = one.*value;
            if (open->search(wanted)->hits != 1) std::abort();
        }
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
        return wall.count() * 1e3 / static_cast<double>(some.size());
    };
    std::printf(
        "%zu certificates: by serial number %.3f ms, by card %.3f ms; storing the last 10000 took %.2f of the first\n",
        count, search(&CertificateSearch::serial, &CertificateRecord::serial),
        search(&CertificateSearch::card_serial, &CertificateRecord::card_serial), last / first);
}

}  // namespace
}  // namespace rakit::cm::test

int main(int argc, char** argv) {
    using namespace rakit;
    const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
    auto folder = TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-cm-bench");
    if (!folder) return 2;
    const std::size_t orders = quick ? 50 : 5000;
    cm::test::measure_orders("ec-p256", ossl::KeyType::ec_p256, orders, folder->path() / "ec.sqlite");
    cm::test::measure_orders("rsa-2048", ossl::KeyType::rsa2048, orders, folder->path() / "rsa.sqlite");
    cm::test::measure_database(quick ? 20000 : 1000000, folder->path() / "many.sqlite");
    return 0;
}
