#include "live/http/inner/tls.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <string_view>

namespace dure::http_inner {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Fault bad_file(const std::string& path, std::string_view what, const error_code& ec) {
  return {path, std::string(what), ec.message(), ""};
}

Result<Done> load_own_certificate(ssl::context& context, const std::string& certificate,
                                  const std::string& key) {
  if (certificate.empty() != key.empty())
    return Fault{certificate.empty() ? key : certificate, "a certificate and its key",
                 "one of them", "give both, or none"};
  if (certificate.empty()) return Done{};
  error_code ec;
  context.use_certificate_chain_file(certificate, ec);
  if (ec) return bad_file(certificate, "a certificate chain in PEM", ec);
  context.use_private_key_file(key, ssl::context::pem, ec);
  if (ec) return bad_file(key, "the key of the certificate in PEM", ec);
  return Done{};
}

TlsContext new_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX* const raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // Of TLS 1.2 only what keeps past talk secret when a key is lost.
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);  // an idle connection holds none
  return context;
}

}  // namespace

Result<TlsContext> server_tls(const HttpServerOptions& options) {
  TlsContext context = new_context(ssl::context::tls_server);
  TRY(own, load_own_certificate(*context, options.certificate_file, options.key_file));
  (void)own;
  SSL_CTX* const raw = context->native_handle();
  SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Without it OpenSSL refuses to resume sessions of callers that showed a certificate.
  static constexpr unsigned char kId[] = "dure";
  SSL_CTX_set_session_id_context(raw, kId, sizeof kId - 1);
  if (options.client_ca_file.empty()) return context;
  error_code ec;
  context->load_verify_file(options.client_ca_file, ec);
  STACK_OF(X509_NAME)* const names =
      ec ? nullptr : SSL_load_client_CA_file(options.client_ca_file.c_str());
  if (ec || names == nullptr)
    return bad_file(options.client_ca_file, "certificates of CAs in PEM", ec);
  SSL_CTX_set_client_CA_list(raw, names);  // takes them over
  // Who shows none is let in; who shows a bad one is not.
  context->set_verify_mode(ssl::verify_peer, ec);
  return context;
}

Result<TlsContext> client_tls(const HttpClientOptions& options) {
  TlsContext context = new_context(ssl::context::tls_client);
  TRY(own, load_own_certificate(*context, options.certificate_file, options.key_file));
  (void)own;
  error_code ec;
  if (options.ca_file.empty()) {
    context->set_default_verify_paths(ec);
  } else {
    context->load_verify_file(options.ca_file, ec);
  }
  if (ec) return bad_file(options.ca_file, "certificates of CAs in PEM", ec);
  context->set_verify_mode(ssl::verify_peer, ec);
  return context;
}

bool expect_host(SSL* tls, const std::string& host) {
  error_code not_address;
  boost::asio::ip::make_address(host, not_address);
  if (!not_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str()) == 1;
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set_tlsext_host_name(tls, host.c_str()) == 1 && SSL_set1_host(tls, host.c_str()) == 1;
}

std::string checked_common_name(SSL* tls) {
  if (SSL_get_verify_result(tls) != X509_V_OK) return "";
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls),
                                                                &X509_free);
  if (!certificate) return "";
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return "";
  unsigned char* bytes = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return "";
  std::string name(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  // A NUL would end the name early for whoever compares it as a C string.
  return name.find('\0') == std::string::npos ? name : "";
}

std::string certificate_complaint(SSL* tls) {
  const long result = SSL_get_verify_result(tls);
  return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

}  // namespace dure::http_inner
