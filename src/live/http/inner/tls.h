// TLS of server and client: version 1.2 or newer, certificates as the options say. For the files of
// live/http only.
//
// Invariants: 1. A client accepts a server whose certificate is of a known CA and of the name that
//                it called.
//             2. A caller is known by a certificate only if that was checked and has one name.
#pragma once

#include <boost/asio/ssl.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "live/http/client.h"
#include "live/http/server.h"

namespace dure::http_inner {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

Result<TlsContext> server_tls(const HttpServerOptions& options);
Result<TlsContext> client_tls(const HttpClientOptions& options);

// Sets which name the other side has to prove. False: OpenSSL took it not.
bool expect_host(SSL* tls, const std::string& host);
// CN of the certificate that the other side showed and we checked; else "".
std::string checked_common_name(SSL* tls);
// Why the other side's certificate was refused; "": it was not.
std::string certificate_complaint(SSL* tls);

}  // namespace dure::http_inner
