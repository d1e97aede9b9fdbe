package io.anchorstream.service.http;

import java.util.Optional;

/**
 * Where and how the page is served.
 *
 * @param host address to bind; {@code 127.0.0.1} keeps it on this machine
 * @param port 0 = any free one
 * @param uploadBytes largest picture taken as a query
 * @param token what whoever changes something must show; empty = nothing can be changed over HTTP
 */
public record PageSettings(String host, int port, int uploadBytes, Optional<String> token) {
    public static final int DEFAULT_UPLOAD_BYTES = 10 << 20;

    public PageSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("http.port must be 0 to 65535, not " + port);
        }
        if (uploadBytes < 1) {
            throw new IllegalArgumentException("http.upload-bytes must be positive, not " + uploadBytes);
        }
    }

    @Override
    public String toString() {
        return "PageSettings[" + host + ":" + port + ", token " + (token.isPresent() ? "set" : "none") + "]";
    }

    public static PageSettings local(int port) {
        return new PageSettings("127.0.0.1", port, DEFAULT_UPLOAD_BYTES, Optional.empty());
    }
}
