package io.anchorstream.service.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.Handler;
import io.javalin.http.UnauthorizedResponse;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every route. Whoever changes something must show the token; what is served to this machine alone is
 * served to no page of another name that a browser was made to resolve to it (DNS rebinding).
 */
final class RequestGuard implements Handler {
    private static final Set<String> LOOKING = Set.of("GET", "HEAD", "OPTIONS");
    /** A query that is too long for an address: it changes nothing. */
    private static final Set<String> QUERIES = Set.of("/api/search");

    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String SCHEME = "Bearer ";

    private final boolean localOnly;
    private final Optional<byte[]> token;

    RequestGuard(PageSettings settings) {
        this.localOnly = settings.host().equals("127.0.0.1")
                || settings.host().equals("localhost")
                || settings.host().equals("::1");
        this.token = settings.token().map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void handle(Context ctx) {
        if (localOnly && !LOCAL.contains(name(ctx.header("Host")))) {
            throw new ForbiddenResponse("this page is for this machine alone: open it as http://localhost, or let"
                    + " others in with http.host");
        }
        if (!LOOKING.contains(ctx.method().name()) && !QUERIES.contains(ctx.path())) {
            requireToken(ctx.header("Authorization"));
        }
    }

    private void requireToken(@Nullable String authorization) {
        if (token.isEmpty()) {
            throw new ForbiddenResponse("nothing can be changed over HTTP: no http.token is configured");
        }
        boolean right = authorization != null
                && authorization.startsWith(SCHEME)
                && MessageDigest.isEqual(
                        authorization.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8), token.get());
        if (!right) {
            throw new UnauthorizedResponse("this changes something: send Authorization: Bearer with the http.token");
        }
    }

    /** A Host header without its port. */
    private static String name(@Nullable String host) {
        if (host == null) {
            return "";
        }
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }
}
