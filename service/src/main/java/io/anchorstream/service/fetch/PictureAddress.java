package io.anchorstream.service.fetch;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;

import org.apache.hc.core5.net.InetAddressUtils;

/** What can be told of a picture's address by its text alone, without asking the network. */
public final class PictureAddress {
    private PictureAddress() {}

    /**
     * Refuses what would be refused without a single packet: what is no web address, and one whose host is written as an
     * address that pictures are not fetched from. A name is taken here; whoever fetches looks at what it resolves to.
     *
     * @throws FetchException saying why, and the way out
     */
    public static void check(String text, FetchSettings settings) throws FetchException {
        String host = parse(text).getHost().toLowerCase(Locale.ROOT);
        if (!settings.trustedHosts().contains(host) && isPrivate(host)) {
            throw new FetchException(GuardedResolver.refusal(host));
        }
    }

    /** The address, if it is one of the web. */
    static URI parse(String text) throws FetchException {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new FetchException(text + " is not an address", e);
        }
        boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (!web || uri.getHost() == null) {
            throw new FetchException(text + " is not an http or https address");
        }
        if (uri.getRawUserInfo() != null) {
            throw new FetchException(
                    "the address of a picture on " + uri.getHost() + " carries a user name; leave it out");
        }
        return uri;
    }

    private static boolean isPrivate(String host) {
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (plain.equals("localhost") || plain.endsWith(".localhost")) { // RFC 6761: always this machine
            return true;
        }
        if (plain.equals(host) && !InetAddressUtils.isIPv4(host)) {
            return false; // a name
        }
        try {
            return !PublicAddress.is(InetAddress.getByName(plain)); // of a literal, which asks nobody
        } catch (UnknownHostException e) {
            return true; // such as a scope that this machine lacks
        }
    }
}
