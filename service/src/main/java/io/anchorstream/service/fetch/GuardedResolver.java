package io.anchorstream.service.fetch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves names for the connections themselves and lets only allowed addresses through. The address that was checked is
 * the one that is connected to, so that a name which answers differently the second time (DNS rebinding) gains nothing.
 */
final class GuardedResolver implements DnsResolver {
    private final DnsResolver names;
    private final Set<String> trusted;

    GuardedResolver(DnsResolver names, Set<String> trusted) {
        this.names = names;
        this.trusted = trusted;
    }

    /** The address is private; said with a reason that names the way out. */
    static final class RefusedAddressException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        RefusedAddressException(String host) {
            super(refusal(host));
        }
    }

    static String refusal(String host) {
        return host + " is an address of this machine or of a private network, which pictures are not fetched from;"
                + " add the host to fetch.trusted-hosts if it is yours";
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] found = names.resolve(host);
        if (trusted.contains(host.toLowerCase(Locale.ROOT))) {
            return found;
        }
        InetAddress[] allowed = Arrays.stream(found).filter(PublicAddress::is).toArray(InetAddress[]::new);
        if (allowed.length < found.length || allowed.length == 0) {
            throw new RefusedAddressException(host);
        }
        return allowed;
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
        return names.resolveCanonicalHostname(host);
    }
}
